package dev.musubi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The place of the task that was spawned last by a light worker's tasks, beside the lane: for those
 * that spawn one task, join it where they are, and spawn the next. A {@link TaskLane} costs a
 * locked instruction for each, this costs none. Tokio's workers have one of this name, too.
 *
 * <h2>Who may do what</h2>
 *
 * <pre>
 *   empty ──put──► live ──run in a join, or aborted──► dead
 *     ▲             │                                   │
 *     ├──take───────┘                                   ├──put──► live: another task
 *     └──dropDead───────────────────────────────────────┘
 * </pre>
 *
 * Only the owner puts, by a release store, and only over nothing or a dead one: neither becomes
 * live by what others do. Everybody may take and drop, by compare-and-set, which fails if there is
 * another task meanwhile. A task is put here once at most, so none is taken for another.
 *
 * <h2>Nobody waits for the store to be seen</h2>
 *
 * There is no fence after it, so a worker that looks right after may miss the task. Who puts must
 * know of somebody who looks later, and who drops it once it is dead: see {@link LightPool}.
 */
final class LifoSlot {
  private static final int FRESH = 64;
  private static final VarHandle TASK;

  private volatile Place place = new Place(0);

  /** A young object, renewed after some tasks: see {@link SharedThread.Running}. */
  private static final class Place {
    final long earlier;
    int puts;
    @Nullable TaskCore<?> task;

    Place(long earlier) {
      this.earlier = earlier;
    }
  }

  /** The owner's: what is here, live or dead; null if there is nothing. */
  @Nullable TaskCore<?> last() {
    return place.task;
  }

  /** The owner's: over nothing, or a dead one. */
  void put(TaskCore<?> core) {
    Place into = place;
    if (into.puts == FRESH) {
      Place fresh = new Place(into.earlier + FRESH);
      fresh.puts = 1;
      fresh.task = core;
      place = fresh;
    } else {
      into.puts++;
      TASK.setRelease(into, core);
    }
  }

  /** Takes this one out; whether it was here. */
  boolean take(TaskCore<?> core) {
    return TASK.compareAndSet(place, core, (TaskCore<?>) null);
  }

  /** The live one, or null. */
  @Nullable TaskCore<?> glance() {
    TaskCore<?> core = (TaskCore<?>) TASK.getAcquire(place);
    return core != null && core.isUnstarted() ? core : null;
  }

  /** Takes the live one, or gives null. */
  @Nullable TaskCore<?> poll() {
    TaskCore<?> core = glance();
    return core != null && take(core) ? core : null;
  }

  /** A dead one keeps the result of its task in memory. */
  void dropDead() {
    TaskCore<?> core = (TaskCore<?>) TASK.getAcquire(place);
    if (core != null && !core.isUnstarted()) {
      var _ = take(core);
    }
  }

  /** How many were put here; for others a little late. */
  long puts() {
    Place now = place;
    return now.earlier + now.puts;
  }

  static {
    try {
      TASK = MethodHandles.lookup().findVarHandle(Place.class, "task", TaskCore.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
