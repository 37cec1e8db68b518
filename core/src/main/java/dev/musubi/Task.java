package dev.musubi;

import dev.musubi.internal.Timers;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Spawning tasks, and what a task can say to itself.
 *
 * {@snippet class="TaskSnippets" region="spawn"}
 *
 * <p>Pass lambdas: the overloads for bodies with and without a value make some method references
 * ambiguous. In a class that has a method of the same name, or extends {@link Thread}, use the
 * qualified forms {@code Task.spawn}, {@code Task.sleep}.
 *
 * <p>All methods may be called from any thread. "The current task" is the one on whose own thread
 * the caller runs; on other threads, also on those that a body starts by other means, these methods
 * behave as outside a task. Corresponds to the module {@code tokio::task}.
 */
public final class Task {
  private Task() {}

  /**
   * Spawns a task on a virtual thread of its own, on {@linkplain TaskRuntime#current() the current
   * runtime}. It runs at once, whether anyone joins it or not, and may run on past the caller. The
   * body may block freely. Everything the caller did before happens-before the body.
   *
   * <p>The task inherits the caller's {@link TaskLocal}s and no thread-locals. If the runtime has
   * been shut down, the body does not run and the handle is cancelled.
   *
   * <p>Corresponds to {@code tokio::task::spawn}.
   *
   * @param <T> the type of the value
   * @param body the work; it may throw anything
   * @return the handle
   */
  public static <T extends @Nullable Object> JoinHandle<T> spawn(Callable<? extends T> body) {
    return TaskRuntime.current().spawn(body);
  }

  /**
   * As {@link #spawn(Callable)}, for a body without a value: joining gives null.
   *
   * @param body the work; it may throw anything
   * @return the handle
   */
  public static JoinHandle<@Nullable Void> spawn(VoidBody<?> body) {
    return TaskRuntime.current().spawn(body);
  }

  /**
   * Spawns a task on the runtime's bounded pool of platform threads: for work that computes for
   * long, or calls what would pin a virtual thread. When all threads are busy it waits in a queue,
   * first come, first served; aborted there, it never runs and leaves the queue at once.
   *
   * <p>Unlike Tokio's, a blocking task can be aborted once it runs, as far as its calls react to an
   * interrupt. Corresponds to {@code tokio::task::spawn_blocking}.
   *
   * @param <T> the type of the value
   * @param body the work; it may throw anything
   * @return the handle
   * @throws RejectedExecutionException if the pool's queue is bounded and full, as {@link
   *     QueueFull} says
   */
  public static <T extends @Nullable Object> JoinHandle<T> spawnBlocking(
      Callable<? extends T> body) {
    return TaskRuntime.current().spawnBlocking(body);
  }

  /**
   * As {@link #spawnBlocking(Callable)}, for a body without a value: joining gives null.
   *
   * @param body the work; it may throw anything
   * @return the handle
   * @throws RejectedExecutionException if the pool's queue is bounded and full, as {@link
   *     QueueFull} says
   */
  public static JoinHandle<@Nullable Void> spawnBlocking(VoidBody<?> body) {
    return TaskRuntime.current().spawnBlocking(body);
  }

  /**
   * Spawns a light task: one that shares a few virtual threads with others instead of having one of
   * its own. For fine-grained work: it costs a fraction, and has everything that a task has (a
   * handle, an outcome, abort, a name, task locals, hooks) except a thread: {@link
   * Thread#currentThread()}, thread-locals and the owner of a lock are those of the thread that it
   * happens to run on, for as long as it runs. It may block on anything; another thread then goes
   * on with the waiting ones.
   *
   * {@snippet class="LightSnippets" region="light"}
   *
   * <p>Thread-locals that a body leaves behind are seen by later ones. {@link
   * JoinHandle#joinInline()} lets the one who waits run the task. Corresponds to no item of Tokio,
   * whose tasks are all light, and cannot block.
   *
   * @param <T> the type of the value
   * @param body the work; it may throw anything
   * @return the handle
   */
  public static <T extends @Nullable Object> JoinHandle<T> spawnLight(Callable<? extends T> body) {
    return TaskRuntime.current().spawnLight(body);
  }

