package dev.musubi;

import dev.musubi.internal.ManualTimers;
import java.time.Duration;
import java.util.Objects;

/**
 * A clock that stands still until it is moved: sleeps and time limits of a runtime that was built
 * with it end when a test says so.
 *
 * {@snippet class="ManualTimeSnippets" region="advance"}
 *
 * <p>Moving the clock wakes what is due and does not wait for it: join the tasks to see what they
 * made of it. Time never moves by itself. Thread-safe. Corresponds to {@code tokio::time::pause}
 * and {@code advance}.
 */
public final class ManualTime {
  private final ManualTimers timers = new ManualTimers();

  /** A clock that stands at zero. */
  public ManualTime() {}

  ManualTimers timers() {
    return timers;
  }

  /**
   * How far the clock has been moved.
   *
   * @return the sum of all advances
   */
  public Duration elapsed() {
    return Duration.ofNanos(timers.now());
  }

  /**
   * Moves the clock in one jump. All that is due by then is woken, in order of time.
   *
   * @param by how far, not negative
   * @throws IllegalArgumentException if it is negative
   * @throws ArithmeticException if the clock would stand at more than 292 years
   */
  public void advance(Duration by) {
    Objects.requireNonNull(by, "by");
    timers.advance(Nanos.limit(by));
  }

  /**
   * Whether a sleep or a time limit waits for this clock: a test can wait for its tasks to have
   * come that far.
   *
   * @return true if something is set
   */
  public boolean hasWaiting() {
    return timers.isAnySet();
  }

  @Override
  public String toString() {
    return "ManualTime[" + elapsed() + "]";
  }
}
