package dev.musubi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A queue of tasks that wait for a thread: anyone adds at the end and takes from the front, one by
 * one or many at once. Behind its end is a {@link LifoSlot}, whose owner puts a task there without
 * the lock; it is taken when there are no others.
 *
 * <h2>Who takes a task out need not be the one who runs it</h2>
 *
 * One who waits for a task may have begun it where it lies, or have aborted it. Such an entry is
 * dead, and keeps the result of its task in memory. Whoever takes it finds that out. Until then, it
 * is dropped when it is one of the last as a task is added, which is what joins leave behind; soon
 * after, if it is one of the first; or when the ring is full. So there are few of them, or, between
 * others that wait for a carrier, at most as many as a ring holds of which those fill an eighth.
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
 * <h2>Rings change hands</h2>
 *
 * While one copies tasks out of a lane, the one who spawns there would wait. So a worker that has
 * none, and finds many, takes them with their ring, and whoever adds the next one brings a new
 * ring. What has moved so is halved from there on: two workers that have nothing but these tasks
 * would else take all of them from each other again and again. Nobody adds to it there, and so
 * nobody drops its dead ones before their turn: that is why a large ring stays where it is.
 *
 * <h2>Never left locked</h2>
 *
 * Between taking and writing the word nothing is allocated, so that the end of memory cannot strike
 * there, and a virtual thread cannot leave its carrier. Nor can the end of the stack: who comes
 * here is a worker, or has reserved some. What is in between is a few loads and stores; a ring that
 * is full grows outside.
 */
final class TaskLane extends TaskLaneWords {
  /** So many are worth moving as a whole. */
  static final int MANY = 64;

  /** How many entries a glance looks at. */
  static final int GLANCED = 64;

  private static final int LOCKED = -1;
  private static final int SPINS = 100;
  private static final int FRESH = 64;
  private static final int BATCH = 128; // these are lengths of rings, and so powers of two
  private static final int SMALL_BATCH = 32;
  private static final int FIRST_CAPACITY = 64;
  private static final int MOST_MOVED = 1 << 10;
  private static final int SWEEP = 8;
  private static final int MOST_DROPPED = 64; // at once: others wait for the lock
  private static final int WIDER = 4; // by 2, a flood would move each task three times as often
  private static final int KEPT_CAPACITY = 1 << 14;
  private static final VarHandle SIZE;

  @SuppressWarnings("unused")
  private long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, pa, pb, pc, pd, pe;

  /** Whether there may be a task in it. */
  boolean hasWork() {
    return slot.glance() != null || size != 0; // in this order, as one may be moved into the lane
  }

  /** How many are in it, without the slot, if nobody is at it just now; else at least one. */
  int about() {
    int n = size;
    return n == LOCKED ? Math.max(1, before) : n;
  }

  /**
   * The first that has not begun, or null if there is none among the first {@link #GLANCED}, nor in
   * the slot. Without the lock: while others add and take, it may miss one. What was added before,
   * and stays, it finds.
   */
  @Nullable TaskCore<?> glance() {
    TaskCore<?> newest = slot.glance(); // first, as it may be moved into the ring
    for (int spins = 0; size == LOCKED && spins < SPINS; spins++) {
      Thread.onSpinWait();
    }
    int n = Math.min(about(), GLANCED);
    @Nullable TaskCore<?>[] in = ring;
    for (int i = 0, at = front; i < n && i < in.length; i++, at++) {
      TaskCore<?> core = in[at & (in.length - 1)];
      if (isLive(core)) {
        return core;
      }
    }
    return newest;
  }

  /** How many dead ones it has dropped, or the slot has had; without the lock, a little late. */
  long dropped() {
    return dropped + slot.puts();
  }

  /** Adds a task at the end; whether there were others before, and all of them dead. */
  boolean add(TaskCore<?> core) {
    boolean alone = false;
    for (; ; ) {
      int had = lock();
      int n = dropLast(had);
      alone |= n < had && n == 0;
      if (added % SWEEP == 0) {
        if (front == sweptTo) { // nobody takes from there, and would miss the places that we touch
          n = dropFirst(n);
        }
        sweptTo = front;
      }
      if (n == 0 && added > FRESH) { // to store young tasks in an old one costs a fence of G1 each
        leaveRing();
      }
      @Nullable TaskCore<?>[] into = ring;
      if (n < into.length) {
        added++;
        into[(front + n) & (into.length - 1)] = core;
        SIZE.setRelease(this, n + 1);
        return alone;
      }
      size = n;
      makeRoom(into.length, 1);
    }
  }

  /**
   * Adds so many from this place of a ring on, before what is there: that may be a flood. An empty
   * lane makes the ring its own, and the caller leaves it alone from here on. If there is no memory
   * for a wider one, the handles tell.
   */
  void addAllFirst(@Nullable TaskCore<?>[] cores, int from, int count) {
    try {
      while (!tryAddAllFirst(cores, from, count)) {
        makeRoom(ring.length, count);
      }
    } catch (OutOfMemoryError e) {
      for (int i = 0; i < count; i++) {
        Objects.requireNonNull(cores[(from + i) & (cores.length - 1)]).failToStart(e);
      }
    }
  }

  private boolean tryAddAllFirst(@Nullable TaskCore<?>[] cores, int from, int count) {
    int n = lock();
    @Nullable TaskCore<?>[] into = ring;
    if (n == 0) {
      ring = cores;
      front = from;
      added = 0;
    } else if (n + count <= into.length) {
      front = (front - count) & (into.length - 1);
      for (int i = 0; i < count; i++) {
        into[(front + i) & (into.length - 1)] = cores[(from + i) & (cores.length - 1)];
      }
    } else {
      size = n;
      return false;
    }
    size = n + count;
    return true;
  }

