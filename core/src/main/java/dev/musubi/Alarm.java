package dev.musubi;

import dev.musubi.internal.RealTimers;
import dev.musubi.internal.Timer;
import dev.musubi.internal.Timers;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends the parking of the thread that made it when a time has come. A platform thread on the
 * machine's clock parks with a limit instead, which is cheaper than to be woken by another.
 */
final class Alarm extends Timer {
  private final Timers timers;
  private final Thread thread = Thread.currentThread();
  private final long at;
  private final boolean parksWithLimit;

  /**
   * Sets an alarm for the current thread; it must be {@linkplain #off() taken off}.
   *
   * @param now a look at the clock, not long ago
   */
  Alarm(Timers timers, long at, long now) {
    this.timers = timers;
    this.at = at;
    this.parksWithLimit = timers == RealTimers.INSTANCE && !thread.isVirtual();
    if (!parksWithLimit) {
      timers.set(this, at, now);
    }
  }

  boolean isDue() {
    return parksWithLimit ? timers.now() >= at : hasFired();
  }

  /** Parks until the thread is unparked or interrupted, or the time has come; or for no reason. */
  void park(Object blocker) {
    if (!parksWithLimit) {
      LockSupport.park(blocker);
    } else {
      long left = at - timers.now();
      if (left > 0) {
        LockSupport.parkNanos(blocker, left);
      }
    }
  }

  void off() {
    timers.cancel(this);
  }

  @Override
  protected void fired() {
    LockSupport.unpark(thread);
  }
}
