package dev.musubi.internal;

/**
 * A clock and the timers that follow it: the seam through which time enters the library. Two kinds:
 * {@linkplain RealTimers the machine's} and {@linkplain ManualTimers one that is moved by hand}.
 *
 * <p>Points in time are nanoseconds since the clock was made; they only grow. A timer never fires
 * early.
 */
public abstract sealed class Timers permits RealTimers, ManualTimers {
  /** The longest time ahead: about 146 years. */
  public static final long FOREVER = Long.MAX_VALUE / 2;

  Timers() {}

  /**
   * The clock's time.
   *
   * @return nanoseconds since the clock was made
   */
  public abstract long now();

  /**
   * The point in time that lies so far ahead of now.
   *
   * @param nanos not negative
   * @return now plus the duration, saturated
   */
  public final long in(long nanos) {
    return add(now(), Math.min(nanos, FOREVER));
  }

  /**
   * A later point in time.
   *
   * @param at a point in time
   * @param nanos not negative
   * @return the sum, saturated
   */
  public static long add(long at, long nanos) {
    long later = at + nanos;
    return later < 0 ? Long.MAX_VALUE - 1 : Math.min(later, Long.MAX_VALUE - 1);
  }

  /**
   * Sets a timer that is not set. If its time has come already, it counts as fired at once, and
   * {@link Timer#fired()} is not called.
   *
   * @param timer the timer
   * @param at when it fires
   * @return false if its time has come already
   */
  public final boolean set(Timer timer, long at) {
    return set(timer, at, now());
  }

  /**
   * As {@link #set(Timer, long)}, for who has just looked at the clock.
   *
   * @param timer the timer
   * @param at when it fires
   * @param now the clock's time, or a little earlier: then the timer may be set although its time
   *     has come, and fires at once
   * @return false if its time has come already
   */
  public abstract boolean set(Timer timer, long at, long now);

  /**
   * Cancels a timer.
   *
   * @param timer the timer
   * @return false if it was not set, or has fired; then {@link Timer#fired()} may still be on its
   *     way
   */
  public final boolean cancel(Timer timer) {
    while (timer.state() == Timer.SET) {
      Shard shard = timer.shard;
      if (shard != null && shard.cancel(timer)) {
        return true;
      }
    }
    return false;
  }
}
