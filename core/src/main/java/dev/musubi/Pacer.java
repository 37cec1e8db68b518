package dev.musubi;

import dev.musubi.internal.Stack;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps timers, sockets and outside threads alive while tasks keep every carrier busy.
 *
 * <h2>Why</h2>
 *
 * On JDK 25 a carrier thread of the virtual-thread scheduler goes on with the queue that it is at
 * for as long as that queue is not empty. Tasks that spawn, yield or hand over in a loop refill
 * their own queue, and then whatever waits in another one (expired timers, ready sockets, unparks
 * and starts from platform threads) waits for good.
 *
 * <h2>How</h2>
 *
 * A platform thread, which no flood can starve, asks a question once a tick: it unparks a virtual
 * thread, the probe. If the probe has not run by the next tick, outside wake-ups are starving, and
 * the gate is closed: threads that pass a point of ours (spawn, join, select, sleep, yield) park,
 * and {@linkplain Launcher launchers} start nothing. The carriers' queues run dry, the carriers
 * look around, and find the probe and all else that waited. The probe opens the gate. So a program
 * that does not starve anything pays one load at each point and never waits; one that does waits
 * just as long as it takes the carriers to look around.
 *
 * <p>If the probe is not found within {@link #LONGEST_CLOSED}, the gate opens anyway, and stays
 * open for longer and longer: then the flood does not pass our points, and closing them only harms
 * ourselves.
 *
 * <pre>
 *   IDLE ──point──► OPEN ──tick, probe answered──► CALM ──point──► OPEN
 *    ▲               │                              └──quiet for a while──► IDLE
 *    │               └──tick, no answer──► CLOSED ──probe, or LONGEST_CLOSED──► OPEN
 * </pre>
 *
 * <h2>Where the points are</h2>
 *
 * Who is stopped pays for one more turn of a thread. A yield is stopped instead of yielding. A join
 * or select that begins while the gate is closed makes room by itself if it parks; it is stopped at
 * its end, if it comes to that before the gate is opened, or fails: so hand-overs between tasks
 * come to rest after one step each. The first such stop of a task's life is left out, as many wait
 * only once, and no new ones are started while the gate is closed. Those that the time may end are
 * stopped at their beginning, like sleeps: thousands of them may be due again before the last one
 * is through; and so are waits for many. The first spawn of a task while the gate is closed goes
 * through, as it starts nothing; the second is stopped, since a loop that spawns keeps its carrier.
 *
 * <h2>No lost wake-ups</h2>
 *
 * A thread that finds the gate closed pushes itself on {@link #waiting} and looks at the gate again
 * before it parks; whoever opens the gate writes it first and then takes the stack. A launcher adds
 * to its backlog and then looks at the gate; whoever opens it drains the backlogs after. A point is
 * not a promise: an early return from park (an interrupt, a permit) just lets that thread through.
 */
final class Pacer {
  private static final int IDLE = 0;
  private static final int CALM = 1;
  private static final int OPEN = 2;
  private static final int CLOSED = 3;

  private static final long TICK = TimeUnit.MICROSECONDS.toNanos(600);
  private static final long LONGEST_CLOSED = TimeUnit.MILLISECONDS.toNanos(2);
  private static final int QUIET_TICKS = 50;
  private static final int LONGEST_BACKOFF_TICKS = 128;
  private static final int GOOD_TICKS = 4;
  private static final long ANSWER_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
  private static final int HOPS = 2;

  private static final VarHandle GATE;
  private static final VarHandle WAITING;

  /** Off is open for good: a diagnostic switch. */
  private static volatile int gate =
      "off".equals(System.getProperty("dev.musubi.fairness")) ? OPEN : IDLE;

  private static volatile @Nullable Waiting waiting;
  private static volatile int closings; // of the gate, so far; the ticker is the only writer
  private static volatile int asked;
  private static volatile int answered;
  private static volatile long opened; // when the probe opened the gate last
  private static final List<WeakReference<Launcher>> LAUNCHERS = new CopyOnWriteArrayList<>();

  private Pacer() {}

  private static final class Waiting {
    final Thread thread;
    @Nullable Waiting next;

    Waiting(Thread thread) {
      this.thread = thread;
    }
  }

  /** The two threads; started at the first point that is passed. */
  private static final class Threads {
    static final Thread PROBE =
        Thread.ofVirtual()
            .name("musubi-probe")
            .inheritInheritableThreadLocals(false)
            .unstarted(() -> forGood(Pacer::probe));
    static final Thread TICKER =
        Thread.ofPlatform()
            .daemon()
            .name("musubi-pacer")
            .inheritInheritableThreadLocals(false)
            .unstarted(() -> forGood(Pacer::tick));

    static {
      PROBE.start();
      TICKER.start();
    }
  }

  static void register(Launcher launcher) {
    LAUNCHERS.removeIf(known -> known.refersTo(null));
    LAUNCHERS.add(new WeakReference<>(launcher));
  }

  static boolean isOpen() {
    return gate != CLOSED;
  }

  /**
   * A point at which a virtual thread can make room for others. True if it has: it was stopped
   * until the gate was opened, or nearly so (a wake-up meant for something else may have come
   * first).
   */
  static boolean point() {
    int now = gate;
    return now != OPEN && slowPoint(now);
  }

  /** The point of a spawn. */
  static void spawnPoint() {
    int now = gate;
    if (now != OPEN && (now != CLOSED || !TaskCore.spawnsFirstIn(closings))) {
      slowPoint(now);
    }
  }

  /**
   * The point of a wait that begins: true if it is to be passed at the end, by {@link #endWait}.
   *
   * @param limited whether the time may end it
   */
  static boolean beginWait(boolean limited) {
    int now = gate;
    if (now == CLOSED && !limited) {
      return true;
    } else if (now != OPEN) {
      slowPoint(now);
    }
    return false;
  }

  /** Throws nothing: what has been waited for may be in the caller's hands. */
  static void endWait(boolean begunWhileClosed) {
    if (begunWhileClosed && gate == CLOSED) {
      try {
        if (!TaskCore.letThroughOnce()) {
          slowPoint(CLOSED);
        }
      } catch (Throwable e) {
        // no memory, or no stack, to wait here: it goes through
      }
    }
  }

  /**
   * As {@link #point()}, for a thread that nobody waits for: it does not go through when the gate
   * is closed again before it has got a carrier.
   */
  static void awaitOpen() {
    point();
    while (gate == CLOSED) {
      Thread.interrupted(); // a foreign one, with which the next wait would not be one
      point();
    }
  }

  /**
   * Before a wait for a task: short ones are done when we come back, which is cheaper than to park
   * and be woken. But whoever yields keeps a queue from running dry.
   */
  static void yieldBeforeWait(Thread me) {
    if (me.isVirtual() && isOpen()) {
      Thread.yield();
    }
  }

  /** Says that tasks are moving, without waiting. */
  static void touch() {
    int now = gate;
    if (now < OPEN) {
      toOpen(now);
    }
  }

  private static boolean slowPoint(int now) {
    if (now != CLOSED) {
      toOpen(now);
      return false;
    }
    Thread me = Thread.currentThread();
    return me.isVirtual() && waitForOpen(me);
  }

  private static void toOpen(int now) {
    if (GATE.compareAndSet(now, OPEN) && now == IDLE) {
      wakeTicker();
    }
  }

  private static void wakeTicker() {
    try {
      LockSupport.unpark(Threads.TICKER);
    } catch (Throwable e) { // no memory for a thread; the gate stays open
      Log.warn("no thread to keep timers and sockets alive under load", e);
    }
  }

  /** False if it did not wait, or not until then. */
  private static boolean waitForOpen(Thread me) {
    Stack.reserve(); // whoever takes the stack of those that wait must wake them all
    Waiting mine = new Waiting(me);
    do {
      mine.next = waiting;
    } while (!WAITING.compareAndSet(mine.next, mine));
    if (gate == CLOSED) {
      LockSupport.park(Pacer.class);
      return gate != CLOSED;
    }
    wakeWaiting();
    return false;
  }

  private static void open() {
    gate = OPEN;
    try {
      forEachLauncher(Launcher::opening);
      forEachLauncher(Launcher::drain);
    } finally {
      wakeWaiting();
    }
  }

  private static void forEachLauncher(Consumer<Launcher> action) {
    for (WeakReference<Launcher> known : LAUNCHERS) {
      Launcher launcher = known.get();
      if (launcher != null) {
        try {
          action.accept(launcher);
        } catch (Throwable e) { // no memory: the others must be told all the same
          Log.warn("internal error in a launcher", e);
        }
      }
    }
  }

  private static void wakeWaiting() {
    Waiting all = (Waiting) WAITING.getAndSet((Waiting) null);
    Waiting reversed = null; // first come, first served
    while (all != null) { // in place: there may be no memory
      Waiting next = all.next;
      all.next = reversed;
      reversed = all;
      all = next;
    }
    for (; reversed != null; reversed = reversed.next) {
      LockSupport.unpark(reversed.thread);
    }
  }

  /** Runs a loop that ends only by a failure, such as want of memory, and then begins anew. */
  private static void forGood(Runnable loop) {
    for (; ; ) {
      try {
        loop.run();
      } catch (Throwable e) {
        try {
          open(); // whatever happens, nobody stays outside
          Log.warn("the pacer failed and begins anew", e);
        } catch (Throwable worse) {
          // no memory for a line of text
        }
      }
    }
  }

  /** The probe: answers when the carriers look around. */
  private static void probe() {
    for (; ; ) {
      while (answered == asked) {
        LockSupport.park(Pacer.class);
      }
      if (gate == CLOSED) {
        for (int i = 1; i < HOPS; i++) {
          Thread.yield(); // once more around, behind whatever else was found
        }
      }
      answered = asked;
      if (gate == CLOSED) {
        opened = System.nanoTime();
        open();
        LockSupport.unpark(Threads.TICKER);
      }
    }
  }

  private static void tick() {
    int quiet = 0;
    int backoff = 1;
    int skip = 0;
    int goodTicks = 0; // in a row; below the mark, the last starvation is fresh
    long next = System.nanoTime();
    for (; ; ) {
      next = Math.max(next + TICK, System.nanoTime() + TICK / 2);
      LockSupport.parkNanos(Pacer.class, next - System.nanoTime());
      if (gate == CALM) {
        goodTicks = GOOD_TICKS;
        if (++quiet >= QUIET_TICKS && GATE.compareAndSet(CALM, IDLE)) {
          quiet = 0;
          while (gate == IDLE) {
            LockSupport.park(Pacer.class);
          }
          next = System.nanoTime();
        }
        continue;
      }
      quiet = 0;
      if (skip > 0) {
        skip--;
        continue;
      }
      if (goodTicks < GOOD_TICKS && answered == asked) {
        ask(); // it starved a moment ago: a whole tick is too long to find out again
        LockSupport.parkNanos(Pacer.class, ANSWER_NANOS);
      }
      if (answered == asked) {
        goodTicks++;
        backoff = 1;
        if (goodTicks >= GOOD_TICKS) {
          ask();
          GATE.compareAndSet(OPEN, CALM);
          forEachLauncher(Launcher::calm);
        }
      } else {
        goodTicks = 0;
        backoff = closeAndWait() ? 1 : Math.min(2 * backoff, LONGEST_BACKOFF_TICKS);
        skip = backoff - 1;
      }
    }
  }

  private static void ask() {
    asked++; // the ticker is the only writer
    LockSupport.unpark(Threads.PROBE);
  }

  /** Closes the gate until the probe opens it. Tells whether it did. */
  private static boolean closeAndWait() {
    long begin = System.nanoTime();
    long deadline = begin + LONGEST_CLOSED;
    opened = deadline;
    forEachLauncher(Launcher::closing);
    closings++;
    gate = CLOSED;
    long left = LONGEST_CLOSED;
    if (answered == asked) { // just now
      opened = System.nanoTime();
      open();
    }
    while (gate == CLOSED && left > 0) {
      LockSupport.parkNanos(Pacer.class, left);
      left = deadline - System.nanoTime();
    }
    boolean byProbe = gate != CLOSED;
    if (!byProbe) {
      open();
    }
    long closed = Math.min(opened, deadline) - begin;
    forEachLauncher(launcher -> launcher.closed(closed, byProbe));
    return byProbe;
  }

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      GATE = lookup.findStaticVarHandle(Pacer.class, "gate", int.class);
      WAITING = lookup.findStaticVarHandle(Pacer.class, "waiting", Waiting.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
