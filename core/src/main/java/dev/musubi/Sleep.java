package dev.musubi;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A sleep that can be put off: an idle limit that begins anew with each message, say. For a plain
 * pause there is {@link Task#sleep}.
 *
 * {@snippet class="TimeSnippets" region="idle"}
 *
 * <p>Its deadline is fixed when it is made, and again by each reset. Once it has passed, waiting
 * returns at once until the next reset. A reset does not reach a wait that has already begun. Not
 * thread-safe: for one thread at a time. Holds nothing that needs closing. Corresponds to {@code
 * tokio::time::Sleep}.
 */
public final class Sleep {
  private Deadline deadline;

  private Sleep(Deadline deadline) {
    this.deadline = deadline;
  }

  /**
   * A sleep that is over after a time, counted from this call, on the clock of the current runtime.
   *
   * @param duration how long; not negative
   * @return a new sleep
   * @throws IllegalArgumentException if the duration is negative
   */
  public static Sleep of(Duration duration) {
    return new Sleep(Deadline.after(duration));
  }

  /**
   * When it is over.
   *
   * @return the deadline
   */
  public Deadline deadline() {
    return deadline;
  }

  /**
   * Whether it is over.
   *
   * @return true from the deadline on, until a reset
   */
  public boolean isElapsed() {
    return deadline.hasPassed();
  }

  /**
   * Waits until it is over. Cancel-safe: nothing is used up.
   *
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted
   */
  public void await() throws InterruptedException {
    Task.sleepUntil(deadline);
  }

  /**
   * A branch of a {@link Select} that wins when it is over, by the deadline at the beginning of the
   * select.
   *
   * @param <R> the type of the handler's result
   * @param <X> the handler's own checked exception
   * @param handler what to do then
   * @return a new branch
   */
  public <R extends @Nullable Object, X extends Exception> Branch<R, X> onElapsed(
      Body<? extends R, X> handler) {
    return onElapsed(true, handler);
  }

  /**
   * As {@link #onElapsed(Body)}, with a guard.
   *
   * @param <R> the type of the handler's result
   * @param <X> the handler's own checked exception
   * @param guard false disables the branch
   * @param handler what to do then
   * @return a new branch
   */
  public <R extends @Nullable Object, X extends Exception> Branch<R, X> onElapsed(
      boolean guard, Body<? extends R, X> handler) {
    Objects.requireNonNull(handler, "handler");
    return Branch.<Deadline, R, X>of(guard, new Due(() -> deadline), _ -> handler.call());
  }

  /**
   * Sets a new deadline: later or earlier, before the old one has passed or after.
   *
   * @param duration how long from now, on the clock of this sleep; not negative
   * @throws IllegalArgumentException if the duration is negative
   */
  public void reset(Duration duration) {
    long nanos = Nanos.limit(duration);
    deadline = new Deadline(deadline.timers(), deadline.timers().in(nanos));
  }

  /**
   * Sets a new deadline.
   *
   * @param newDeadline until when; one that has passed ends the sleep
   */
  public void resetAt(Deadline newDeadline) {
    deadline = Objects.requireNonNull(newDeadline, "newDeadline");
  }

  @Override
  public String toString() {
    return "Sleep[" + deadline + "]";
  }
}
