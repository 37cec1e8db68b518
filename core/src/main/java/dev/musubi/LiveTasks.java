package dev.musubi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The live tasks of a runtime, and where their ids come from.
 *
 * <h2>Design</h2>
 *
 * Tasks sit in blocks of {@value #SIZE} seats. One atomic addition to a block's cursor gives a new
 * task both its seat and its id; a task that ends leaves null in its seat. Full blocks whose seats
 * are all empty are swept out of a {@link Roster}, so that a task costs one addition and two
 * stores, and five bytes. Spawning threads are spread over a few lanes, each with a block of its
 * own to fill. A light worker fills blocks alone ({@link Own}), without an atomic instruction.
 *
 * <h2>Nobody is missed</h2>
 *
 * In a lane's block a seat is {@link #FREE} from the moment it is claimed until the task sits in
 * it, which is a few instructions later; a walk waits for it. So whoever claims a seat and then
 * reads "not shut down" is seen by a shutdown that sets its mark and then walks: the claim is a
 * full fence.
 *
 * <p>In a worker's own block the task sits first, and the cursor says so after. That is no fence:
 * its spawner may read "not shut down" although the walk has gone past. So each task looks again
 * when it begins. Between its seat and this look lies the compare-and-set of its state: if it reads
 * "not shut down", a walk will see it; else it ends as cancelled, and its body does not run. One
 * that has not begun is found by a second walk, when those that the first has seen have ended: only
 * they can have spawned it, as what the first walk missed has never run; and who is seen to have
 * ended has been seen to have spawned. (If there was no time to wait for their end, or a logger
 * spawned it between two tasks, a worker finds it, and cancels it.)
 *
 * <h2>Nobody is left</h2>
 *
 * While the list may still grow, a walk that found nobody proves nothing: a task may have sat down
 * where the walk had been, and the one that spawned it may have ended before the walk came there.
 * It proves it between two equal {@linkplain #mark() marks}: Take the first task that sat down
 * after the second mark had counted its block. It was spawned from outside, or by a task that sat
 * before. That one would have been counted by the second mark and not by the first, or have been
 * found. And who is seen to have ended has been seen to have spawned, as it left its seat after.
 */
final class LiveTasks {
  private static final int SIZE = 32;
  private static final int LANES = 4; // a power of two
  private static final int SPINS = 1_000;
  private static final Object FREE = new Object();
  private static final AtomicLong NEXT_BLOCK = new AtomicLong();
  private static final VarHandle SEATS = MethodHandles.arrayElementVarHandle(Object[].class);
  private static final VarHandle CURSOR;
  private static final VarHandle BLOCK;

  private final Roster<Block> blocks = new Roster<>(Block::isGone);
  private final Lane[] lanes = new Lane[LANES];

  LiveTasks() {
    for (int i = 0; i < LANES; i++) {
      lanes[i] = new Lane();
    }
  }

  private static final class Lane {
    volatile @Nullable Block block;
  }

  /** Consecutive ids, and a seat for each. */
  static final class Block {
    /** Who fills it alone, or null. */
    final LightPool.@Nullable Worker owner;

    private final long firstId = NEXT_BLOCK.getAndIncrement() * SIZE + 1;
    private final @Nullable Object[] seats = new Object[SIZE];
    private volatile int cursor;

    private Block(LightPool.@Nullable Worker owner) {
      this.owner = owner;
      if (owner == null) {
        Arrays.fill(seats, FREE);
      }
    }

    private int claim() {
      return (int) CURSOR.getAndAdd(this, 1);
    }

    /** The task with this id, which sits here, has ended. */
    void leave(long id) {
      VarHandle.releaseFence(); // null costs no fence of G1, whatever the block's age
      seats[(int) (id - firstId)] = null;
    }

    /** Whether the task with this id still sits here. */
    boolean holds(long id) {
      return SEATS.getAcquire(seats, (int) (id - firstId)) != null;
    }

    private boolean isGone() {
      if (cursor < SIZE) {
        return false;
      }
      for (Object seat : seats) {
        if (seat != null) {
          return false;
        }
      }
      return true;
    }

    /** Nobody will sit in the seats that are left. By the only one who could. */
    private void close() {
      Arrays.fill(seats, Math.min(cursor, SIZE), SIZE, null);
      cursor = SIZE;
    }

    private void forEach(Consumer<TaskCore<?>> action) {
      int claimed = Math.min(cursor, SIZE);
      for (int i = 0; i < claimed; i++) {
        Object seat = SEATS.getAcquire(seats, i);
        for (int spins = 0; seat == FREE; spins++) {
          if (spins < SPINS) {
            Thread.onSpinWait();
          } else {
            Thread.yield();
          }
          seat = SEATS.getAcquire(seats, i);
        }
        if (seat instanceof TaskCore<?> core) {
          action.accept(core);
        }
      }
    }
  }

  /** The blocks that one thread fills alone. By that thread only. */
  final class Own {
    private final LightPool.@Nullable Worker owner;
    private @Nullable Block block;

    /** For a worker; for somebody else, who does not want to be known, in tests. */
    Own(LightPool.@Nullable Worker owner) {
      this.owner = owner;
    }

    /** Gives the task an id and a seat. */
    void add(TaskCore<?> core) {
      Block current = block;
      int seat = current == null ? SIZE : current.cursor;
      if (current == null || seat == SIZE) {
        current = new Block(owner);
        blocks.add(current);
        block = current;
        seat = 0;
      }
      core.seated(current, current.firstId + seat);
      current.seats[seat] = core;
      CURSOR.setRelease(current, seat + 1);
    }

    boolean isOf(LiveTasks list) {
      return LiveTasks.this == list;
    }

    /** The thread ends. */
    void end() {
      if (block != null) {
        block.close();
      }
    }
  }

  /**
   * Gives the task an id and a seat. With stack to spare: a walk waits for who has claimed a seat.
   */
  void add(TaskCore<?> core) {
    if (!core.isLight() || !addOfWorker(core)) {
      addShared(core);
    }
  }

  /**
   * False if the caller is no worker of this runtime. The compiler inlines nothing where it has
   * rarely been; so a program that has light tasks later than others should come here by one call.
   */
  private boolean addOfWorker(TaskCore<?> core) {
    SharedThread here = SharedThread.current();
    LightPool.Worker worker = here == null ? null : here.worker;
    if (worker == null || !worker.seats.isOf(this)) {
      return false;
    }
    worker.seats.add(core);
    return true;
  }

  private void addShared(TaskCore<?> core) {
    Lane lane = lanes[(int) Thread.currentThread().threadId() & (LANES - 1)];
    for (; ; ) {
      Block block = lane.block;
      if (block != null) {
        int seat = block.claim();
        if (seat < SIZE) {
          core.seated(block, block.firstId + seat);
          SEATS.setRelease(block.seats, seat, core);
          return;
        }
      }
      Block fresh = new Block(null);
      blocks.add(fresh); // before anyone can claim in it: a walk must not miss it
      if (!BLOCK.compareAndSet(lane, block, fresh)) {
        fresh.close();
      }
    }
  }

  /** Which block is the newest, and how many seats from there on nobody has had yet. */
  static final class Mark implements Consumer<Block> {
    private @Nullable Block newest;
    private int free;

    @Override
    public void accept(Block block) {
      if (newest == null) {
        newest = block;
      }
      free += SIZE - Math.min(block.cursor, SIZE);
    }

    /** Whether nobody has sat down between the two. */
    boolean isSameAs(Mark other) {
      return newest == other.newest && free == other.free;
    }
  }

  Mark mark() {
    Mark mark = new Mark();
    blocks.forEach(mark);
    return mark;
  }

  /** Every task that has not left its seat. One that has just finished may still sit. */
  void forEach(Consumer<TaskCore<?>> action) {
    blocks.forEach(block -> block.forEach(action));
  }

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      CURSOR = lookup.findVarHandle(Block.class, "cursor", int.class);
      BLOCK = lookup.findVarHandle(Lane.class, "block", Block.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
