package dev.musubi;

import dev.musubi.internal.RealTimers;
import dev.musubi.internal.Timer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Runs light tasks: on a few virtual threads, the workers, which take one after the other.
 *
 * <h2>A task may block on anything</h2>
 *
 * A worker whose task blocks is blocked. So while tasks are waiting, one more worker, the
 * <em>standby</em>, always has been started or unparked and has not begun: the platform's scheduler
 * runs it as soon as a carrier is free, for whatever reason. It takes over the waiting tasks, and
 * makes the next one its standby before it runs any of them. As many workers run as there are
 * carriers; a blocked one costs what a virtual thread costs; who finds no more tasks goes idle, or
 * ends if enough are idle.
 *
 * <h2>No task is forgotten</h2>
 *
 * <em>Invariant:</em> if a task is in a lane, {@link #standby} is 1 or some worker, spawning thread
 * or timer is about to look at it. Who adds a task looks at {@code standby} after, and makes a
 * standby if it is 0; a worker that begins writes 0 first and looks into the lanes after. Both are
 * volatile, so at least one of the two sees the other. Before a worker runs a task it makes a
 * standby if the lanes are not empty, so that it may block. A worker that moves tasks from one lane
 * into another does so before it looks. If no standby can be had, for want of memory, others may
 * have relied on it: a timer tries again until one is there, or the lanes are empty. A worker that
 * dozes is a standby that is not runnable, but looks by itself: see {@link Worker#doze}.
 *
 * <p>Into a lane's {@linkplain LifoSlot slot} a task is put without a fence, and only while a
 * worker dozes. That one may cease to, and look for the last time, while the store is on its way.
 * So there are two more looks. Who puts the task looks at {@code dozing} after, in the order of the
 * machine code; if nobody dozes any more, the task goes into the lane. And a millisecond after
 * {@code dozing} was cleared a timer looks into the slots. If the first look came too early, the
 * store was made right before; and a processor takes less than a microsecond until others see it,
 * and does not turn to another thread before. So the second look finds the task.
 *
 * <h2>Lanes</h2>
 *
 * So that threads do not wait for each other at one queue, there are several. One half of them are
 * for the workers: one that begins chooses one which no other has, as long as there are any, adds
 * what its tasks spawn to it, and takes from there first. The other half are for all other threads,
 * by their numbers. A worker that finds its lane empty moves half of the fullest one into its own;
 * or all, if many were just spawned there. Where few are, and more are just being spawned, it waits
 * first, for a few microseconds. One whose tasks spawn one, run it in its join, and spawn the next,
 * {@value #ALONE} times in a row, uses the slot beside its lane instead, which needs no lock. A
 * worker without a lane of its own adds to another's, and uses no slot.
 *
 * <h2>Fairness</h2>
 *
 * Workers pass a point of the {@link Pacer} between two tasks. Who begins, and each after some
 * tasks, takes from the lanes in turn, and runs that before what is in its own. After more tasks
 * each gives way to the standby, which costs as much as ten of them.
 */
final class LightPool {
  private static final int QUANTUM = 256;
  private static final int LOOK_AROUND = 128; // a part of it
  private static final int PLENTY = 256;
  private static final int ALONE = 32;
  private static final int MOST_IDLE = 64;
  private static final int LOOKS = 3;
  private static final int SPINS = 50; // a microsecond
  private static final int SPINS_WHILE_GROWING = 3 * SPINS;
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long DOZE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
  private static final long LONGEST_DOZE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long KEEP_ALIVE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final String NAME = "musubi-light";
  private static final VarHandle STANDBY;

  private static final ThreadFactory THREADS =
      Thread.ofVirtual().name(NAME).inheritInheritableThreadLocals(false).factory();

  private final LiveTasks live;
  private final ThreadFactory threads;
  private final TaskLane[] lanes;
  private final int half; // a power of two
  private final AtomicReference<@Nullable Idle> idle = new AtomicReference<>();
  private volatile boolean closed;
  private volatile @Nullable Worker dozing;
  private final AtomicLong freeLanes; // of the workers' half: a bit for each
  private int turn; // racy: a lost step only gives a lane one turn more

  private volatile int standby; // 1: a worker was made runnable and has not begun
  private final AtomicBoolean retrying = new AtomicBoolean();
  private final Timer retry =
      new Timer() {
        @Override
        protected void fired() {
          retrying.set(false);
          look();
        }
      };

  private volatile int leastIdle; // since the timer fired last; racy: one worker ends late
  private final AtomicBoolean aging = new AtomicBoolean();
  private final Timer keepAlive =
      new Timer() {
        @Override
        protected void fired() {
          aging.set(false);
          for (int spare = leastIdle; spare > 0; spare--) {
            Worker one = takeIdle();
            if (one != null) {
              one.end();
            }
          }
          ageIdle();
        }
      };

  LightPool(LiveTasks live) {
    this(live, THREADS);
  }

  LightPool(LiveTasks live, ThreadFactory threads) {
    this.live = live;
    this.threads = threads;
    half =
        Math.clamp(4L * Integer.highestOneBit(Runtime.getRuntime().availableProcessors()), 8, 64);
    lanes = new TaskLane[2 * half];
    freeLanes = new AtomicLong(-1L >>> (Long.SIZE - half));
    for (int i = 0; i < lanes.length; i++) {
      lanes[i] = new TaskLane();
    }
  }

  /** An idle worker in a stack of them. Each is new, so that it cannot be taken for another. */
  private record Idle(Worker worker, @Nullable Idle next, int depth) {}

  // ---------------------------------------------------------------- in

  /** If no worker can be had for want of memory, the handle tells. */
  void submit(TaskCore<?> core) {
    try {
      Thread here = Thread.currentThread();
      Worker spawner = core.spawner();
      if (spawner == null || spawner.thread != here) {
        lanes[(int) here.threadId() & (half - 1)].add(core);
      } else if (spawner.putAside(core)) {
        return;
      }
      if (standby == 0) {
        makeStandby();
      }
    } catch (Throwable e) { // no memory for a thread
      core.failToStart(e);
      look(); // another one may have been moved from the slot
    }
  }

  /** For one that will wait for a task that has not begun. */
  void hurry() {
    Worker standby = dozing;
    if (standby != null) {
      standby.hurried = true;
      LockSupport.unpark(standby.thread);
    }
  }

  private boolean hasWork() {
    for (TaskLane lane : lanes) {
      if (lane.hasWork()) {
        return true;
      }
    }
    return false;
  }

  // ---------------------------------------------------------------- workers

  private void makeStandby() {
    if (STANDBY.compareAndSet(this, 0, 1)) {
      try {
        Worker one = takeIdle();
        if (one != null) {
          one.wake();
        } else {
          new Worker().thread.start();
        }
      } catch (Throwable e) {
        standby = 0;
        retryLater();
        throw e;
      }
    }
  }

  /** Some time after a task was put where nobody may have seen it. */
  private void look() {
    for (TaskLane lane : lanes) {
      lane.slot.dropDead(); // dead ones are no work, so nobody comes for them
    }
    if (standby == 0 && hasWork()) {
      try {
        makeStandby();
      } catch (Throwable e) {
        // still no memory: the timer is set again
      }
    }
  }

  private void retryLater() {
    if (retrying.compareAndSet(false, true)) {
      try {
        set(retry, RETRY_NANOS);
      } catch (Throwable e) {
        retrying.set(false);
        throw e;
      }
    }
  }

  private static void set(Timer timer, long nanos) {
    while (!RealTimers.INSTANCE.set(timer, RealTimers.INSTANCE.in(nanos))) {
      Thread.onSpinWait(); // the system has taken the CPU from us for so long
    }
  }

  private @Nullable Worker takeIdle() {
    for (; ; ) {
      Idle first = idle.get();
      if (first == null) {
        return null;
      }
      if (idle.compareAndSet(first, first.next)) {
        if (first.depth <= leastIdle) {
          leastIdle = first.depth - 1;
        }
        return first.worker;
      }
    }
  }

  /**
   * As long as some are idle, a timer looks now and then how many were all the time, and ends as
   * many. (A limit for each one's wait would make the platform's timer thread wake for each.)
   */
  private void ageIdle() {
    Idle first = idle.get();
    if (first != null && !aging.get() && aging.compareAndSet(false, true)) {
      leastIdle = first.depth;
      set(keepAlive, KEEP_ALIVE_NANOS);
    }
  }

  /** No more work. Idle workers end now, busy ones when they find no more tasks. */
  void close() {
    closed = true;
    endIdle();
  }

  private void endIdle() {
    for (Worker one = takeIdle(); one != null; one = takeIdle()) {
      one.wake();
    }
  }

  /** One of the threads, with a lane and seats for what is spawned there. */
  final class Worker implements Runnable {
    final LiveTasks.Own seats = live.new Own(this);
    private final Thread thread = threads.newThread(this);
    private final SharedThread shared = new SharedThread(thread, this);
    private TaskLane own = lanes[half];
    private long ownBit; // 0: others have the lane, too
    private volatile boolean woken;
    private volatile boolean hurried;
    private volatile boolean ended;
    private long seen; // the sum of what the lanes had dropped when it last looked
    private int alone; // how many in a row were run in joins before the next was spawned
    private boolean told; // that there is no memory for a further one

    /**
     * Puts a task that was spawned here into the lane, or into the slot; true if a worker will look
     * by itself, so that the caller need not see to it.
     */
    boolean putAside(TaskCore<?> core) {
      if (alone >= ALONE && ownBit != 0) {
        LifoSlot slot = own.slot;
        TaskCore<?> last = slot.last();
        if (last != null && last.isUnstarted()) {
          moveIntoLane(last);
        } else if (dozing != null) {
          slot.put(core);
          VarHandle.releaseFence(); // the compiler must not look first
          if (dozing != null) {
            return true;
          }
          moveIntoLane(core);
          return false;
        }
      }
      int now = own.add(core) ? Math.min(alone + 1, ALONE) : 0;
      if (now != alone) { // others may read what lies beside it
        alone = now;
      }
      return false;
    }

    /** In one of them it is always; who takes it from both finds it begun the second time. */
    private void moveIntoLane(TaskCore<?> core) {
      var _ = own.add(core);
      var _ = own.slot.take(core);
    }

    void wake() {
      woken = true;
      LockSupport.unpark(thread);
    }

    void end() {
      ended = true;
      wake();
    }

    @Override
    public void run() {
      try {
        do {
          begin();
        } while (drain() ? awaitWork() : doze() || awaitWork());
      } catch (Throwable e) {
        Log.warn("internal error in a light worker, which ends", e);
      } finally {
        seats.end();
        if (standby == 0 && hasWork()) {
          retryLater();
        }
      }
    }

    private void begin() {
      try {
        Pacer.awaitOpen();
      } catch (Throwable e) {
        Log.warn("internal error in a light worker", e);
      } finally {
        standby = 0; // only now: while it waited for the gate, it was still to come
      }
    }

    private void chooseLane() {
      long free = freeLanes.getAndUpdate(bits -> bits & (bits - 1)); // takes the lowest
      ownBit = Long.lowestOneBit(free);
      int which = ownBit == 0 ? (int) thread.threadId() : Long.numberOfTrailingZeros(ownBit);
      own = lanes[half + (which & (half - 1))];
    }

    private void giveLaneBack() {
      own.slot.dropDead();
      long bit = ownBit;
      ownBit = 0; // what is spawned here now, by a logger say, must not go into its slot
      freeLanes.getAndAccumulate(bit, (bits, mine) -> bits | mine);
    }

    private boolean drain() {
      chooseLane();
      try {
        boolean any = false;
        int left = QUANTUM;
        for (TaskCore<?> core = first();
            core != null;
            core = left % LOOK_AROUND == 0 ? first() : next()) {
          any |= runTask(core);
          if (--left == 0) {
            left = QUANTUM;
            if (retires()) {
              break;
            }
          }
        }
        return any;
      } finally {
        giveLaneBack();
      }
    }

    private boolean runTask(TaskCore<?> core) {
      boolean begun = true;
      try {
        ensureStandby();
        Thread.interrupted(); // a foreign one: it is not meant for this task
        begun = shared.execute(core, NAME);
        Pacer.awaitOpen();
      } catch (Throwable e) {
        core.failToStart(e);
        Log.warn("internal error in a light worker", e);
      }
      return begun;
    }

    /**
     * Whether another worker goes on in its place. So each has its turn, and those that are too
     * many, because tasks of others have blocked and gone on, become idle.
     */
    private boolean retires() {
      ensureStandby();
      hurry();
      return standby != 0; // it has yet to look into the lanes
    }

    /**
     * Whatever the next task does, the others must not have to wait for it. If there is no memory
     * for a thread, the timer makes one later; the task may be what sets some free.
     */
    private void ensureStandby() {
      while (standby == 0 && !retrying.get() && hasWork()) {
        try {
          makeStandby();
          told = false;
        } catch (Throwable e) {
          if (!told) {
            told = true;
            Log.warn("no further light worker; trying again", e);
          }
        }
      }
    }

    /** From each lane in its turn: its own one may never run dry, and no other be looked at. */
    private @Nullable TaskCore<?> first() {
      int from = turn;
      for (int i = 0; i < lanes.length; i++) {
        TaskLane lane = lanes[(from + i) & (lanes.length - 1)];
        TaskCore<?> core = lane.slot.poll(); // its ring may never run dry
        if (core == null) {
          core = take(lane);
        }
        if (core != null) {
          turn = from + i + 1;
          return core;
        }
      }
      return null;
    }

    /** From its own lane, or the one with the most: two with little would only rob each other. */
    private @Nullable TaskCore<?> next() {
      TaskCore<?> core = own.poll();
      while (core == null) {
        TaskLane rich = richest();
        if (rich == null) {
          break;
        }
        letGrow(rich);
        core = take(rich); // null if another worker was quicker
      }
      return core;
    }

    /**
     * While few are in it, and more come: who spawns there would be robbed of one after the other,
     * and each would wait for what the other has in its cache. Looks seldom, for the same reason.
     */
    private static void letGrow(TaskLane lane) {
      int before = lane.about();
      if (before < TaskLane.MANY) {
        spin(SPINS);
        if (lane.about() > before) {
          spin(SPINS_WHILE_GROWING);
        }
      }
    }

    private @Nullable TaskLane richest() {
      TaskLane richest = null;
      int most = 0;
      for (int i = 0; i < lanes.length && most < PLENTY; i++) {
        TaskLane lane = lanes[((int) thread.threadId() + i) & (lanes.length - 1)];
        int n = lane.about();
        if (n > most) {
          richest = lane;
          most = n;
        }
      }
      return richest;
    }

    private @Nullable TaskCore<?> take(TaskLane lane) {
      if (lane == own) { // to turn it round would keep its last ones the last
        return own.poll();
      }
      if (!lane.hasWork()) {
        lane.slot.dropDead();
        return null;
      }
      return lane.moveTo(own);
    }

    /**
     * Is the standby for a while, so that one who goes on spawning tasks and running them itself
     * need not wake it for each; false if none was since it did so last. Looks now and then,
     * without a lock, for a task that stays: what lies there may be gone in a moment.
     */
    private boolean doze() {
      if (!joinsGoOn() || closed || !STANDBY.compareAndSet(LightPool.this, 0, 1)) {
        return false;
      }
      hurried = false;
      dozing = this;
      try {
        long nanos = DOZE_NANOS;
        while (!hasWaiting()) { // who added it may not have seen whom to hurry
          LockSupport.parkNanos(LightPool.this, nanos);
          Thread.interrupted(); // a foreign one: ours cannot be
          if (hurried || closed || !joinsGoOn()) {
            break;
          }
          nanos = Math.min(2 * nanos, LONGEST_DOZE_NANOS);
        }
      } catch (Throwable e) { // no memory for the platform's timer: awake at once
        Log.warn("internal error in a light worker", e);
      }
      dozing = null;
      lookLater();
      return true;
    }

    /** For what was put into a slot while we dozed, and was not to be seen when we looked. */
    private void lookLater() {
      try {
        Timer later =
            new Timer() {
              @Override
              protected void fired() {
                look();
              }
            };
        set(later, RETRY_NANOS);
      } catch (Throwable e) { // no memory for a timer: then the look that follows comes late
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < RETRY_NANOS) {
          Thread.onSpinWait();
        }
      }
    }

    private boolean joinsGoOn() {
      long before = seen;
      seen = 0;
      for (TaskLane lane : lanes) {
        seen += lane.dropped();
      }
      return seen != before;
    }

    /**
     * Whether there is one that stays, or there are many. Lanes in which all are dead it clears.
     */
    private boolean hasWaiting() {
      for (TaskLane lane : lanes) {
        int looks = 0;
        for (TaskCore<?> core = lane.glance(); core != null; core = lane.glance()) {
          if (++looks == LOOKS || stays(core)) {
            return true;
          }
        }
        if (lane.about() > TaskLane.GLANCED) {
          return true;
        }
        lane.dropDead();
      }
      return false;
    }

    private static boolean stays(TaskCore<?> core) {
      spin(SPINS);
      return core.isUnstarted();
    }

    private static void spin(int times) {
      for (int i = 0; i < times; i++) {
        Thread.onSpinWait();
      }
    }

    /**
     * Waits until it is the standby; false if it is to end: when the pool is closed, when enough
     * others are idle, or when it was not needed for long.
     */
    private boolean awaitWork() {
      if (closed) {
        return false;
      }
      woken = false;
      for (; ; ) {
        Idle first = idle.get();
        int depth = first == null ? 1 : first.depth + 1;
        if (depth > MOST_IDLE) {
          return false;
        }
        if (idle.compareAndSet(first, new Idle(this, first, depth))) {
          break;
        }
      }
      if (closed) {
        endIdle(); // it may have come too late for the others
      }
      try {
        ageIdle();
      } catch (Throwable e) { // no timer: it may be idle for longer, but is there if it is taken
        Log.warn("internal error in an idle light worker", e);
      }
      while (!woken) {
        try {
          LockSupport.park(LightPool.this);
        } catch (Throwable e) { // no memory: who wakes it relies on it
          Thread.yield();
        }
        Thread.interrupted(); // a foreign one: ours cannot be
      }
      return !ended;
    }
  }

  static {
    try {
      STANDBY = MethodHandles.lookup().findVarHandle(LightPool.class, "standby", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
