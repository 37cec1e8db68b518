package dev.musubi;

import dev.musubi.internal.Timers;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Ticks at a fixed rate, for a loop that does something at each of them.
 *
 * {@snippet class="TimeSnippets" region="interval"}
 *
 * <p>The first tick comes at once (or at a given start), the others a period apart, whatever the
 * loop does in between; {@link #missedTicks} says what happens when it takes too long. {@link
 * #tick} is cancel-safe: one that is aborted, interrupted or loses a select has used up no tick.
 *
 * <p>Follows the clock of the runtime that was current when it was made. Not thread-safe: for one
 * thread at a time. Holds nothing that needs closing. Corresponds to {@code tokio::time::Interval}.
 *
 * @see Periodic a task that does this, and survives failures
 */
public final class Interval {
  private final Timers timers;
  private final long period;
  private MissedTicks missedTicks = MissedTicks.BURST;
  private long next;

  private Interval(Deadline start, Duration period) {
    if (!period.isPositive()) {
      throw new IllegalArgumentException("the period must be positive: " + period);
    }
    this.timers = start.timers();
    this.period = Nanos.saturated(period);
    this.next = start.at();
  }

  /**
   * An interval whose first tick comes at once.
   *
   * @param period the time between two ticks; more than about 146 years is that long
   * @return a new interval
   * @throws IllegalArgumentException if the period is not positive
   */
  public static Interval every(Duration period) {
    Objects.requireNonNull(period, "period");
    return new Interval(Deadline.now(), period);
  }

  /**
   * An interval whose first tick comes at a given time.
   *
   * @param start when the first tick is due
   * @param period the time between two ticks
   * @return a new interval
   * @throws IllegalArgumentException if the period is not positive
   */
  public static Interval startingAt(Deadline start, Duration period) {
    Objects.requireNonNull(start, "start");
    Objects.requireNonNull(period, "period");
    return new Interval(start, period);
  }

  /**
   * Chooses what happens when ticks are missed.
   *
   * @param policy the default is {@link MissedTicks#BURST}
   * @return this interval
   */
  public Interval missedTicks(MissedTicks policy) {
    this.missedTicks = Objects.requireNonNull(policy, "policy");
    return this;
  }

  /**
   * The time between two ticks.
   *
   * @return the period
   */
  public Duration period() {
    return Duration.ofNanos(period);
  }

  /**
   * Waits for the next tick.
   *
   * @return when it was due, which is not after now
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted; then no tick is used up
   */
  public Deadline tick() throws InterruptedException {
    Task.sleepUntil(new Deadline(timers, next));
    return take();
  }

  /**
   * A branch of a {@link Select} that wins when the next tick is due. The tick is used up when the
   * branch wins, and not before.
   *
   * @param <R> the type of the handler's result
   * @param <X> the handler's own checked exception
   * @param handler what to do; it gets the time at which the tick was due
   * @return a new branch
   */
  public <R extends @Nullable Object, X extends Exception> Branch<R, X> onTick(
      Fn<? super Deadline, ? extends R, X> handler) {
    return onTick(true, handler);
  }

  /**
   * As {@link #onTick(Fn)}, with a guard.
   *
   * @param <R> the type of the handler's result
   * @param <X> the handler's own checked exception
   * @param guard false disables the branch
   * @param handler what to do; it gets the time at which the tick was due
   * @return a new branch
   */
  public <R extends @Nullable Object, X extends Exception> Branch<R, X> onTick(
      boolean guard, Fn<? super Deadline, ? extends R, X> handler) {
    Objects.requireNonNull(handler, "handler");
    return Branch.<Deadline, R, X>of(
        guard, new Due(() -> new Deadline(timers, next)), _ -> handler.apply(take()));
  }

  private Deadline take() {
    long due = next;
    long now = timers.now();
    next =
        now - due > MissedTicks.TOLERANCE_NANOS
            ? missedTicks.next(due, now, period)
            : Timers.add(due, period);
    return new Deadline(timers, due);
  }

  /** The next tick comes a period from now; the schedule goes on from there. */
  public void reset() {
    next = timers.in(period);
  }

  /** The next tick comes at once; the schedule goes on from there. */
  public void resetImmediately() {
    next = timers.now();
  }

  /**
   * The next tick comes after a time; the schedule goes on from there.
   *
   * @param duration how long from now; not negative
   * @throws IllegalArgumentException if the duration is negative
   */
  public void resetAfter(Duration duration) {
    next = timers.in(Nanos.limit(duration));
  }

  /**
   * The next tick comes at a given time; the schedule goes on from there.
   *
   * @param deadline when, on the clock of this interval
   * @throws IllegalArgumentException if it is of another clock
   */
  public void resetAt(Deadline deadline) {
    if (deadline.timers() != timers) {
      throw new IllegalArgumentException("the deadline is of another clock than the interval");
    }
    next = deadline.at();
  }

  /** For example {@code Interval[every PT1S, next: Deadline[PT0.2S left]]}. */
  @Override
  public String toString() {
    return "Interval[every " + period() + ", next: " + new Deadline(timers, next) + "]";
  }
}
