package dev.musubi.internal;

import java.util.concurrent.atomic.AtomicLong;

/** Timers that fire when somebody moves the time forward, on that thread; to the nanosecond. */
public final class ManualTimers extends Timers {
  private final Shard shard = new Shard();
  private final AtomicLong now = new AtomicLong();

  /** At time zero. */
  public ManualTimers() {}

  @Override
  public long now() {
    return now.get();
  }

  @Override
  public boolean set(Timer timer, long at, long earlier) {
    if (!shard.set(timer, at, now.get())) {
      return false;
    }
    if (now.get() >= at) { // the time has moved meanwhile
      RealTimers.fire(shard.advance(now.get()));
    }
    return true;
  }

  /**
   * Moves the time forward in one jump and fires what is due, in order of time.
   *
   * @param nanos not negative
   * @throws ArithmeticException if the time would exceed a long
   */
  public void advance(long nanos) {
    RealTimers.fire(shard.advance(now.updateAndGet(then -> Math.addExact(then, nanos))));
  }

  /**
   * Whether a timer is set.
   *
   * @return true if some timer will fire
   */
  public boolean isAnySet() {
    return shard.exactNextTick() != Wheel.NEVER;
  }
}
