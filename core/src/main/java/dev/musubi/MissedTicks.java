package dev.musubi;

import dev.musubi.internal.Timers;

/**
 * What an {@link Interval} does about ticks that nobody asked for in time. A tick counts as missed
 * when it is asked for more than 5 ms late.
 *
 * <p>Corresponds to {@code tokio::time::MissedTickBehavior}.
 */
public enum MissedTicks {
  /** Missed ticks come at once, one after the other, until the schedule is caught up. */
  BURST {
    @Override
    long next(long scheduled, long now, long period) {
      return Timers.add(scheduled, period);
    }
  },
  /** The next tick comes a full period after the late one: the schedule moves. */
  DELAY {
    @Override
    long next(long scheduled, long now, long period) {
      return Timers.add(now, period);
    }
  },
  /** Missed ticks are left out; the next one comes at the next point of the old schedule. */
  SKIP {
    @Override
    long next(long scheduled, long now, long period) {
      return Timers.add(now - (now - scheduled) % period, period);
    }
  };

  static final long TOLERANCE_NANOS = 5_000_000;

  /** When the next tick is due, after one that was missed. */
  abstract long next(long scheduled, long now, long period);
}
