package dev.musubi;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Spawns tasks that differ from the plain ones: with a name, on another runtime, with an abort
 * policy.
 *
 * {@snippet class="TaskSnippets" region="builder"}
 *
 * <p>A builder may spawn any number of tasks. It is not thread-safe. Corresponds to {@code
 * tokio::task::Builder}.
 */
public final class TaskBuilder {
  private TaskRuntime runtime;
  private @Nullable String name;
  private @Nullable AbortPolicy abortPolicy;
  private boolean inheritThreadLocals;
  private boolean inheritTaskLocals = true;
  private boolean light;
  private TaskLocals own = TaskLocals.EMPTY;
  private @Nullable CancellationToken token;

  TaskBuilder(TaskRuntime runtime) {
    this.runtime = runtime;
  }

  /**
   * Names the task. The name stands in errors, reports and dumps, and becomes the thread's name
   * while the task runs.
   *
   * @param name the name, not blank
   * @return this builder
   * @throws IllegalArgumentException if the name is blank
   */
  public TaskBuilder name(String name) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a task's name must not be blank");
    }
    this.name = name;
    return this;
  }

  /**
   * Chooses the runtime.
   *
   * @param runtime the runtime; the default is {@link TaskRuntime#current()} at {@link
   *     Task#builder()}
   * @return this builder
   */
  public TaskBuilder runtime(TaskRuntime runtime) {
    this.runtime = Objects.requireNonNull(runtime, "runtime");
    return this;
  }

  /**
   * Chooses how an abort reaches the running body.
   *
   * @param policy the policy; the default is the runtime's
   * @return this builder
   */
  public TaskBuilder abortPolicy(AbortPolicy policy) {
    this.abortPolicy = Objects.requireNonNull(policy, "policy");
    return this;
  }

  /**
   * Whether the task's thread inherits the spawning thread's {@link InheritableThreadLocal}s. Of no
   * effect on blocking tasks: their threads are pooled.
   *
   * @param inherit the default is false
   * @return this builder
   */
  public TaskBuilder inheritThreadLocals(boolean inherit) {
    this.inheritThreadLocals = inherit;
    return this;
  }

  /**
   * Whether the task inherits the {@link TaskLocal} values that are set where it is spawned.
   *
   * @param inherit the default is true
   * @return this builder
   */
  public TaskBuilder inheritTaskLocals(boolean inherit) {
    this.inheritTaskLocals = inherit;
    return this;
  }

  /**
   * Sets a task local for the whole task.
   *
   * @param <T> the type of its value
   * @param key the key
   * @param value the value, not null
   * @return this builder
   */
  public <T> TaskBuilder taskLocal(TaskLocal<T> key, T value) {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(value, "value");
    own = own.with(key, value);
    return this;
  }

  /**
   * Makes it a light task: one of those that share a few virtual threads; see {@link
   * Task#spawnLight(Callable)}. Not for blocking tasks, nor with inherited thread-locals: then
   * spawning throws an {@link IllegalStateException}.
   *
   * @return this builder
   */
  public TaskBuilder light() {
    this.light = true;
    return this;
  }

  /**
   * Binds the task to a token: when that is cancelled, the task is aborted with the token's reason.
   * If it is cancelled already, the body never runs.
   *
   * @param token the token
   * @return this builder
   */
  public TaskBuilder cancelledBy(CancellationToken token) {
    this.token = Objects.requireNonNull(token, "token");
    return this;
  }

  /**
   * Spawns a task on a virtual thread; see {@link Task#spawn(Callable)}.
   *
   * @param <T> the type of the value
   * @param body the work
   * @return the handle
   */
  public <T extends @Nullable Object> JoinHandle<T> spawn(Callable<? extends T> body) {
    Objects.requireNonNull(body, "body");
    return runtime.spawn(body, options(), kind(false), token);
  }

  /**
   * As {@link #spawn(Callable)}, for a body without a value.
   *
   * @param body the work
   * @return the handle
   */
  public JoinHandle<@Nullable Void> spawn(VoidBody<?> body) {
    Objects.requireNonNull(body, "body");
    return runtime.spawn(body, options(), kind(false), token);
  }

  /**
   * Spawns a task on the runtime's pool of platform threads; see {@link
   * Task#spawnBlocking(Callable)}.
   *
   * @param <T> the type of the value
   * @param body the work
   * @return the handle
   * @throws RejectedExecutionException if the pool's queue is bounded and full, as {@link
   *     QueueFull} says
   */
  public <T extends @Nullable Object> JoinHandle<T> spawnBlocking(Callable<? extends T> body) {
    Objects.requireNonNull(body, "body");
    return runtime.spawn(body, options(), kind(true), token);
  }

  /**
   * As {@link #spawnBlocking(Callable)}, for a body without a value.
   *
   * @param body the work
   * @return the handle
   * @throws RejectedExecutionException if the pool's queue is bounded and full, as {@link
   *     QueueFull} says
   */
  public JoinHandle<@Nullable Void> spawnBlocking(VoidBody<?> body) {
    Objects.requireNonNull(body, "body");
    return runtime.spawn(body, options(), kind(true), token);
  }

  /** A task that is listed and not started yet. */
  <T extends @Nullable Object> TaskCore<T> enlist(Object body, boolean blocking) {
    Objects.requireNonNull(body, "body");
    return runtime.enlist(body, options(), kind(blocking));
  }

  void start(TaskCore<?> core) {
    runtime.launch(core, token);
  }

  private TaskKind kind(boolean blocking) {
    if (light && blocking) {
      throw new IllegalStateException("a light task cannot be a blocking one");
    }
    if (light && inheritThreadLocals) {
      throw new IllegalStateException(
          "a light task cannot inherit thread-locals: it shares its thread");
    }
    return blocking ? TaskKind.BLOCKING : light ? TaskKind.LIGHT : TaskKind.VIRTUAL;
  }

  private @Nullable TaskOptions options() {
    TaskLocals locals = inheritTaskLocals ? TaskLocal.current().inherited() : TaskLocals.EMPTY;
    return TaskOptions.of(
        name, abortPolicy, inheritThreadLocals, locals.withAll(own), runtime.capture());
  }
}
