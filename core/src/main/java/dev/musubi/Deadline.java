package dev.musubi;

import dev.musubi.internal.Timer;
import dev.musubi.internal.Timers;
import java.time.Duration;
import java.util.Objects;

/**
 * A point in time up to which something may take: monotonic, and not affected when the system's
 * wall clock is set. Passed along, one deadline limits many steps.
 *
 * {@snippet class="TimeSnippets" region="deadline"}
 *
 * <p>It belongs to the clock of the runtime on which it was made: the machine's, or a {@link
 * ManualTime}. Immutable. Corresponds to {@code tokio::time::Instant} as a deadline.
 */
public final class Deadline implements Comparable<Deadline> {
  private final Timers timers;
  private final long at;

  Deadline(Timers timers, long at) {
    this.timers = timers;
    this.at = at;
  }

  /**
   * The point in time that lies so far ahead, on the clock of the {@linkplain TaskRuntime#current()
   * current runtime}.
   *
   * @param duration how far; more than about 146 years is that far
   * @return a deadline
   * @throws IllegalArgumentException if the duration is negative
   */
  public static Deadline after(Duration duration) {
    long nanos = Nanos.limit(duration);
    Timers timers = TaskRuntime.current().timers();
    return new Deadline(timers, timers.in(nanos));
  }

  /**
   * The present, on the clock of the current runtime.
   *
   * @return a deadline that has passed
   */
  public static Deadline now() {
    Timers timers = TaskRuntime.current().timers();
    return new Deadline(timers, timers.now());
  }

  /**
   * How much time is left.
   *
   * @return not negative; zero once it has passed
   */
  public Duration remaining() {
    return Duration.ofNanos(Math.max(0, at - timers.now()));
  }

  /**
   * Whether it has passed.
   *
   * @return true from the point in time on
   */
  public boolean hasPassed() {
    return timers.now() >= at;
  }

  /**
   * A later deadline.
   *
   * @param duration how much later, not negative
   * @return a new deadline
   * @throws IllegalArgumentException if the duration is negative
   */
  public Deadline plus(Duration duration) {
    return new Deadline(timers, Timers.add(at, Nanos.limit(duration)));
  }

  /**
   * How far another deadline lies after this one.
   *
   * @param other a deadline of the same clock
   * @return negative if the other is earlier
   * @throws IllegalArgumentException if the clocks differ
   */
  public Duration until(Deadline other) {
    return Duration.ofNanos(sameClock(other).at - at);
  }

  /**
   * Compares by time.
   *
   * @throws IllegalArgumentException if the clocks differ
   */
  @Override
  public int compareTo(Deadline other) {
    return Long.compare(at, sameClock(other).at);
  }

  private Deadline sameClock(Deadline other) {
    if (other.timers != timers) {
      throw new IllegalArgumentException("deadlines of different clocks cannot be compared");
    }
    return other;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Deadline d && d.timers == timers && d.at == at;
  }

  @Override
  public int hashCode() {
    return Objects.hash(System.identityHashCode(timers), at);
  }

  /** For example {@code Deadline[PT1.5S left]}. */
  @Override
  public String toString() {
    return "Deadline[" + (hasPassed() ? "passed" : remaining() + " left") + "]";
  }

  Timers timers() {
    return timers;
  }

  long at() {
    return at;
  }

  /**
   * Offers itself when it has come.
   *
   * @param now a look at its clock, not long ago
   */
  Registration register(SelectWaiter<? super Deadline> waiter, long now) {
    Bell bell = new Bell(this, waiter);
    if (!timers.set(bell, at, now)) {
      waiter.offer(this);
    }
    return bell;
  }

  private static final class Bell extends Timer implements Registration {
    private final Deadline deadline;
    private final SelectWaiter<? super Deadline> waiter;

    Bell(Deadline deadline, SelectWaiter<? super Deadline> waiter) {
      this.deadline = deadline;
      this.waiter = waiter;
    }

    @Override
    protected void fired() {
      if (waiter
          .isBeingClaimed()) { // by a source that keeps to no rule, perhaps: others have timers
        Housekeeping.aside("timer", () -> waiter.offer(deadline));
      } else {
        waiter.offer(deadline);
      }
    }

    @Override
    public void close() {
      deadline.timers.cancel(this);
    }
  }
}
