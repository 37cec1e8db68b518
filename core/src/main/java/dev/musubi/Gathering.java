package dev.musubi;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Waits until several tasks have finished, or the first of them in a way that settles the matter.
 * Ending early by an interrupt leaves nothing behind at the tasks.
 */
final class Gathering {
  private final Thread thread = Thread.currentThread();
  private final boolean success;
  private final AtomicInteger running;
  private final AtomicReference<@Nullable TaskCore<?>> settled = new AtomicReference<>();

  private Gathering(int tasks, boolean success) {
    this.running = new AtomicInteger(tasks);
    this.success = success;
  }

  /** The first that succeeded, or (if not {@code success}) failed; null if none did. */
  static @Nullable TaskCore<?> first(List<? extends TaskCore<?>> cores, boolean success)
      throws InterruptedException {
    TaskCore<?> me = TaskCore.current();
    TaskCore.checkWait(me);
    Gathering gathering = new Gathering(cores.size(), success);
    List<Registration> registrations = new ArrayList<>(cores.size());
    try {
      for (TaskCore<?> core : cores) {
        registrations.add(core.watch(() -> gathering.ended(core)));
      }
      return gathering.await(me);
    } finally {
      registrations.forEach(Registration::close);
    }
  }

  private void ended(TaskCore<?> core) {
    boolean settles = core.isSuccess() == success && settled.compareAndSet(null, core);
    if (running.decrementAndGet() == 0 || settles) {
      LockSupport.unpark(thread);
    }
  }

  private @Nullable TaskCore<?> await(@Nullable TaskCore<?> me) throws InterruptedException {
    if (!isDone()) {
      Pacer.yieldBeforeWait(thread);
    }
    while (!isDone()) {
      LockSupport.park(this);
      TaskCore.checkInterruptUnless(isDone(), me);
    }
    return settled.get();
  }

  private boolean isDone() {
    return settled.get() != null || running.get() == 0;
  }

  @Override
  public String toString() {
    return "wait for " + running.get() + " tasks";
  }
}
