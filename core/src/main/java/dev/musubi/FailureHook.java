package dev.musubi;

/**
 * Hears of each panic that nobody looked at, once.
 *
 * <p>A panic counts as looked at when it was returned or thrown by {@code join}, {@code outcome},
 * {@code poll}, {@code resultNow}, {@code abortAndJoin} or a future view; asking {@code isFinished}
 * or {@code state} does not count. It is reported at once if the handle is detached, when the
 * handle becomes unreachable, 60 s after the failure at the latest (settable), and when the runtime
 * is shut down.
 *
 * <p>Called on a virtual thread of its own. If it throws, the log gets both. The default logs at
 * error level, through {@link System.Logger} {@code dev.musubi}.
 */
@FunctionalInterface
public interface FailureHook {
  /**
   * A failure was not looked at.
   *
   * @param failure which task, what, and why it is reported now
   */
  void onUnobserved(UnobservedFailure failure);
}
