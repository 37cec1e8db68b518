package dev.musubi;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A runtime as an executor, with a life of its own: it can be shut down while the runtime goes on.
 *
 * <p>{@link #jobs} counts the jobs that have not ended, and carries the mark of the shutdown in its
 * sign bit; one compare-and-set lets a job in or refuses it. {@code invokeAll} and {@code
 * invokeAny} are the JDK's own, on top of {@link #execute}: their futures are done in the JDK's
 * sense.
 */
final class ExecutorView extends AbstractExecutorService {
  private static final long SHUT = Long.MIN_VALUE;

  private static final AbortReason STOPPED =
      AbortReason.of(AbortReason.Kind.PARENT_CLOSED, "its executor was shut down");

  private final TaskRuntime runtime;
  private final AtomicLong jobs = new AtomicLong();
  private final Map<TaskCore<?>, Runnable> open = new ConcurrentHashMap<>();
  private final Queue<Thread> waiters = new ConcurrentLinkedQueue<>();
  private volatile boolean stopping;

  ExecutorView(TaskRuntime runtime) {
    this.runtime = runtime;
  }

  @Override
  public void execute(Runnable command) {
    Objects.requireNonNull(command, "command");
    VoidBody<RuntimeException> body = command::run;
    TaskCore<@Nullable Void> core = runtime.prepare(body);
    core.detach();
    enter(core, command);
  }

  @Override
  public <T extends @Nullable Object> Future<T> submit(Callable<T> task) {
    Objects.requireNonNull(task, "task");
    TaskCore<T> core = runtime.prepare(task);
    TaskHandle<T> handle = core.createHandle();
    enter(
        core,
        () -> {
          try {
            task.call();
          } catch (RuntimeException e) {
            throw e;
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    return new FutureView<>(handle, core);
  }

  @Override
  public Future<?> submit(Runnable task) {
    return submit(Executors.callable(task));
  }

  @Override
  public <T extends @Nullable Object> Future<T> submit(Runnable task, T result) {
    return submit(Executors.callable(task, result));
  }

  /**
   * Lists the job, then looks whether all jobs are being stopped; {@link #shutdownNow} sets the
   * mark, then walks the listed jobs: one of the two sees the other. The job is seated in its
   * runtime before anyone can abort it here.
   */
  private void enter(TaskCore<?> core, Runnable job) {
    TaskRuntime.beforeSpawn();
    for (; ; ) {
      long now = jobs.get();
      if (now < 0 || runtime.isShutdown()) {
        throw rejected(core);
      }
      if (jobs.compareAndSet(now, now + 1)) {
        break;
      }
    }
    core.onFinished(() -> leave(core));
    try {
      runtime.seat(core);
      open.put(core, job);
      if (runtime.isShutdown() && core.isFinished()) { // perhaps before it was listed here
        open.remove(core);
        throw rejected(core);
      }
      if (stopping && core.abortUnstarted(STOPPED)) {
        throw rejected(core);
      }
      runtime.launch(core);
    } catch (Throwable e) {
      core.abort(STOPPED); // it leaves
      throw e;
    }
  }

  private static RejectedExecutionException rejected(TaskCore<?> core) {
    return new RejectedExecutionException(core + " rejected: the executor is shut down");
  }

  private void leave(TaskCore<?> core) {
    Runnable job = open.remove(core);
    if (jobs.decrementAndGet() == SHUT) {
      tellTerminated();
    }
    if (job instanceof RunnableFuture<?> future && core.neverBegan() && !future.isDone()) {
      // whoever waits for it, in invokeAll for example, must not wait for ever
      Housekeeping.aside("executor", () -> future.cancel(false));
    }
  }

  private void tellTerminated() {
    waiters.forEach(LockSupport::unpark);
  }

  @Override
  public void shutdown() {
    for (; ; ) {
      long now = jobs.get();
      if (now < 0) {
        return;
      }
      if (jobs.compareAndSet(now, now | SHUT)) {
        if (now == 0) {
          tellTerminated();
        }
        return;
      }
    }
  }

  @Override
  public List<Runnable> shutdownNow() {
    shutdown();
    stopping = true;
    List<Runnable> unstarted = new ArrayList<>();
    open.forEach((core, job) -> {
      if (core.abortUnstarted(STOPPED)) {
        unstarted.add(job);
      } else {
        core.abortFromSweep(STOPPED);
      }
    });
    return unstarted;
  }

  @Override
  public boolean isShutdown() {
    return jobs.get() < 0;
  }

  @Override
  public boolean isTerminated() {
    return jobs.get() == SHUT;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    long nanos = unit.toNanos(timeout);
    TaskCore<?> me = TaskCore.current();
    TaskCore.checkWait(me);
    Thread waiter = Thread.currentThread();
    waiters.add(waiter);
    try {
      long deadline = System.nanoTime() + nanos;
      for (long left = nanos; !isTerminated(); left = deadline - System.nanoTime()) {
        if (left <= 0) {
          return false;
        }
        LockSupport.parkNanos(this, left);
        TaskCore.checkInterrupt(me);
      }
      return true;
    } finally {
      waiters.remove(waiter);
    }
  }

  /**
   * Shuts down and waits for the end of the jobs. An interrupt, or an abort of the closing task,
   * stops the jobs; after that it is a closing wait, which neither of them ends.
   *
   * @throws IllegalStateException if one of its own jobs calls it; then nothing has happened
   */
  @Override
  public void close() {
    for (TaskCore<?> core : open.keySet()) {
      if (core.isUnderneath()) {
        throw new IllegalStateException(core + " cannot wait for the end of its own executor");
      }
    }
    shutdown();
    try {
      while (!isTerminated()) {
        awaitTermination(1, TimeUnit.DAYS);
      }
    } catch (InterruptedException e) {
      shutdownNow();
      awaitStubbornly(TaskCore.current());
      Thread.currentThread().interrupt();
    }
  }

  private void awaitStubbornly(@Nullable TaskCore<?> me) {
    Thread waiter = Thread.currentThread();
    if (me != null) {
      me.enterShield();
    }
    waiters.add(waiter);
    try {
      while (!isTerminated()) {
        LockSupport.park(this);
        Thread.interrupted(); // or park would return at once; the caller sets it again
      }
    } finally {
      waiters.remove(waiter);
      if (me != null) {
        me.leaveShield();
      }
    }
  }

  @Override
  public String toString() {
    return "ExecutorService["
        + runtime
        + ", "
        + (jobs.get() & ~SHUT)
        + " open jobs"
        + (isTerminated() ? ", terminated]" : isShutdown() ? ", shut down]" : "]");
  }
}