  /**
   * As {@link #spawnLight(Callable)}, for a body without a value: joining gives null.
   *
   * @param body the work; it may throw anything
   * @return the handle
   */
  public static JoinHandle<@Nullable Void> spawnLight(VoidBody<?> body) {
    return TaskRuntime.current().spawnLight(body);
  }

  /**
   * Starts the description of a task with a name or other settings, on the current runtime.
   *
   * @return a new builder
   */
  public static TaskBuilder builder() {
    return new TaskBuilder(TaskRuntime.current());
  }

  /**
   * The current task's id.
   *
   * @return the id, the same as its handle's
   * @throws IllegalStateException outside a task
   */
  public static TaskId currentId() {
    TaskCore<?> core = TaskCore.current();
    if (core == null) {
      throw new IllegalStateException("not inside a task: " + Thread.currentThread());
    }
    return core.id();
  }

  /**
   * The current task's id, if there is a current task.
   *
   * @return the id, or empty outside a task
   */
  public static Optional<TaskId> tryCurrentId() {
    TaskCore<?> core = TaskCore.current();
    return core == null ? Optional.empty() : Optional.of(core.id());
  }

  /**
   * Throws if the current task has been aborted: the way for a computing body to notice. Does
   * nothing outside a task and inside {@link #shield}. Costs a few nanoseconds.
   *
   * @throws InterruptedException ({@link TaskAbortedException}) if the current task has been
   *     aborted
   */
  public static void checkAborted() throws InterruptedException {
    TaskCore<?> core = TaskCore.current();
    if (core != null && core.mustStop()) {
      throw core.abortedException();
    }
  }

  /**
   * Whether an abort of the current task has been requested; also inside {@link #shield}.
   *
   * @return true if so; false outside a task
   */
  public static boolean isAbortRequested() {
    TaskCore<?> core = TaskCore.current();
    return core != null && core.isAbortRequested();
  }

  /**
   * Runs a body that an abort does not disturb: for a stretch that must not be cut in two, such as
   * a commit or a rollback.
   *
   * <p>Inside, Musubi does not interrupt the thread, its waits do not throw for an abort, and
   * {@link #checkAborted()} does not throw. An interrupt flag that is set on entry is put aside. On
   * leaving the outermost shield the flag is set if it was set on entry, if a foreign interrupt
   * came, or if an abort has arrived meanwhile. Shields nest. Interrupts that other code sends
   * cannot be kept out. Outside a task this just runs the body.
   *
   * {@snippet class="TaskSnippets" region="shield"}
   *
   * @param <X> the body's own exception
   * @param body what to run
   * @throws X if the body throws it
   * @throws InterruptedException if the body throws it
   */
  public static <X extends Exception> void shield(VoidBody<X> body) throws X, InterruptedException {
    Objects.requireNonNull(body, "body");
    TaskCore<?> core = TaskCore.current();
    if (core == null) {
      body.run();
      return;
    }
    core.enterShield();
    try {
      body.run();
    } finally {
      core.leaveShield();
    }
  }

  /**
   * As {@link #shield}, for a body that gives a value.
   *
   * @param <T> the type of the value
   * @param <X> the body's own exception
   * @param body what to run
   * @return the body's value
   * @throws X if the body throws it
   * @throws InterruptedException if the body throws it
   */
  public static <T extends @Nullable Object, X extends Exception> T shieldCall(
      Body<? extends T, X> body) throws X, InterruptedException {
    Objects.requireNonNull(body, "body");
    TaskCore<?> core = TaskCore.current();
    if (core == null) {
      return body.call();
    }
    core.enterShield();
    try {
      return body.call();
    } finally {
      core.leaveShield();
    }
  }

