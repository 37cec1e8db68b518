package dev.musubi;

import dev.musubi.internal.Timers;
import java.time.Duration;
import java.util.Objects;

/** Durations as nanoseconds: checked at the call, saturated instead of overflowing. */
final class Nanos {
  /** About 146 years: far enough to mean "never", near enough that adding it to a clock is safe. */
  static final long FOREVER = Timers.FOREVER;

  private Nanos() {}

  /** The duration in nanoseconds, at most {@link #FOREVER}. */
  static long saturated(Duration duration) {
    return duration.toSeconds() >= FOREVER / 1_000_000_000L ? FOREVER : duration.toNanos();
  }

  /** A time limit: neither null nor negative. */
  static long limit(Duration limit) {
    Objects.requireNonNull(limit, "limit");
    if (limit.isNegative()) {
      throw new IllegalArgumentException("the limit must not be negative: " + limit);
    }
    return saturated(limit);
  }
}
