package dev.musubi;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Counts tasks, so that one can wait until all have ended: for a service that stops accepting work,
 * and then lets the work that it has accepted come to its end.
 *
 * {@snippet class="TaskTrackerSnippets" region="drain"}
 *
 * <p>A tracker owns nothing: it aborts nobody, keeps no results, and a task that has ended leaves
 * nothing in it. Waiting ends when the tracker is closed <em>and</em> empty, so that a moment
 * without tasks in the middle of the work does not count. Closing does not keep tasks from being
 * spawned; those are waited for, too.
 *
 * <p>Thread-safe. Corresponds to {@code tokio_util::task::TaskTracker}.
 */
public final class TaskTracker {
  private final ReentrantLock lock = new ReentrantLock();
  private final List<SelectWaiter<? super Boolean>> waiters = new ArrayList<>(1);
  private int count;
  private boolean closed;

  /** An open tracker without tasks. */
  public TaskTracker() {}

  /**
   * A place that counts until it is closed: for work that is not a task. Closing it twice counts
   * once.
   */
  public static final class Token implements AutoCloseable {
    private final TaskTracker tracker;
    private final AtomicBoolean open = new AtomicBoolean(true);

    private Token(TaskTracker tracker) {
      this.tracker = tracker;
    }

    /** The work is done. */
    @Override
    public void close() {
      if (open.getAndSet(false)) {
        tracker.leave();
      }
    }
  }

  // ---------------------------------------------------------------- what is counted

  /**
   * Spawns a task that is counted until it has really ended; see {@link Task#spawn(Callable)}.
   *
   * @param <T> the type of the value
   * @param body the work
   * @return the handle
   */
  public <T extends @Nullable Object> JoinHandle<T> spawn(Callable<? extends T> body) {
    return spawn(Task.builder(), body);
  }

  /**
   * As {@link #spawn(Callable)}, for a body without a value.
   *
   * @param body the work
   * @return the handle
   */
  public JoinHandle<@Nullable Void> spawn(VoidBody<?> body) {
    return spawn(Task.builder(), body);
  }

  /**
   * As {@link #spawn(Callable)}, with the settings of a builder: a name, a runtime, a token.
   *
   * @param <T> the type of the value
   * @param builder describes the task
   * @param body the work
   * @return the handle
   */
  public <T extends @Nullable Object> JoinHandle<T> spawn(
      TaskBuilder builder, Callable<? extends T> body) {
    return track(builder, body, false);
  }

  /**
   * As {@link #spawn(TaskBuilder, Callable)}, for a body without a value.
   *
   * @param builder describes the task
   * @param body the work
   * @return the handle
   */
  public JoinHandle<@Nullable Void> spawn(TaskBuilder builder, VoidBody<?> body) {
    return track(builder, body, false);
  }

  /**
   * As {@link #spawn(TaskBuilder, Callable)}, on the runtime's pool of platform threads; see {@link
   * Task#spawnBlocking(Callable)}.
   *
   * @param <T> the type of the value
   * @param builder describes the task
   * @param body the work
   * @return the handle
   * @throws RejectedExecutionException if the pool's queue is bounded and full, as {@link
   *     QueueFull} says
   */
  public <T extends @Nullable Object> JoinHandle<T> spawnBlocking(
      TaskBuilder builder, Callable<? extends T> body) {
    return track(builder, body, true);
  }

  /**
   * As {@link #spawnBlocking(TaskBuilder, Callable)}, for a body without a value.
   *
   * @param builder describes the task
   * @param body the work
   * @return the handle
   * @throws RejectedExecutionException if the pool's queue is bounded and full, as {@link
   *     QueueFull} says
   */
  public JoinHandle<@Nullable Void> spawnBlocking(TaskBuilder builder, VoidBody<?> body) {
    return track(builder, body, true);
  }

  private <T extends @Nullable Object> JoinHandle<T> track(
      TaskBuilder builder, Object body, boolean blocking) {
    TaskRuntime.beforeSpawn();
    TaskCore<T> core = builder.enlist(body, blocking);
    TaskHandle<T> handle = core.createHandle();
    enter();
    core.onFinished(this::leave);
    builder.start(core);
    return handle;
  }

  /**
   * Counts something that is not a task.
   *
   * @return counts until it is closed
   */
  public Token token() {
    enter();
    return new Token(this);
  }

  private void enter() {
    lock.lock();
    try {
      count++;
    } finally {
      lock.unlock();
    }
  }

  private void leave() {
    lock.lock();
    try {
      count--;
      wakeIfDone();
    } finally {
      lock.unlock();
    }
  }

  // ---------------------------------------------------------------- open and closed

  /**
   * Closes the tracker: from now on, being empty ends the waits.
   *
   * @return true if it was open
   */
  public boolean close() {
    return setClosed(true);
  }

  /**
   * Opens the tracker again.
   *
   * @return true if it was closed
   */
  public boolean reopen() {
    return setClosed(false);
  }

  private boolean setClosed(boolean now) {
    lock.lock();
    try {
      boolean changed = closed != now;
      closed = now;
      wakeIfDone();
      return changed;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Whether the tracker is closed.
   *
   * @return true after {@link #close()}, until {@link #reopen()}
   */
  public boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /**
   * How many tasks and tokens count at the moment.
   *
   * @return the number
   */
  public int size() {
    lock.lock();
    try {
      return count;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Whether nothing counts at the moment.
   *
   * @return true if {@link #size()} is zero
   */
  public boolean isEmpty() {
    return size() == 0;
  }

  // ---------------------------------------------------------------- waiting

  /**
   * Waits until the tracker is closed and empty. Returns also if it was both for a moment only,
   * during the wait.
   *
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted
   */
  public void await() throws InterruptedException {
    var _ = Select.<Boolean, RuntimeException>select(onDone(() -> true));
  }

  /**
   * As {@link #await()}, waiting at most for a time.
   *
   * @param limit how long to wait at most; zero does not wait
   * @return whether the tracker was closed and empty
   * @throws InterruptedException as {@link #await()}
   * @throws IllegalArgumentException if the limit is negative
   */
  public boolean await(Duration limit) throws InterruptedException {
    return Select.<Boolean, RuntimeException>selectBiased(
        onDone(() -> true), Select.after(limit, () -> false));
  }

  /**
   * A branch of a {@link Select} that wins when the tracker is closed and empty at some moment of
   * that select. A moment between two selects is not seen.
   *
   * @param <R> the type of the handler's result
   * @param <X> the handler's own checked exception
   * @param handler what to do then
   * @return a new branch
   */
  public <R extends @Nullable Object, X extends Exception> Branch<R, X> onDone(
      Body<? extends R, X> handler) {
    Objects.requireNonNull(handler, "handler");
    return Select.<Boolean, R, X>on(this::register, _ -> handler.call());
  }

  private Registration register(SelectWaiter<? super Boolean> waiter) {
    lock.lock();
    try {
      waiters.add(waiter);
      wakeIfDone();
    } finally {
      lock.unlock();
    }
    return () -> {
      lock.lock();
      try {
        waiters.remove(waiter);
      } finally {
        lock.unlock();
      }
    };
  }

  /** Under the lock. Everybody is told, of this very moment: what comes after does not count. */
  private void wakeIfDone() {
    if (closed && count == 0) {
      waiters.forEach(waiter -> waiter.offer(true));
      waiters.clear();
    }
  }

  /** For example {@code TaskTracker[closed, 3 left]}. */
  @Override
  public String toString() {
    return "TaskTracker[" + (isClosed() ? "closed, " : "open, ") + size() + " left]";
  }
}
