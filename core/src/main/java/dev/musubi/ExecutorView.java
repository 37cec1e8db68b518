package dev.musubi;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
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
  private static final long ABORT_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final TaskRuntime runtime;
  private final AtomicLong jobs = new AtomicLong();
  private final Map<TaskCore<?>, Runnable> open = new ConcurrentHashMap<>();
  private final CountDownLatch terminated = new CountDownLatch(1);

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

  private void enter(TaskCore<?> core, Runnable job) {
    for (; ; ) {
      long now = jobs.get();
      if (now < 0 || runtime.isShutdown()) {
        throw new RejectedExecutionException(core + " rejected: the executor is shut down");
      }
      if (jobs.compareAndSet(now, now + 1)) {
        break;
      }
    }
    open.put(core, job);
    core.onFinished(() -> leave(core));
    try {
      runtime.start(core);
    } catch (Throwable e) {
      leave(core);
      throw e;
    }
  }

  private void leave(TaskCore<?> core) {
    if (open.remove(core) != null && jobs.decrementAndGet() == SHUT) {
      terminated.countDown();
    }
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
          terminated.countDown();
        }
        return;
      }
    }
  }

  @Override
  public List<Runnable> shutdownNow() {
    shutdown();
    AbortReason reason =
        AbortReason.of(AbortReason.Kind.PARENT_CLOSED, "its executor was shut down");
    List<Runnable> unstarted = new ArrayList<>();
    open.forEach((core, job) -> {
      if (core.abortUnstarted(reason)) {
        unstarted.add(job);
      } else {
        core.abortFromSweep(reason);
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
    return terminated.getCount() == 0;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    TaskCore<?> me = TaskCore.current();
    TaskCore.checkWait(me);
    long left = unit.toNanos(timeout);
    if (me == null) {
      return terminated.await(left, TimeUnit.NANOSECONDS);
    }
    long begin = System.nanoTime();
    for (long waited = 0; ; waited = System.nanoTime() - begin) {
      if (terminated.await(Math.min(left - waited, ABORT_LOOK_NANOS), TimeUnit.NANOSECONDS)) {
        return true;
      }
      TaskCore.checkInterrupt(me); // an abort need not come with an interrupt
      if (left - waited <= ABORT_LOOK_NANOS) {
        return false;
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