  /** Drops dead ones at its end, unless somebody is at it, who may have lost the CPU. */
  void dropDead() {
    slot.dropDead();
    int n = size;
    if (n != 0 && tryLock(n)) {
      size = dropLast(n);
    }
  }

  /** Under the lock: drops some dead ones at the end; how many entries are left. */
  private int dropLast(int n) {
    for (int i = 0; i < MOST_DROPPED && n > 0 && drop(front + n - 1); i++) {
      n--;
    }
    return n;
  }

  /** Under the lock: drops some dead ones at the front; how many entries are left. */
  private int dropFirst(int n) {
    for (int i = 0; i < MOST_DROPPED && n > 0 && drop(front); i++) {
      front = (front + 1) & (ring.length - 1);
      n--;
    }
    return n;
  }

  /** Under the lock: empties a place of the ring, if its entry is dead. */
  private boolean drop(int place) {
    int at = place & (ring.length - 1);
    if (isLive(ring[at])) {
      return false;
    }
    ring[at] = null;
    dropped++;
    return true;
  }

  private static boolean isLive(@Nullable TaskCore<?> core) {
    return core != null && core.isUnstarted();
  }

  /** Under the lock, when the ring is empty, or belongs to another lane from here on. */
  private void leaveRing() {
    ring = NONE;
    front = 0;
    added = 0;
  }

  /**
   * In a ring of this length: drops all dead ones, and takes a wider one if the others and the new
   * ones need it.
   */
  private void makeRoom(int capacity, int more) {
    @Nullable TaskCore<?>[] wider = new TaskCore<?>[Math.max(FIRST_CAPACITY, WIDER * capacity)];
    int n = lock();
    @Nullable TaskCore<?>[] old = ring;
    if (old.length < wider.length) { // else someone was quicker
      int kept = 0;
      for (int i = 0; i < n; i++) {
        int at = (front + i) & (old.length - 1);
        TaskCore<?> core = old[at];
        old[at] = null;
        if (isLive(core)) {
          wider[kept++] = core;
        }
      }
      if (kept + more > old.length / 2) {
        ring = wider;
      } else {
        System.arraycopy(wider, 0, old, 0, kept);
      }
      front = 0;
      dropped += n - kept;
      n = kept;
    }
    size = n;
  }

  /** The first, or null. */
  @Nullable TaskCore<?> poll() {
    int n = lockIfAny();
    if (n == 0) {
      return slot.poll();
    }
    @Nullable TaskCore<?>[] from = ring;
    int at = front;
    TaskCore<?> first = from[at];
    from[at] = null;
    front = (at + 1) & (from.length - 1);
    SIZE.setRelease(this, n - 1);
    return first;
  }

  /**
   * Moves tasks into another lane, and gives the first of them, or null if there is none: all, with
   * their ring, if there are many that were added here one by one, and none in the other lane; else
   * the older half, but not more than a batch.
   */
  @Nullable TaskCore<?> moveTo(TaskLane other) {
    int about = about();
    boolean small = about < MANY || other.size != 0;
    if (!small && added >= about && ring.length <= MOST_MOVED) {
      return moveRingTo(other);
    }
    @Nullable TaskCore<?>[] batch;
    try {
      batch = new TaskCore<?>[small ? SMALL_BATCH : BATCH];
    } catch (OutOfMemoryError e) { // the tasks must be run all the same
      return poll();
    }
    return first(batch, 0, takeHalf(batch), other);
  }

  private @Nullable TaskCore<?> moveRingTo(TaskLane other) {
    int n = lockIfAny();
    if (n == 0) {
      return slot.poll();
    }
    @Nullable TaskCore<?>[] all = ring;
    int from = front;
    leaveRing();
    size = 0;
    return first(all, from, n, other);
  }

  /** Of so many from this place of a ring on; the rest goes into another lane. */
  private static @Nullable TaskCore<?> first(
      @Nullable TaskCore<?>[] all, int from, int n, TaskLane other) {
    if (n == 0) {
      return null;
    }
    TaskCore<?> first = all[from];
    all[from] = null;
    if (n > 1) {
      other.addAllFirst(all, (from + 1) & (all.length - 1), n - 1);
    }
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
    int n = lockIfAny();
    if (n == 0) {
      return takeFromSlot(into);
    }
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
    if (take == n && from.length > KEPT_CAPACITY) {
      leaveRing();
    }
    size = n - take;
    return take;
  }

  private int takeFromSlot(@Nullable TaskCore<?>[] into) {
    TaskCore<?> core = slot.poll();
    into[0] = core;
    return core == null ? 0 : 1;
  }

  /** As {@link #lock}, but does not hold the lock if there are none. */
  private int lockIfAny() {
    if (size == 0) {
      return 0;
    }
    int n = lock();
    if (n == 0) {
      size = 0;
    }
    return n;
  }

  /** Gives the number of tasks; the caller must write it, or another one. */
  private int lock() {
    for (int spins = 0; ; spins++) {
      int n = size;
      if (tryLock(n)) {
        return n;
      }
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        Thread.yield(); // the system has taken the CPU from the one who holds it
      }
    }
  }

  private boolean tryLock(int n) {
    if (n != LOCKED && SIZE.compareAndSet(this, n, LOCKED)) {
      before = n;
      return true;
    }
    return false;
  }

  static {
    try {
      SIZE = MethodHandles.lookup().findVarHandle(TaskLane.class, "size", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
