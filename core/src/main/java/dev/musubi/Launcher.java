package dev.musubi;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Starts the virtual threads of a runtime's tasks, and not too many at once.
 *
 * <h2>Why</h2>
 *
 * A thread that is started waits in a queue of the platform's scheduler until a carrier takes it,
 * and a queue that is not empty starves the others (see {@link Pacer}). Ten thousands of started
 * threads are a queue that is not empty for seconds, whatever the gate does. So the number of
 * threads that were started and have not begun ({@link #pending}) is bounded; further tasks wait
 * here: those of one spawning thread first come, first served, and the spawning threads take turns,
 * so that one that floods mostly delays itself. They are ordinary tasks: listed, and finished at
 * once when aborted (a dead entry is skipped when its turn comes). A waiting task is a fifth of a
 * started thread.
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
 * <p>The limit is the builder's as long as nothing starves; see {@link BacklogLimit}.
 *
 * <h2>No task is forgotten</h2>
 *
 * Whoever adds to the backlog looks at {@code pending} after, and drains unless it is above 0;
 * whoever lowers {@code pending}, or opens the gate, looks at the backlog after. All are volatile,
 * so one of the two sees the other's move and drains. And while {@code pending} is above 0, some
 * counted task has yet to begin: it will lower it, and drain, on a stack of its own. (It is raised
 * when a thread has been started, which may have begun by then. So it is the number of those that
 * were counted and have not begun, less those that have begun and were not counted yet.)
 */
final class Launcher {
  private static final int BATCH = 64;
  private static final int TURN = 16;
  private static final int LANES = 8; // a power of two
  private static final int COARSE = 16; // a power of two
  private static final int COARSE_FROM = 2 * COARSE;

  private final List<TaskLane> lanes = Stream.generate(TaskLane::new).limit(LANES).toList();
  private int turn; // racy: a lost step only gives a lane one turn more
  private final AtomicInteger pending = new AtomicInteger();
  private final BacklogLimit limit;
  private volatile int pendingAtClosing;
  private volatile int pendingAtOpening;

  Launcher(int most) {
    this.limit = new BacklogLimit(most, Runtime.getRuntime().availableProcessors());
    Pacer.register(this);
  }

  /**
   * Starts the task's thread, now or when its turn comes. If there is no memory for one, the handle
   * tells. With stack to spare, as for {@link #drain}: what is taken must be started.
   */
  void launch(TaskCore<?> core) {
    int most = limit.now();
    TaskLane lane = lanes.get((int) Thread.currentThread().threadId() & (LANES - 1));
    if (pending.get() < most && Pacer.isOpen() && !lane.hasWork()) {
      if (start(core, most, false)) {
        return;
      }
    } else {
      var _ = lane.add(core);
    }
    if (pending.get() <= 0) {
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
   * on. On a thread with stack to spare.
   */
  void drain() {
    int started = 0;
    while (started < BATCH) {
      int most = limit.now();
      int room = Math.min(BATCH - started, most - pending.get());
      TaskLane lane = room > 0 && Pacer.isOpen() ? nextLane() : null;
      if (lane == null) {
        return;
      }
      @Nullable TaskCore<?>[] taken = new TaskCore<?>[Math.min(room, TURN)];
      int n = lane.take(taken);
      for (int i = 0; i < n; i++) {
        TaskCore<?> next = Objects.requireNonNull(taken[i]);
        try {
          if (next.isUnstarted() // it may have been aborted meanwhile
              && start(next, most, started == BATCH - 1)) {
            started++; // one that could not be started must not be the last
          }
        } catch (Throwable e) {
          Log.warn("a task could not be started, nor be told so", e);
        }
      }
    }
  }

  /** The next one that has a task. */
  private @Nullable TaskLane nextLane() {
    int first = turn++;
    for (int i = 0; i < LANES; i++) { // each lane once, whatever others do meanwhile
      TaskLane lane = lanes.get((first + i) & (LANES - 1));
      if (lane.hasWork()) {
        return lane;
      }
    }
    return null;
  }

  private boolean start(TaskCore<?> core, int most, boolean counted) {
    int weight =
        counted || most < COARSE_FROM ? 1 : (core.number() & (COARSE - 1)) == 0 ? COARSE : 0;
    if (weight > 0) {
      core.setWeight(weight);
    }
    try {
      core.startThread();
    } catch (Throwable e) { // no memory for a thread: the handle tells
      core.failToStart(e);
      return false;
    }
    if (weight > 0) {
      pending.addAndGet(weight);
    }
    return true;
  }

  /** After a tick without starvation. */
  void calm() {
    limit.calm();
  }

  /** The gate is about to be closed: until it opens, threads only begin. */
  void closing() {
    pendingAtClosing = pending.get();
  }

  /** The gate has been opened, and the backlog is still to be drained. */
  void opening() {
    pendingAtOpening = pending.get();
  }

  /** After the gate was closed for so long; whether the carriers ran dry in that time. */
  void closed(long nanos, boolean dry) {
    limit.starved(pendingAtClosing, pendingAtOpening, nanos, dry);
  }
}
