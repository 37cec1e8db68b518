package dev.musubi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A queue of tasks that wait for a thread: anyone adds at the end and takes from the front, one by
 * one or many at once; the last ones can be taken back.
 *
 * <h2>One word</h2>
 *
 * {@link #size} is the number of tasks, or {@link #LOCKED} while one thread changes the ring.
 * Whoever brings it from a number to LOCKED by compare-and-set owns the ring, until it writes the
 * new number.
 *
 * <p>Who adds a task and then looks whether a worker is coming, and a worker that says that it has
 * come and then looks for tasks, cannot miss each other: to lock, to look and to say are volatile,
 * and LOCKED counts as work. If the worker looks after the lock was taken, it sees that or the
 * task; if before, the other one sees what it said. So the new number needs no fence where speed
 * matters.
 *
 * <h2>Never left locked</h2>
 *
 * Between taking and writing the word nothing is allocated, so that the end of memory cannot strike
 * there, and a virtual thread cannot leave its carrier. Nor can the end of the stack: who comes
 * here is a worker, or has reserved some. What is in between is a few loads and stores; a ring that
 * is full grows outside.
 */
final class TaskLane extends TaskLaneWords {
  private static final int LOCKED = -1;
  private static final int SPINS = 100;
  private static final int WINDOW = 16;
  private static final int FRESH = 64;
  private static final int KEPT_CAPACITY = 1 << 14;
  private static final VarHandle SIZE;

  @SuppressWarnings("unused")
  private long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, pa, pb, pc, pd, pe;

  /** Whether there may be a task in it. */
  boolean hasWork() {
    return size != 0;
  }

  /** How many tasks are in it, if nobody is at it just now; else at least one. */
  int about() {
    int n = size;
    return n == LOCKED ? Math.max(1, before) : n;
  }

  /**
   * How many were ever taken back; by those who do not take them back themselves, a little late.
   */
  long takenBack() {
    return takenBack;
  }

  /** Adds a task at the end; false if the lane is closed. */
  boolean add(TaskCore<?> core) {
    for (; ; ) {
      int n = lock();
      if (closed) {
        size = n;
        return false;
      }
      @Nullable TaskCore<?>[] into = ring;
      if (n == 0 && added > FRESH) {
        size = 0;
        renew();
        continue;
      }
      if (n < into.length) {
        added++;
        into[(front + n) & (into.length - 1)] = core;
        SIZE.setRelease(this, n + 1);
        return true;
      }
      size = n;
      grow(new TaskCore<?>[2 * into.length]);
    }
  }

  /** Takes no more single ones from here on. */
  void close() {
    int n = lock();
    closed = true;
    size = n;
  }

  /** A young ring: to store young tasks in an old one costs a fence of G1 for each. */
  private void renew() {
    @Nullable TaskCore<?>[] young;
    try {
      young = new TaskCore<?>[FIRST_CAPACITY];
    } catch (OutOfMemoryError e) {
      young = null; // the old one serves as well
    }
    int n = lock();
    if (n == 0 && young != null) {
      ring = young;
      front = 0;
    }
    added = 0;
    size = n;
  }

  /**
   * Adds what lies from one place up to another, even when it is closed: it comes from another
   * lane. An empty lane makes the array its ring, so its length is a power of two, and the caller
   * leaves it alone from here on.
   */
  void addAll(@Nullable TaskCore<?>[] cores, int from, int to) {
    int count = to - from;
    for (; ; ) {
      int n = lock();
      if (n == 0) {
        ring = cores;
        front = from;
        added = 0;
        size = count;
        return;
      }
      @Nullable TaskCore<?>[] into = ring;
      if (n + count <= into.length) {
        for (int i = 0; i < count; i++) {
          into[(front + n + i) & (into.length - 1)] = cores[from + i];
        }
        size = n + count;
        return;
      }
      size = n;
      grow(new TaskCore<?>[2 * into.length]);
    }
  }

  private void grow(@Nullable TaskCore<?>[] wider) {
    int n = lock();
    @Nullable TaskCore<?>[] old = ring;
    if (old.length < wider.length) { // else someone was quicker
      for (int i = 0; i < n; i++) {
        wider[i] = old[(front + i) & (old.length - 1)];
      }
      ring = wider;
      front = 0;
    }
    size = n;
  }

  /** The first, or null. */
  @Nullable TaskCore<?> poll() {
    if (size == 0) {
      return null;
    }
    int n = lock();
    if (n == 0) {
      size = 0;
      return null;
    }
    @Nullable TaskCore<?>[] from = ring;
    int at = front;
    TaskCore<?> first = from[at];
    from[at] = null;
    front = (at + 1) & (from.length - 1);
    SIZE.setRelease(this, n - 1);
    return first;
  }

  /** Takes the older half, but not more than fit into the array; how many. */
  int takeHalf(@Nullable TaskCore<?>[] into) {
    return take(into, true);
  }

  /** Takes the oldest, but not more than fit into the array; how many. */
  int take(@Nullable TaskCore<?>[] into) {
    return take(into, false);
  }

  private int take(@Nullable TaskCore<?>[] into, boolean half) {
    if (size == 0) {
      return 0;
    }
    int n = lock();
    int take = half ? n - n / 2 : n;
    if (take > into.length) {
      take = into.length;
    }
    @Nullable TaskCore<?>[] from = ring;
    int at = front;
    for (int i = 0; i < take; i++) {
      into[i] = from[at];
      from[at] = null;
      at = (at + 1) & (from.length - 1);
    }
    front = at;
    size = n - take;
    if (take == n && from.length > KEPT_CAPACITY) {
      try {
        shrink();
      } catch (Throwable e) {
        // what was taken must reach the caller: the large ring serves as well
      }
    }
    return take;
  }

  /** After a flood: its ring need not be kept. */
  private void shrink() {
    @Nullable TaskCore<?>[] smaller = new TaskCore<?>[FIRST_CAPACITY];
    int n = lock();
    if (n == 0) {
      ring = smaller;
      front = 0;
    }
    size = n;
  }

  /** Takes a task back if it is one of the last few; whether it did. */
  boolean removeFromEnd(TaskCore<?> core) {
    if (size == 0) {
      return false;
    }
    int n = lock();
    @Nullable TaskCore<?>[] from = ring;
    int mask = from.length - 1;
    int last = front + n - 1;
    int looks = n < WINDOW ? n : WINDOW;
    for (int i = 0; i < looks; i++) {
      if (from[(last - i) & mask] == core) {
        for (int at = last - i; at < last; at++) {
          from[at & mask] = from[(at + 1) & mask];
        }
        from[last & mask] = null;
        takenBack++;
        SIZE.setRelease(this, n - 1);
        return true;
      }
    }
    size = n;
    return false;
  }

  /** Gives the number of tasks; the caller must write it, or another one. */
  private int lock() {
    for (int spins = 0; ; spins++) {
      int n = size;
      if (n != LOCKED && SIZE.compareAndSet(this, n, LOCKED)) {
        before = n;
        return n;
      }
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        Thread.yield(); // the system has taken the CPU from the one who holds it
      }
    }
  }

  static {
    try {
      SIZE = MethodHandles.lookup().findVarHandle(TaskLane.class, "size", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
