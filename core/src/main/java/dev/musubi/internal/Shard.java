package dev.musubi.internal;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A wheel and its lock. A few of them share the timers of all threads. */
final class Shard {
  private final ReentrantLock lock = new ReentrantLock();
  private final Wheel wheel = new Wheel();

  /** When to look next. Written under the lock. */
  private volatile long nextTick = Wheel.NEVER;

  long nextTick() {
    return nextTick;
  }

  /** As {@link #nextTick()}, without those that were cancelled. */
  long exactNextTick() {
    lock.lock();
    try {
      nextTick = wheel.nextTick();
      return nextTick;
    } finally {
      lock.unlock();
    }
  }

  /** Sets a timer that is not set; false if its time has come already: then it counts as fired. */
  boolean set(Timer timer, long tick, long now) {
    lock.lock();
    try {
      if (now < nextTick) {
        wheel.skipTo(now); // so that the timer gets a slot near at hand
      }
      timer.tick = tick;
      if (!wheel.add(timer)) {
        timer.state(Timer.FIRED);
        return false;
      }
      timer.shard = this;
      timer.state(Timer.SET);
      if (tick < nextTick) {
        nextTick = wheel.nextTick();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes a timer out; false if it is not in, or no longer: it may have fired meanwhile and been
   * set anew, in another shard. The shard is written before the state, so that who sees it set sees
   * where.
   */
  boolean cancel(Timer timer) {
    lock.lock();
    try {
      if (timer.state() != Timer.SET || timer.shard != this) {
        return false;
      }
      wheel.remove(timer);
      timer.state(Timer.IDLE);
      return true; // nextTick may now be too early: a look in vain, and not one for each cancel
    } finally {
      lock.unlock();
    }
  }

  /** Takes out what is due, in order of time, linked by {@code next}. */
  @Nullable Timer advance(long now) {
    if (now < nextTick) {
      return null;
    }
    lock.lock();
    try {
      Timer reversed = null;
      for (Timer timer = wheel.advance(now); timer != null; ) {
        Timer following = timer.next;
        timer.state(Timer.FIRED);
        timer.next = reversed;
        reversed = timer;
        timer = following;
      }
      nextTick = wheel.nextTick();
      return reversed;
    } finally {
      lock.unlock();
    }
  }
}
