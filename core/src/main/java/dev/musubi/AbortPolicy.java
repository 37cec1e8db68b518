package dev.musubi;

import java.time.Duration;
import java.util.Objects;

/**
 * How an abort reaches a running body: by interrupting its thread once, again and again, or not at
 * all.
 *
 * <p>Whatever the policy, Musubi's own waits and {@link Task#checkAborted()} see the abort. Repeats
 * are there for bodies that swallow an interrupt. They begin late on purpose, because clean-up code
 * of drivers does not survive a second interrupt that comes too early.
 *
 * <p>Immutable. Set it for a runtime with {@link TaskRuntime.Builder#abortPolicy(AbortPolicy)}, for
 * one task with {@link TaskBuilder#abortPolicy(AbortPolicy)}. Tokio has no counterpart.
 */
public final class AbortPolicy {
  private static final AbortPolicy DEFAULT =
      new AbortPolicy(true, Duration.ofSeconds(2).toNanos(), Duration.ofSeconds(30).toNanos());
  private static final AbortPolicy ONCE = new AbortPolicy(true, 0, 0);
  private static final AbortPolicy NEVER = new AbortPolicy(false, 0, 0);

  private final boolean interrupts;
  private final long firstRepeatNanos; // 0: no repeats
  private final long longestNanos;

  private AbortPolicy(boolean interrupts, long firstRepeatNanos, long longestNanos) {
    this.interrupts = interrupts;
    this.firstRepeatNanos = firstRepeatNanos;
    this.longestNanos = longestNanos;
  }

  /**
   * The default: interrupt, and repeat after 2 s, 4 s, 8 s, ... up to every 30 s until the body
   * ends.
   *
   * @return the policy
   */
  public static AbortPolicy repeating() {
    return DEFAULT;
  }

  /**
   * Interrupt, and repeat after {@code first}, then with doubled pauses up to {@code longest},
   * until the body ends.
   *
   * @param first the pause before the first repeat, positive
   * @param longest the longest pause, at least {@code first}
   * @return the policy
   * @throws IllegalArgumentException if {@code first} is not positive, or longer than {@code
   *     longest}
   */
  public static AbortPolicy repeating(Duration first, Duration longest) {
    Objects.requireNonNull(first, "first");
    Objects.requireNonNull(longest, "longest");
    if (!first.isPositive() || first.compareTo(longest) > 0) {
      throw new IllegalArgumentException(
          "need 0 < first <= longest, got first = " + first + ", longest = " + longest);
    }
    return new AbortPolicy(true, Nanos.saturated(first), Nanos.saturated(longest));
  }

  /**
   * Interrupt once.
   *
   * @return the policy
   */
  public static AbortPolicy once() {
    return ONCE;
  }

  /**
   * Do not interrupt. The body is stopped only by Musubi's own waits and by {@link
   * Task#checkAborted()}; a body that was not started never starts.
   *
   * @return the policy
   */
  public static AbortPolicy never() {
    return NEVER;
  }

  boolean interrupts() {
    return interrupts;
  }

  /** The pause before the first repeat, or 0 if there is none. */
  long firstRepeatNanos() {
    return firstRepeatNanos;
  }

  long nextPause(long pauseNanos) {
    return pauseNanos >= longestNanos / 2 ? longestNanos : pauseNanos * 2;
  }

  @Override
  public String toString() {
    return !interrupts
        ? "AbortPolicy[never]"
        : firstRepeatNanos == 0
            ? "AbortPolicy[once]"
            : "AbortPolicy[repeating from "
                + Duration.ofNanos(firstRepeatNanos)
                + " up to "
                + Duration.ofNanos(longestNanos)
                + "]";
  }
}
