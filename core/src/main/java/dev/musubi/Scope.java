package dev.musubi;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A block that its tasks cannot outlive: what is spawned into a scope has really ended when the
 * block is left, however that happens.
 *
 * {@snippet class="ScopeSnippets" region="scope"}
 *
 * <p>Closing aborts what is left; {@link #join()} at the end of the block waits instead. If the
 * task that opened the scope is aborted, its children are aborted at once, and so are those that
 * are spawned after (not before it leaves a {@linkplain Task#shield shield} that it is in). Any
 * thread may spawn into the scope, a child may be aborted alone, and scopes may nest. Results and
 * failures are told by the handles; {@link Join} waits for several of them and stops at the first
 * failure.
 *
 * <p>Thread-safe. Tokio has no counterpart; its users wish for one. Against the JDK's {@code
 * StructuredTaskScope}: any thread may fork, the handles are joined one by one or together, and
 * closing keeps the promise for tasks that need time to stop.
 */
public final class Scope implements AutoCloseable {
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<TaskCore<?>> running = new HashSet<>();
  private final TaskTracker tracker = new TaskTracker(); // always closed: only emptiness counts
  private final Registration parent;
  private @Nullable AbortReason doomed; // set when the parent is aborted, for those to come
  private boolean closed;

  private Scope() {
    tracker.close();
    TaskCore<?> me = TaskCore.current();
    parent = me == null ? Selection.NOTHING : me.onAborted(() -> parentAborted(me));
  }

  /**
   * Opens a scope. If the calling task is aborted, so are the scope's tasks.
   *
   * @return a new scope, to be closed
   */
  public static Scope open() {
    return new Scope();
  }

  private void parentAborted(TaskCore<?> aborted) {
    AbortReason why =
        AbortReason.of(AbortReason.Kind.PARENT_CLOSED, "its parent, " + aborted + ", was aborted");
    lock.lock();
    try {
      doomed = why;
    } finally {
      lock.unlock();
    }
    Sweep.abort(snapshot(), why);
  }

  // ---------------------------------------------------------------- in

  /**
   * Spawns a task that cannot outlive this scope; see {@link Task#spawn(Callable)}.
   *
   * @param <T> the type of the value
   * @param body the work
   * @return the handle
   * @throws IllegalStateException if this scope is closed
   */
  public <T extends @Nullable Object> JoinHandle<T> spawn(Callable<? extends T> body) {
    return spawn(Task.builder(), body);
  }

  /**
   * As {@link #spawn(Callable)}, for a body without a value.
   *
   * @param body the work
   * @return the handle
   * @throws IllegalStateException if this scope is closed
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
   * @throws IllegalStateException if this scope is closed
   */
  public <T extends @Nullable Object> JoinHandle<T> spawn(
      TaskBuilder builder, Callable<? extends T> body) {
    return add(builder, body, false);
  }

  /**
   * As {@link #spawn(TaskBuilder, Callable)}, for a body without a value.
   *
   * @param builder describes the task
   * @param body the work
   * @return the handle
   * @throws IllegalStateException if this scope is closed
   */
  public JoinHandle<@Nullable Void> spawn(TaskBuilder builder, VoidBody<?> body) {
    return add(builder, body, false);
  }

  /**
   * As {@link #spawn(TaskBuilder, Callable)}, on the runtime's pool of platform threads; see {@link
   * Task#spawnBlocking(Callable)}.
   *
   * @param <T> the type of the value
   * @param builder describes the task
   * @param body the work
   * @return the handle
   * @throws IllegalStateException if this scope is closed
   * @throws RejectedExecutionException if the pool's queue is bounded and full, as {@link
   *     QueueFull} says
   */
  public <T extends @Nullable Object> JoinHandle<T> spawnBlocking(
      TaskBuilder builder, Callable<? extends T> body) {
    return add(builder, body, true);
  }

  /**
   * As {@link #spawnBlocking(TaskBuilder, Callable)}, for a body without a value.
   *
   * @param builder describes the task
   * @param body the work
   * @return the handle
   * @throws IllegalStateException if this scope is closed
   * @throws RejectedExecutionException if the pool's queue is bounded and full, as {@link
   *     QueueFull} says
   */
  public JoinHandle<@Nullable Void> spawnBlocking(TaskBuilder builder, VoidBody<?> body) {
    return add(builder, body, true);
  }

  /** Listed before it is started, so that an abort of all finds it. */
  private <T extends @Nullable Object> JoinHandle<T> add(
      TaskBuilder builder, Object body, boolean blocking) {
    Objects.requireNonNull(body, "body");
    TaskRuntime.beforeSpawn();
    TaskCore<T> core = builder.enlist(body, blocking);
    TaskHandle<T> handle = core.createHandle();
    lock.lock();
    try {
      if (closed) {
        var _ = core.abort(AbortReason.of(AbortReason.Kind.PARENT_CLOSED));
        throw new IllegalStateException("the scope is closed");
      }
      running.add(core);
      if (doomed != null) {
        var _ = core.abort(doomed); // it never begins
      }
    } finally {
      lock.unlock();
    }
    TaskTracker.Token token = tracker.token();
    core.onFinished(() -> ended(core, token));
    builder.start(core);
    return handle;
  }

  private void ended(TaskCore<?> core, TaskTracker.Token token) {
    lock.lock();
    try {
      running.remove(core);
    } finally {
      lock.unlock();
    }
    token.close();
  }

  // ---------------------------------------------------------------- out

  /**
   * Waits until no task is left in this scope, also of those that are spawned meanwhile. Looks at
   * no result.
   *
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted
   * @throws IllegalStateException if a task of this scope calls it
   */
  public void join() throws InterruptedException {
    snapshot().forEach(TaskCore::rejectSelf);
    tracker.await();
  }

  /** Asks all tasks of this scope to stop. */
  public void abortAll() {
    Sweep.abort(snapshot(), AbortReason.of(AbortReason.Kind.USER));
  }

  private List<TaskCore<?>> snapshot() {
    lock.lock();
    try {
      return new ArrayList<>(running);
    } finally {
      lock.unlock();
    }
  }

  /**
   * How many tasks have not ended.
   *
   * @return the number
   */
  public int size() {
    return snapshot().size();
  }

  /**
   * Takes no more tasks, aborts what is left and waits for its real end: a closing wait, see {@link
   * OwnedHandle#close()}. A failure of one of these that nobody has looked at goes to the {@link
   * FailureHook}. Closing again does nothing.
   *
   * @throws IllegalStateException if a task of this scope calls it; then nothing has happened
   */
  @Override
  public void close() {
    List<TaskCore<?>> left;
    lock.lock();
    try {
      left = new ArrayList<>(running);
      left.forEach(TaskCore::rejectSelf);
      closed = true;
    } finally {
      lock.unlock();
    }
    Sweep.abort(left, AbortReason.of(AbortReason.Kind.PARENT_CLOSED));
    for (TaskCore<?> core : left) {
      core.awaitClosing();
      core.reportIfUnobserved(UnobservedFailure.Kind.CLOSED);
    }
    parent.close();
  }

  /** For example {@code Scope[3 tasks]}. */
  @Override
  public String toString() {
    return "Scope[" + size() + " tasks]";
  }
}
