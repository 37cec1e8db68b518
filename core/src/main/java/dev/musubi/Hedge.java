package dev.musubi;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Tries something again before the first try has failed, because it is slow: the first answer wins,
 * and the other tries are aborted and have really ended when it is given; what they end with does
 * not matter any more. For calls that may safely be made twice.
 *
 * {@snippet class="HedgeSnippets" region="hedge"}
 *
 * <p>A try that fails starts the next one at once. If all fail, the failure of the first to fail is
 * thrown, with the others suppressed. Immutable and thread-safe. Tokio has no counterpart.
 */
public final class Hedge {
  private final Duration delay;
  private final int most;

  private Hedge(Duration delay, int most) {
    this.delay = delay;
    this.most = most;
  }

  /**
   * A second try when the first has not answered in a time.
   *
   * @param delay how long to wait before each further try; zero starts all at once
   * @return hedged calls
   * @throws IllegalArgumentException if the delay is negative
   */
  public static Hedge after(Duration delay) {
    Nanos.limit(delay);
    return new Hedge(delay, 2);
  }

  /**
   * The same with another number of tries.
   *
   * @param tries how many at most, at least 1
   * @return hedged calls
   * @throws IllegalArgumentException if the number is less than 1
   */
  public Hedge tries(int tries) {
    if (tries < 1) {
      throw new IllegalArgumentException("the number of tries must be at least 1: " + tries);
    }
    return new Hedge(delay, tries);
  }

  /**
   * Makes the call, in tasks of the current runtime.
   *
   * @param <T> the type of the answer
   * @param body the call
   * @return the first answer
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted; the tries have ended
   * @throws JoinException if all tries failed
   */
  public <T extends @Nullable Object> T call(Callable<? extends T> body)
      throws InterruptedException {
    Objects.requireNonNull(body, "body");
    JoinPolicy<T, T> policy = JoinPolicy.firstSuccess();
    try (JoinSet<T> tries = new JoinSet<>()) {
      for (int started = 1; ; started++) {
        var _ = tries.spawn(body);
        boolean last = started == most;
        Optional<Finished<T>> finished =
            Select.<Optional<Finished<T>>, RuntimeException>select(
                tries.onNext(task -> Optional.of(task)),
                Select.after(!last, delay, () -> Optional.empty()));
        if (finished.isPresent() && policy.isEnough(finished.get())) {
          tries.end(AbortReason.Kind.LOST, policy);
          return policy.result();
        }
        if (last) {
          return tries.isEmpty() ? policy.result() : tries.join(policy);
        }
      }
    }
  }
}
