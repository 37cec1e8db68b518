package dev.musubi.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The least that a light task could cost: objects as large as a task and its handle, that change
 * hands. A task that an abort may hit at any time needs two compare-and-sets, to begin and to end;
 * one that anyone may take needs one more to be offered, and one to be taken. Nothing else is here:
 * no queue that could be full or have two readers, no thread that could sleep, no failure, no id,
 * no list of live tasks.
 */
final class SuiteFloor {
  private static final int READY = 0;
  private static final int RUNNING = 1;
  private static final int DONE = 2;

  /** As large as a task. */
  private static final class Cell extends AtomicInteger {
    private static final long serialVersionUID = 1;

    private final transient Callable<Integer> body;
    private transient @Nullable Integer result;
    transient long unused1, unused2, unused3, unused4, unused5;

    Cell(Callable<Integer> body) {
      super(READY);
      this.body = body;
    }

    void run() throws Exception {
      Suite.check(compareAndSet(READY, RUNNING));
      result = body.call();
      Suite.check(compareAndSet(RUNNING, DONE));
    }
  }

  private record Handle(Cell cell) {
    int join() {
      while (cell.getAcquire() != DONE) {
        Thread.onSpinWait();
      }
      return cell.result == null ? 0 : cell.result;
    }
  }

  private final AtomicInteger lock = new AtomicInteger();
  private @Nullable Cell offered;

  /** Offered and taken back by one thread, as one at a time with joinInline. */
  void spawnOne(int n) throws Exception {
    int sum = 0;
    for (int i = 0; i < n; i++) {
      Handle handle = new Handle(new Cell(() -> 1));
      Suite.check(lock.compareAndSet(0, 1));
      offered = handle.cell;
      lock.setRelease(0);
      Suite.check(lock.compareAndSet(0, 1));
      Cell mine = offered;
      offered = null;
      lock.setRelease(0);
      if (mine != null) {
        mine.run();
      }
      sum += handle.join();
    }
    Suite.check(sum, n);
  }

  /** Made by one thread and run by one other, started once for all, which takes what it finds. */
  void spawnMany(int n) throws Exception {
    Cell[] queue = new Cell[n];
    AtomicInteger end = new AtomicInteger();
    Thread runner =
        Thread.startVirtualThread(() -> {
          try {
            for (int at = 0; at < n; ) {
              int to = end.getAcquire();
              if (at == to) {
                Thread.onSpinWait();
              }
              for (; at < to; at++) {
                queue[at].run();
              }
            }
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
    List<Handle> handles = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      Cell cell = new Cell(() -> 1);
      queue[i] = cell;
      end.setRelease(i + 1);
      handles.add(new Handle(cell));
    }
    int sum = 0;
    for (Handle handle : handles) {
      sum += handle.join();
    }
    Suite.check(sum, n);
    runner.join();
  }
}
