package dev.musubi;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The bounded pool of platform threads behind {@code spawnBlocking}.
 *
 * <p>A task goes to an idle thread, else to a new one if the limit allows, else into one
 * first-come, first-served queue, which may be bounded. A task that is aborted in the queue leaves
 * it at once and frees its slot. An idle thread ends after the keep-alive. All fields are guarded
 * by one lock; threads are woken outside of it.
 */
final class BlockingPool {
  private static final long ABORT_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final String name;
  private final int maxThreads;
  private final int maxQueued;
  private final QueueFull whenFull;
  private final long keepAliveNanos;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final SequencedSet<TaskCore<?>> queue = new LinkedHashSet<>();
  private final Deque<Worker> idle = new ArrayDeque<>();
  private int threads;
  private long named;
  private volatile boolean closed; // written under the lock

  BlockingPool(
      String name, int maxThreads, int maxQueued, QueueFull whenFull, long keepAliveNanos) {
    this.name = name;
    this.maxThreads = maxThreads;
    this.maxQueued = maxQueued;
    this.whenFull = whenFull;
    this.keepAliveNanos = keepAliveNanos;
  }

  /** Hands the task to a thread or queues it. If it throws, the task was not accepted. */
  void submit(TaskCore<?> core) {
    Worker waker = null;
    Worker fresh = null;
    lock.lock();
    try {
      waitForRoom(core);
      if (closed || !core.isUnstarted()) {
        core.abort(AbortReason.of(AbortReason.Kind.RUNTIME_SHUTDOWN));
        return;
      }
      waker = idle.pollFirst();
      if (waker != null) {
        waker.next = core;
      } else if (threads < maxThreads) {
        threads++;
        fresh = new Worker(core);
      } else {
        queue.add(core);
      }
    } finally {
      lock.unlock();
    }
    if (waker != null) {
      LockSupport.unpark(waker.thread);
    } else if (fresh != null) {
      startOrQueue(fresh, core);
    }
  }

  private void waitForRoom(TaskCore<?> core) {
    TaskCore<?> me = TaskCore.current();
    while (idle.isEmpty() && threads >= maxThreads && queue.size() >= maxQueued && !closed) {
      if (whenFull == QueueFull.REJECT) {
        throw new RejectedExecutionException(
            core + " rejected: the blocking queue of " + name + " is full (" + maxQueued + ")");
      }
      if (me != null && me.mustStop()) {
        throw rejectedWaiting(core, told(me));
      }
      try {
        var _ = room.awaitNanos(ABORT_LOOK_NANOS); // an abort need not come with an interrupt
      } catch (InterruptedException e) {
        throw rejectedWaiting(core, e);
      }
    }
  }

  /** Not under the lock, as it waits for the thread that interrupts. */
  private TaskAbortedException told(TaskCore<?> me) {
    lock.unlock();
    try {
      return me.abortedException();
    } finally {
      lock.lock();
    }
  }

  /** The flag is left set for the caller. */
  private RejectedExecutionException rejectedWaiting(TaskCore<?> core, InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new RejectedExecutionException(
        core + " rejected: interrupted while waiting for room in the blocking queue of " + name,
        cause);
  }

  /** The system may refuse a thread. With others at work the task waits for one of them. */
  private void startOrQueue(Worker fresh, TaskCore<?> core) {
    try {
      fresh.thread.start();
    } catch (Throwable e) {
      boolean queued;
      Worker waker;
      lock.lock();
      try {
        threads--;
        waker = idle.pollFirst();
        if (waker != null) {
          waker.next = core;
        }
        queued = waker != null || (threads > 0 && core.isUnstarted());
        if (waker == null && queued) {
          queue.add(core);
        }
      } finally {
        lock.unlock();
      }
      if (!queued) {
        throw e;
      }
      if (waker != null) {
        LockSupport.unpark(waker.thread);
        return;
      }
      Log.warn("no thread for " + core + "; it waits for one of the " + name + " threads", e);
    }
  }

  /** An aborted task leaves the queue. */
  void remove(TaskCore<?> core) {
    lock.lock();
    try {
      if (queue.remove(core)) {
        room.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * No more work: idle threads end now, busy ones after their task. Queued tasks are aborted by the
   * runtime.
   */
  void close() {
    List<Worker> wake;
    lock.lock();
    try {
      closed = true;
      wake = new ArrayList<>(idle);
      idle.clear();
      room.signalAll();
    } finally {
      lock.unlock();
    }
    wake.forEach(worker -> LockSupport.unpark(worker.thread));
  }

  int threads() {
    lock.lock();
    try {
      return threads;
    } finally {
      lock.unlock();
    }
  }

  int idleThreads() {
    lock.lock();
    try {
      return idle.size();
    } finally {
      lock.unlock();
    }
  }

  int queued() {
    lock.lock();
    try {
      return queue.size();
    } finally {
      lock.unlock();
    }
  }

  private final class Worker implements Runnable {
    final Thread thread;
    private final SharedThread shared;
    private final String threadName;
    volatile @Nullable TaskCore<?> next; // handed over under the lock

    Worker(TaskCore<?> first) {
      next = first;
      threadName = name + "-" + ++named;
      thread =
          Thread.ofPlatform()
              .daemon()
              .name(threadName)
              .inheritInheritableThreadLocals(false)
              .unstarted(this);
      shared = new SharedThread(thread, null);
    }

    @Override
    public void run() {
      for (TaskCore<?> core = take(); core != null; core = take()) {
        try {
          shared.execute(core, threadName);
        } catch (Throwable e) {
          core.failToStart(e);
          Log.warn("internal error in " + core, e);
        }
        Thread.interrupted(); // a foreign interrupt: ours cannot be
      }
    }

    /** The next task; null if the thread is to end. Its own thread only. */
    private @Nullable TaskCore<?> take() {
      TaskCore<?> core = next;
      if (core != null) {
        next = null;
        return core;
      }
      lock.lock();
      try {
        if (!queue.isEmpty()) {
          room.signal();
          return queue.removeFirst();
        }
        if (closed) {
          threads--;
          return null;
        }
        idle.addFirst(this);
      } finally {
        lock.unlock();
      }
      return awaitWork();
    }

    private @Nullable TaskCore<?> awaitWork() {
      long deadline = System.nanoTime() + keepAliveNanos;
      for (; ; ) {
        long left = deadline - System.nanoTime();
        if (left > 0 && next == null && !closed) { // no lock: waiting for one would eat the wake-up
          LockSupport.parkNanos(BlockingPool.this, left);
          Thread.interrupted();
          continue;
        }
        lock.lock();
        try {
          TaskCore<?> core = next;
          next = null;
          if (core == null) {
            idle.remove(this);
            core =
                queue.isEmpty()
                    ? null
                    : queue.removeFirst(); // of one that could not get a thread of its own
          }
          if (core == null) {
            threads--;
          }
          return core;
        } finally {
          lock.unlock();
        }
      }
    }
  }
}
