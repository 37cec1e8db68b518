package dev.musubi;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Starts the virtual threads of a runtime's tasks, and not too many at once.
 *
 * <h2>Why</h2>
 *
 * A thread that is started waits in a queue of the platform's scheduler until a carrier takes it,
 * and a queue that is not empty starves the others (see {@link Pacer}). Ten thousands of started
 * threads are a queue that is not empty for seconds, whatever the gate does. So the number of
 * threads that were started and have not begun ({@link #pending}) is bounded; further tasks wait
 * here, first come, first served. They are ordinary tasks: listed, and finished at once when
 * aborted (a dead entry is skipped when its turn comes). A waiting task is a fifth of a started
 * thread.
 *
 * <h2>How</h2>
 *
 * A task that begins lowers {@code pending} and starts tasks from the backlog up to the limit.
 * While the gate is closed nothing is started; who opens it makes up for it.
 *
 * <p>Counting each start and each beginning would cost a tenth of a spawn. So while the limit is
 * high, one task in {@link #COARSE} is counted, and counts for that many; while it is low, each one
 * is. A task keeps the weight it was started with. The bound is soft by that much, and by the
 * number of racing spawns.
 *
 * <p>The limit is the builder's as long as nothing starves. When the gate has to be closed, it
 * follows the time that the carriers took to run dry, so that it takes them about {@link
 * #TARGET_NANOS}; each calm tick doubles it again.
 *
 * <h2>No task is forgotten</h2>
 *
 * Whoever adds to the backlog looks at {@code pending} and the gate after; whoever lowers {@code
 * pending}, or opens the gate, looks at the backlog after. All are volatile, so one of the two sees
 * the other's move and drains. And while {@code pending} is not below the limit, some counted task
 * has yet to begin: it will lower it, and drain.
 */
final class Launcher {
  private static final int CARRIERS = Runtime.getRuntime().availableProcessors();
  private static final int BATCH = 64;
  private static final int COARSE = 16; // a power of two
  private static final int COARSE_FROM = 2 * COARSE;
  private static final long TARGET_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  private final Queue<TaskCore<?>> backlog = new ConcurrentLinkedQueue<>();
  private final int most;
  private final AtomicInteger pending = new AtomicInteger();
  private volatile int limit;

  Launcher(int most) {
    this.most = most;
    this.limit = most;
    Pacer.register(this);
  }

  /** Starts the task's thread, now or when its turn comes. */
  void launch(TaskCore<?> core) {
    Pacer.point();
    int most = limit;
    if (pending.get() < most && Pacer.isOpen() && backlog.isEmpty()) {
      var _ = start(core, most, false);
    } else {
      backlog.add(core);
      drain();
    }
  }

  /** A started thread begins. */
  void begun(TaskCore<?> core) {
    int weight = core.weight();
    if (weight > 0) {
      Pacer.touch();
      pending.addAndGet(-weight);
      drain();
    }
  }

  /**
   * Starts what may be started: a batch, of which the last is counted, so that its beginning goes
   * on.
   */
  void drain() {
    int most = limit;
    int started = 0;
    while (started < BATCH && !backlog.isEmpty() && pending.get() < most && Pacer.isOpen()) {
      TaskCore<?> next = backlog.poll();
      if (next != null && next.isUnstarted()) { // it may have been aborted meanwhile
        if (start(next, most, started == BATCH - 1)) {
          started++; // one that could not be started must not be the last
        }
      }
    }
  }

  private boolean start(TaskCore<?> core, int most, boolean counted) {
    int weight =
        counted || most < COARSE_FROM ? 1 : (core.number() & (COARSE - 1)) == 0 ? COARSE : 0;
    if (weight > 0) {
      core.setWeight(weight);
      pending.addAndGet(weight);
    }
    try {
      core.startThread();
      return true;
    } catch (Throwable e) { // no memory for a thread: the handle tells
      pending.addAndGet(-weight);
      fail(core, e);
      return false;
    }
  }

  private static void fail(TaskCore<?> core, Throwable cause) {
    try {
      core.failToStart(cause);
    } catch (Throwable e) {
      Log.warn("a task could not be started, nor be told so", e);
    }
  }

  /** After a tick without starvation. */
  void calm() {
    if (limit < most) {
      limit = (int) Math.min(most, 2L * limit);
    }
  }

  /** After the gate was closed, and the carriers took so long to run dry. */
  void drained(long nanos) {
    long fitting = limit * TARGET_NANOS / Math.max(nanos, TARGET_NANOS / 2);
    limit = Math.clamp(fitting, Math.min(CARRIERS, most), most);
  }
}