  /**
   * Sleeps, never shorter than asked for. An abort of the current task ends it at once. Zero only
   * checks for an abort or an interrupt and lets others run.
   *
   * <p>Corresponds to {@code tokio::time::sleep}.
   *
   * @param duration how long; more than about 146 years is that long
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted
   * @throws IllegalArgumentException if the duration is negative
   */
  public static void sleep(Duration duration) throws InterruptedException {
    long nanos = Nanos.limit(duration);
    Timers timers = TaskRuntime.current().timers();
    long now = timers.now();
    sleepUntil(timers, Timers.add(now, nanos), now);
  }

  /**
   * Sleeps until a deadline; see {@link #sleep}. One that has passed only checks for an abort or an
   * interrupt and lets others run.
   *
   * <p>Corresponds to {@code tokio::time::sleep_until}.
   *
   * @param deadline until when, by the clock on which it was made
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted
   */
  public static void sleepUntil(Deadline deadline) throws InterruptedException {
    sleepUntil(deadline.timers(), deadline.at(), deadline.timers().now());
  }

  private static void sleepUntil(Timers timers, long at, long now) throws InterruptedException {
    if (at <= now) {
      yieldNow();
      return;
    }
    TaskCore<?> me = TaskCore.current();
    TaskCore.checkWait(me);
    Alarm alarm = new Alarm(timers, at, now);
    try {
      while (!alarm.isDue()) {
        TaskCore.checkInterrupt(me); // setting the alarm may have used up the wake-up of an abort
        alarm.park(Task.class);
      }
      TaskCore.checkAbort(me);
    } finally {
      alarm.off();
    }
  }

  /**
   * Runs a body as a task that is aborted when a time limit passes, and waits for its real end:
   * when this returns or throws, the body has stopped. A body that gives a value all the same,
   * although it is late, has succeeded. To leave the work running instead, spawn it and {@linkplain
   * JoinHandle#join(Duration) join with a limit}.
   *
   * {@snippet class="TimeSnippets" region="timeout"}
   *
   * <p>The body runs on a thread of its own, with the caller's task locals. If the calling task is
   * aborted meanwhile, or the thread interrupted, the body is aborted and its real end awaited too;
   * a value that it gave is dropped then. What the body throws is thrown as it is.
   *
   * <p>Corresponds to {@code tokio::time::timeout}.
   *
   * @param <T> the type of the value
   * @param <X> the body's own checked exception
   * @param limit how long the body has; with zero it hardly begins
   * @param body the work
   * @return the body's value
   * @throws X if the body throws it
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted
   * @throws TimeoutException ({@link TaskTimeoutException}) if the limit has passed and the body
   *     was stopped by it
   * @throws JoinException if the body ended by an abort of another kind, or threw an {@link
   *     InterruptedException} of its own
   * @throws IllegalArgumentException if the limit is negative
   */
  public static <T extends @Nullable Object, X extends Exception> T timeout(
      Duration limit, Body<? extends T, X> body) throws X, InterruptedException, TimeoutException {
    Objects.requireNonNull(body, "body");
    Nanos.limit(limit);
    return new Attempt<T, X>(body).timeout(limit);
  }

  /**
   * As {@link #timeout(Duration, Body)}, for a body without a value.
   *
   * @param <X> the body's own checked exception
   * @param limit how long the body has
   * @param body the work
   * @throws X if the body throws it
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted
   * @throws TimeoutException ({@link TaskTimeoutException}) if the limit has passed and the body
   *     was stopped by it
   * @throws JoinException as {@link #timeout(Duration, Body)}
   * @throws IllegalArgumentException if the limit is negative
   */
  public static <X extends Exception> void timeout(Duration limit, VoidBody<X> body)
      throws X, InterruptedException, TimeoutException {
    Objects.requireNonNull(body, "body");
    Task.<@Nullable Void, X>timeout(
        limit,
        () -> {
          body.run();
          return null;
        });
  }

  /**
   * Lets others run. Also makes room for timers, sockets and other threads' wake-ups when tasks
   * keep all carrier threads busy, which {@link Thread#yield()} does not.
   *
   * <p>Corresponds to {@code tokio::task::yield_now}.
   *
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted
   */
  public static void yieldNow() throws InterruptedException {
    if (!TaskCore.checkWait(TaskCore.current())) {
      Thread.yield();
    }
  }
}
