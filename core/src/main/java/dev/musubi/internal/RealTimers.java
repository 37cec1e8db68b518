package dev.musubi.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Timers that follow {@link System#nanoTime()}. They fire at most one tick (65,536 ns) late, plus
 * what it takes to schedule the thread.
 *
 * <h2>Design</h2>
 *
 * Threads are spread over a few {@linkplain Shard shards}, so that they seldom meet at a lock. One
 * daemon platform thread, which no flood of virtual threads can starve, fires for all of them. It
 * sleeps until {@link #wakeAt}, and a thread that sets an earlier timer lowers that and wakes it:
 * so of many timers only the earliest costs a wake-up, and cancelling costs none.
 *
 * <h2>No timer is missed</h2>
 *
 * The driver writes {@code wakeAt} and then looks at each shard's next tick once more; who sets a
 * timer writes the shard's next tick and then looks at {@code wakeAt}. All are volatile, so one of
 * the two sees the other's. While the driver is awake, {@code wakeAt} is the least there is, and
 * nobody wakes it.
 */
public final class RealTimers extends Timers {
  private static final int TICK_SHIFT = 16;
  private static final int SHARDS = 8; // a power of two
  private static final long AWAKE = Long.MIN_VALUE;
  private static final VarHandle WAKE_AT;

  /** The one that all runtimes share, unless they have a clock of their own. */
  public static final RealTimers INSTANCE = new RealTimers();

  private final long start = System.nanoTime();
  private final Shard[] shards = new Shard[SHARDS];
  private volatile long wakeAt = Wheel.NEVER;

  /** Started with the first timer. */
  private static final class Driver {
    static final Thread THREAD =
        Thread.ofPlatform()
            .daemon()
            .name("musubi-timers")
            .inheritInheritableThreadLocals(false)
            .start(INSTANCE::drive);
  }

  private RealTimers() {
    for (int i = 0; i < SHARDS; i++) {
      shards[i] = new Shard();
    }
  }

  @Override
  public long now() {
    return System.nanoTime() - start;
  }

  @Override
  public boolean set(Timer timer, long at, long now) {
    if (at <= now) {
      timer.state(Timer.FIRED);
      return false;
    }
    long tick = tickFor(at);
    Shard shard = shards[(int) Thread.currentThread().threadId() & (SHARDS - 1)];
    if (!shard.set(timer, tick, tickAt(now))) {
      return false;
    }
    for (long seen = wakeAt; tick < seen; seen = wakeAt) {
      if (WAKE_AT.compareAndSet(this, seen, tick)) {
        LockSupport.unpark(Driver.THREAD);
        break;
      }
    }
    return true;
  }

  private void drive() {
    for (; ; ) {
      try {
        fireDue();
        sleep();
      } catch (Throwable e) { // want of memory, or a failure of the library itself: go on
        warn(e);
      }
    }
  }

  private void fireDue() {
    wakeAt = AWAKE;
    long tick = tickAt(now());
    for (Shard shard : shards) {
      fire(shard.advance(tick));
    }
  }

  private void sleep() {
    long next = nextTick();
    wakeAt = next;
    if (nextTick() < next) {
      return;
    }
    if (next == Wheel.NEVER) {
      LockSupport.park(this);
    } else {
      long nanos = beginOf(next) - now();
      if (nanos > 0) {
        LockSupport.parkNanos(this, nanos);
      }
    }
  }

  /** The first tick that does not begin before the point in time. */
  private static long tickFor(long at) {
    return at <= 0 ? 0 : ((at - 1) >>> TICK_SHIFT) + 1;
  }

  /** The tick that has begun last. */
  private static long tickAt(long now) {
    return now >>> TICK_SHIFT;
  }

  private static long beginOf(long tick) {
    return tick << TICK_SHIFT;
  }

  private long nextTick() {
    long next = Wheel.NEVER;
    for (Shard shard : shards) {
      next = Math.min(next, shard.nextTick());
    }
    return next;
  }

  /** Calls each timer of the chain; one that fails does not stop the others. */
  static void fire(@Nullable Timer first) {
    for (Timer timer = first; timer != null; ) {
      Timer following = timer.next; // the timer may be set anew by what it fires
      timer.next = null;
      try {
        timer.fired();
      } catch (Throwable e) {
        warn(e);
      }
      timer = following;
    }
  }

  /** The timers' thread goes on, even if the log fails, too. */
  private static void warn(Throwable failure) {
    try {
      System.getLogger("dev.musubi").log(System.Logger.Level.ERROR, "a timer failed", failure);
    } catch (Throwable e) {
      // no memory for a line of text, or a logger of the user's that throws
    }
  }

  static {
    try {
      WAKE_AT = MethodHandles.lookup().findVarHandle(RealTimers.class, "wakeAt", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
