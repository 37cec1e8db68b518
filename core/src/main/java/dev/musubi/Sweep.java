package dev.musubi;

import dev.musubi.internal.RealTimers;
import dev.musubi.internal.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Interrupts many aborted tasks, from virtual threads aside.
 *
 * <p>An interrupt may run foreign close code, which may block, and one abort must not stop the
 * next. A thread for each would be safe and dear; so one thread goes through all, and whenever a
 * look finds that nothing has moved, as many again join in as there are, up to one for each.
 */
final class Sweep extends Timer {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final List<TaskCore<?>> cores = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();
  private int seen;
  private int helpers = 1;

  /** Aborts many. */
  static void abort(List<? extends TaskCore<?>> tasks, AbortReason reason) {
    Sweep sweep = new Sweep();
    tasks.forEach(core -> core.abortFromSweep(reason, sweep));
    sweep.start();
  }

  /** Adds a task whose abort was accepted. Before {@link #start}. */
  void add(TaskCore<?> core) {
    cores.add(core);
  }

  void start() {
    if (cores.isEmpty()) {
      return;
    }
    help(1);
    look();
  }

  private void help(int more) {
    for (int i = 0; i < more; i++) {
      try {
        Housekeeping.aside("abort", this::deliver);
      } catch (Throwable e) { // no memory for a thread
        Log.warn("the interrupts of a sweep are sent late", e);
      }
    }
  }

  private void deliver() {
    for (int i = next.getAndIncrement(); i < cores.size(); i = next.getAndIncrement()) {
      cores.get(i).deliver(false);
    }
  }

  @Override
  protected void fired() {
    int now = next.get();
    if (now >= cores.size()) {
      return;
    }
    if (now == seen) {
      int more = Math.min(helpers, cores.size() - helpers);
      help(more);
      helpers += more;
    }
    seen = now;
    if (helpers < cores.size()) {
      look();
    }
  }

  private void look() {
    RealTimers.INSTANCE.set(this, RealTimers.INSTANCE.in(LOOK_NANOS));
  }
}
