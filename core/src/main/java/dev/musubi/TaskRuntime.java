package dev.musubi;

import dev.musubi.internal.RealTimers;
import dev.musubi.internal.Stack;
import dev.musubi.internal.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Where tasks live: it starts them, knows the live ones, and can be shut down.
 *
 * <p>{@link Task#spawn} uses the {@linkplain #current() current} runtime; without further ado that
 * is the {@linkplain #global() global} one, which exists by default and cannot be closed. Make one
 * of your own to shut a part of a program down as a whole, or to set limits and hooks:
 *
 * {@snippet class="TaskRuntimeSnippets" region="own"}
 *
 * <h2>Shutdown</h2>
 *
 * <p>A runtime that is shut down accepts no tasks (they resolve as cancelled at once), aborts those
 * that it has, waits for their real end up to a deadline, and reports which did not stop, with
 * their stacks. The handles of these stay live and tell the real end; their repeated interrupts go
 * on. What has not begun when it is shut down never runs.
 *
 * <p>Thread-safe. Corresponds to {@code tokio::runtime::Runtime} and {@code Handle}.
 */
public final class TaskRuntime implements AutoCloseable {
  private static final AtomicLong IDS = new AtomicLong();
  private static final Scoped<TaskRuntime> ENTERED = new Scoped<>();
  private static final Duration GLOBAL_DEADLINE = Duration.ofSeconds(2);
  private static final long EXIT_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long FLUSH_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** For the library's own tests: those of ordinary tasks are run with light ones, too. */
  private static final boolean ALL_LIGHT = Boolean.getBoolean("dev.musubi.test.light");

  private final long id = IDS.incrementAndGet();
  private final @Nullable String name;
  private final boolean global;
  private final Launcher launcher;
  private final Timers timers;
  private final @Nullable AtomicLong selectSeed;
  private final BlockingPool blockingPool;
  private final FailureReports failures;
  private final @Nullable TaskHooks hooks;
  private final AbortPolicy abortPolicy;
  private final AbortPolicy blockingAbortPolicy;
  private final @Nullable Predicate<? super Throwable> extraEvidence;
  private final List<ContextCarrier> carriers;
  private final Duration closeDeadline;
  private final Consumer<? super ShutdownReport> onClosed;
  private final LiveTasks live = new LiveTasks();
  private final LightPool lightPool = new LightPool(live);
  private volatile boolean shutdown;

  private TaskRuntime(Builder builder, boolean global) {
    this.name = builder.name;
    this.global = global;
    this.launcher = new Launcher(builder.maxBacklog);
    this.timers = builder.timers;
    this.selectSeed = builder.selectSeed == null ? null : new AtomicLong(builder.selectSeed);
    this.blockingPool =
        new BlockingPool(
            global ? "musubi-blocking" : "musubi-" + label() + "-blocking",
            builder.maxBlockingThreads,
            builder.maxBlockingQueue,
            builder.whenBlockingQueueFull,
            builder.blockingKeepAlive);
    this.failures = new FailureReports(builder.failureHook, builder.unobservedLimit);
    this.hooks = builder.hooks;
    this.abortPolicy = builder.abortPolicy;
    this.blockingAbortPolicy =
        builder.blockingAbortPolicy == null ? builder.abortPolicy : builder.blockingAbortPolicy;
    this.extraEvidence = builder.extraEvidence;
    this.carriers = List.copyOf(builder.carriers);
    this.closeDeadline = builder.closeDeadline;
    this.onClosed = builder.onClosed;
  }

  // ---------------------------------------------------------------- which runtime

  private static final class Global {
    static final TaskRuntime RUNTIME = new TaskRuntime(new Builder(), true);

    static {
      try {
        Runtime.getRuntime()
            .addShutdownHook(
                Thread.ofPlatform().name("musubi-shutdown").unstarted(Global::endWithTheJvm));
      } catch (IllegalStateException e) {
        // the JVM is going down already: nothing will be left to report to
        RUNTIME.shutdown = true;
      }
    }

    private static void endWithTheJvm() {
      ShutdownReport report = RUNTIME.stop(GLOBAL_DEADLINE);
      if (!report.isComplete()) {
        Log.warn(report.toString(), null);
      }
    }
  }

  /**
   * The runtime that exists by default. It cannot be closed; when the JVM goes down its tasks are
   * aborted and waited for at most 2 s, so that failures are reported.
   *
   * @return the global runtime
   */
  public static TaskRuntime global() {
    return Global.RUNTIME;
  }

  /**
   * The runtime of the task that runs here, else the one whose {@link #blockOn(Body) blockOn} runs
   * here, else the global one.
   *
   * @return the current runtime
   */
  public static TaskRuntime current() {
    if (ENTERED.isBound()) {
      return ENTERED.get(); // also inside a task: the entry is younger than the task
    }
    TaskCore<?> core = TaskCore.current();
    return core != null ? core.runtime : global();
  }

  /**
   * A runtime of one's own with default settings.
   *
   * @return a new runtime, to be closed
   */
  public static TaskRuntime create() {
    return builder().build();
  }

  /**
   * A runtime of one's own with other settings.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The runtime's number.
   *
   * @return a number, unique in this JVM
   */
  public long id() {
    return id;
  }

  /**
   * The runtime's name.
   *
   * @return the name given to the builder, or empty
   */
  public Optional<String> name() {
    return Optional.ofNullable(name);
  }

  private String label() {
    return name != null ? name : global ? "global" : Long.toString(id);
  }

  // ---------------------------------------------------------------- spawning

  /**
   * Spawns a task on a virtual thread, on this runtime; see {@link Task#spawn(Callable)}.
   *
   * @param <T> the type of the value
   * @param body the work
   * @return the handle
   */
  public <T extends @Nullable Object> JoinHandle<T> spawn(Callable<? extends T> body) {
    Objects.requireNonNull(body, "body");
    return spawn(body, plainOptions(), TaskKind.VIRTUAL);
  }

  /**
   * As {@link #spawn(Callable)}, for a body without a value.
   *
   * @param body the work
   * @return the handle
   */
  public JoinHandle<@Nullable Void> spawn(VoidBody<?> body) {
    Objects.requireNonNull(body, "body");
    return spawn(body, plainOptions(), TaskKind.VIRTUAL);
  }

  /**
   * Spawns a task on this runtime's pool of platform threads; see {@link
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
    return spawn(body, plainOptions(), TaskKind.BLOCKING);
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
    return spawn(body, plainOptions(), TaskKind.BLOCKING);
  }

  /**
   * Spawns a light task on this runtime; see {@link Task#spawnLight(Callable)}.
   *
   * @param <T> the type of the value
   * @param body the work
   * @return the handle
   */
  public <T extends @Nullable Object> JoinHandle<T> spawnLight(Callable<? extends T> body) {
    Objects.requireNonNull(body, "body");
    return spawn(body, plainOptions(), TaskKind.LIGHT);
  }

  /**
   * As {@link #spawnLight(Callable)}, for a body without a value.
   *
   * @param body the work
   * @return the handle
   */
  public JoinHandle<@Nullable Void> spawnLight(VoidBody<?> body) {
    Objects.requireNonNull(body, "body");
    return spawn(body, plainOptions(), TaskKind.LIGHT);
  }

  /**
   * Starts the description of a task with a name or other settings, on this runtime.
   *
   * @return a new builder
   */
  public TaskBuilder task() {
    return new TaskBuilder(this);
  }

  private @Nullable TaskOptions plainOptions() {
    return TaskOptions.of(null, null, false, TaskLocal.current().inherited(), capture());
  }

  List<ContextCarrier.Captured> capture() {
    if (carriers.isEmpty()) {
      return List.of();
    }
    List<ContextCarrier.Captured> captured = new ArrayList<>(carriers.size());
    for (ContextCarrier carrier : carriers) {
      ContextCarrier.Captured context = carrier.capture();
      if (context != null) {
        captured.add(context);
      }
    }
    return captured;
  }

  <T extends @Nullable Object> TaskHandle<T> spawn(
      Object body, @Nullable TaskOptions options, TaskKind kind) {
    return spawn(body, options, kind, null);
  }

  <T extends @Nullable Object> TaskHandle<T> spawn(
      Object body,
      @Nullable TaskOptions options,
      TaskKind kind,
      @Nullable CancellationToken token) {
    TaskCore<T> core = core(body, options, kind);
    TaskHandle<T> handle = core.createHandle();
    start(core, token);
    return handle;
  }

  private <T extends @Nullable Object> TaskCore<T> core(
      Object body, @Nullable TaskOptions options, TaskKind kind) {
    boolean light =
        ALL_LIGHT
            && kind == TaskKind.VIRTUAL
            && (options == null || !options.inheritThreadLocals());
    return new TaskCore<>(this, body, options, light ? TaskKind.LIGHT : kind);
  }

  /** A task that is listed and not started yet. After {@link #beforeSpawn}. */
  <T extends @Nullable Object> TaskCore<T> enlist(
      Object body, @Nullable TaskOptions options, TaskKind kind) {
    TaskCore<T> core = core(body, options, kind);
    seat(core);
    return core;
  }

  /** A plain task that is not started yet; the caller gives it a handle or detaches it. */
  <T extends @Nullable Object> TaskCore<T> prepare(Object body) {
    return core(body, plainOptions(), TaskKind.VIRTUAL);
  }

  /**
   * Registers, then looks whether the runtime is shut down; a shutdown sets the mark, then walks
   * the registered tasks. So a task that races with it is seen by one of the two, and is never left
   * alone.
   */
  void start(TaskCore<?> core) {
    start(core, null);
  }

  /** As {@link #start(TaskCore)}, bound to a token. */
  void start(TaskCore<?> core, @Nullable CancellationToken token) {
    beforeSpawn();
    seat(core);
    launch(core, token);
  }

  /** The second half; what is aborted by its token before it began never runs. */
  void launch(TaskCore<?> core, @Nullable CancellationToken token) {
    if (token != null) {
      token.bind(core);
      if (core.isFinished()) {
        return;
      }
    }
    launch(core);
  }

  /**
   * Before a spawn changes anything. It may park, which throws where the stack ends; that is why it
   * does so first. Then it reserves stack for the rest of the spawn, which has steps that reserve.
   */
  static void beforeSpawn() {
    Pacer.spawnPoint();
    Stack.reserveTwice();
  }

  /** The first half of {@link #start}: the task is listed, and a shutdown finds it. */
  void seat(TaskCore<?> core) {
    live.add(core);
    if (hooks != null) {
      onSpawn(core);
    }
  }

  /** The second half. */
  void launch(TaskCore<?> core) {
    if (shutdown) {
      core.abortFromSweep(AbortReason.of(AbortReason.Kind.RUNTIME_SHUTDOWN));
    } else {
      try {
        if (core.isBlocking()) {
          blockingPool.submit(core);
        } else if (core.isLight()) {
          lightPool.submit(core);
        } else {
          launcher.launch(core);
        }
      } catch (Throwable e) {
        core.abort(AbortReason.of(AbortReason.Kind.USER, "not accepted"));
        throw e;
      }
    }
  }

  // ---------------------------------------------------------------- running a main program

  /**
   * Runs a body on the calling thread, with this runtime as the current one, and returns when the
   * body does: not when the tasks do. The body is not a task: it has no id, no hooks, and cannot be
   * aborted.
   *
   * {@snippet class="TaskRuntimeSnippets" region="main"}
   *
   * @param <T> the type of the value
   * @param <X> the body's own exception
   * @param body what to run
   * @return the body's value
   * @throws X if the body throws it; the runtime stays usable
   * @throws InterruptedException if the body throws it
   */
  @SuppressWarnings("unchecked") // the body throws nothing checked but X and InterruptedException
  public <T extends @Nullable Object, X extends Exception> T blockOn(Body<? extends T, X> body)
      throws X, InterruptedException {
    Objects.requireNonNull(body, "body");
    try {
      return ENTERED.where(this).call(body::call);
    } catch (InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw (X) e;
    }
  }

  /**
   * As {@link #blockOn(Body)}, for a body without a value.
   *
   * @param <X> the body's own exception
   * @param body what to run
   * @throws X if the body throws it; the runtime stays usable
   * @throws InterruptedException if the body throws it
   */
  public <X extends Exception> void blockOn(VoidBody<X> body) throws X, InterruptedException {
    Objects.requireNonNull(body, "body");
    this.<@Nullable Void, X>blockOn(() -> {
      body.run();
      return null;
    });
  }

  // ---------------------------------------------------------------- looking

  /**
   * The tasks that have not ended, blocking and queued ones included, in no order. A snapshot:
   * tasks that were live throughout are in it. Costs a few nanoseconds for each task.
   *
   * @return the live tasks
   */
  public List<TaskInfo> liveTasks() {
    List<TaskInfo> infos = new ArrayList<>();
    forEachLive(core -> infos.add(core.info()));
    return infos;
  }

  /**
   * How many tasks have not ended, blocking and queued ones included. Walks the live tasks.
   *
   * @return the number
   */
  public int liveTaskCount() {
    int[] count = {0};
    forEachLive(_ -> count[0]++);
    return count[0];
  }

  private void forEachLive(Consumer<TaskCore<?>> action) {
    live.forEach(core -> {
      if (!core.hasLeft()) {
        action.accept(core);
      }
    });
  }

  /**
   * Whether the runtime has been shut down. Tasks may still be running.
   *
   * @return true once {@link #shutdown(Duration)} or {@link #close()} was called
   */
  public boolean isShutdown() {
    return shutdown;
  }

  // ---------------------------------------------------------------- shutdown

  /**
   * Shuts down: refuses new tasks, aborts all there are, waits for their real end up to the
   * deadline, and tells which did not stop. Returns as soon as all have. May be called again, to
   * wait for longer.
   *
   * <p>This is a closing wait: neither an abort nor an interrupt of the calling thread ends it; the
   * interrupt flag is restored on return. A task that called {@link System#exit} is not waited for.
   *
   * @param deadline how long to wait at most; zero does not wait
   * @return the report
   * @throws IllegalArgumentException if the deadline is negative
   * @throws UnsupportedOperationException on the global runtime
   * @throws IllegalStateException if a task of this runtime would wait for its own end; then
   *     nothing has happened. With a deadline of zero it may call this.
   */
  public ShutdownReport shutdown(Duration deadline) {
    Nanos.limit(deadline);
    if (global) {
      throw new UnsupportedOperationException("the global runtime cannot be shut down");
    }
    if (!deadline.isZero()) {
      rejectOwnTask();
    }
    return stop(deadline);
  }

  /** A task of this runtime cannot wait for its end, nor can one that it runs in a join. */
  void rejectOwnTask() {
    live.forEach(core -> {
      if (core.isUnderneath()) {
        throw new IllegalStateException(
            core + " belongs to runtime " + label() + " and cannot wait for its end");
      }
    });
  }

  private ShutdownReport stop(Duration limit) {
    long begin = System.nanoTime();
    long nanos = Nanos.limit(limit);
    shutdown = true;
    lightPool.close();
    List<TaskCore<?>> seen = abortAll();
    blockingPool.close();
    awaitEnds(seen, begin + nanos);
    seen.removeIf(TaskCore::isFinished);
    List<TaskCore<?>> left = abortAll(); // again, for light ones that were not seen: see LiveTasks
    List<TaskCore<?>> unseen = new ArrayList<>(left);
    unseen.removeAll(new HashSet<>(seen));
    awaitEnds(unseen, begin + nanos);
    left.removeIf(TaskCore::isFinished);
    failures.flush(Math.min(nanos, FLUSH_NANOS));
    List<ShutdownReport.Straggler> stragglers = new ArrayList<>();
    for (TaskCore<?> core : left) {
      TaskInfo info = core.info();
      stragglers.add(new ShutdownReport.Straggler(info, info.stack()));
    }
    return new ShutdownReport(label(), Duration.ofNanos(System.nanoTime() - begin), stragglers);
  }

  /** Those too whose body has left, but whose end is not told yet. */
  private List<TaskCore<?>> abortAll() {
    List<TaskCore<?>> all = new ArrayList<>();
    live.forEach(all::add);
    Sweep.abort(all, AbortReason.of(AbortReason.Kind.RUNTIME_SHUTDOWN));
    return all;
  }

  private static void awaitEnds(List<TaskCore<?>> cores, long deadline) {
    cores.forEach(core -> awaitUnlessExiting(core, deadline));
    cores.forEach(core -> core.awaitTail(deadline));
  }

  /** Waits until no task is left, those included that are spawned meanwhile; at most so long. */
  void awaitIdle(Duration limit) {
    long deadline = System.nanoTime() + Nanos.limit(limit);
    List<TaskCore<?>> left = new ArrayList<>();
    boolean idle;
    do {
      LiveTasks.Mark before = live.mark();
      left.clear();
      forEachLive(left::add);
      left.forEach(core -> awaitUnlessExiting(core, deadline));
      idle = left.isEmpty() && before.isSameAs(live.mark());
    } while (!idle && deadline - System.nanoTime() > 0);
  }

  /** Waits for a task, but not for one that sits in System.exit, which waits for us. */
  private static void awaitUnlessExiting(TaskCore<?> core, long deadline) {
    for (; ; ) {
      long left = deadline - System.nanoTime();
      if (left <= 0 || core.awaitClosing(Math.min(left, EXIT_LOOK_NANOS)) || isExiting(core)) {
        return;
      }
    }
  }

  private static boolean isExiting(TaskCore<?> core) {
    return core.info().stack().stream()
        .anyMatch(frame ->
            frame.getClassName().equals("java.lang.Runtime")
                && frame.getMethodName().equals("exit"));
  }

  /**
   * Shuts down with the deadline of the builder (default 30 s), hands the report to the listener of
   * the builder (default: a warning in the log if a task did not stop), and returns normally.
   * Closing twice waits again.
   *
   * @throws UnsupportedOperationException on the global runtime
   * @throws IllegalStateException if a task of this runtime calls it; then nothing has happened
   */
  @Override
  public void close() {
    ShutdownReport report = shutdown(closeDeadline);
    try {
      onClosed.accept(report);
    } catch (Throwable e) {
      Log.warn("the shutdown listener threw on: " + report, e);
    }
  }

  // ---------------------------------------------------------------- views

  /**
   * This runtime as an executor: each submitted job is a task of this runtime.
   *
   * <p>Each call gives a view with its own shutdown, for the tasks submitted through it; after that
   * it rejects. Futures are as {@link JoinHandle#asFuture()}: {@code isDone} follows the real end.
   * A failure of a job passed to {@code execute} goes to the {@link FailureHook}.
   *
   * @return a new view
   */
  public ExecutorService asExecutorService() {
    return new ExecutorView(this);
  }

  // ---------------------------------------------------------------- for the task core

  Launcher launcher() {
    return launcher;
  }

  Timers timers() {
    return timers;
  }

  /** A number from 0 to below the bound, for fair choices. */
  int random(int bound) {
    AtomicLong seeded = selectSeed;
    if (seeded == null) {
      return ThreadLocalRandom.current().nextInt(bound);
    }
    return new SplittableRandom(seeded.getAndIncrement()).nextInt(bound);
  }

  BlockingPool blockingPool() {
    return blockingPool;
  }

  LightPool lightPool() {
    return lightPool;
  }

  /** Runs a body with these task locals, and inside this runtime, whatever is bound here. */
  @Nullable Object callWith(
      TaskLocals locals, ScopedValue.CallableOp<@Nullable Object, Exception> body)
      throws Exception {
    boolean same = TaskLocal.current() == locals;
    if (ENTERED.isBound()) {
      return TaskLocal.values().where(locals, ENTERED.where(this)).call(body);
    }
    return same ? body.call() : TaskLocal.values().where(locals).call(body);
  }

  FailureReports failures() {
    return failures;
  }

  AbortPolicy abortPolicy(boolean blocking) {
    return blocking ? blockingAbortPolicy : abortPolicy;
  }

  boolean isExtraEvidence(Throwable thrown) {
    if (extraEvidence == null) {
      return false;
    }
    try {
      return extraEvidence.test(thrown);
    } catch (Throwable e) {
      Log.warn("the abort evidence predicate threw on: " + thrown, e);
      return false;
    }
  }

  boolean hasEndHook() {
    return hooks != null;
  }

  private void onSpawn(TaskCore<?> core) {
    try {
      Objects.requireNonNull(hooks).onSpawn(core.id());
    } catch (Throwable e) {
      Log.warn("the spawn hook threw on " + core, e);
    }
  }

  void onStart(TaskCore<?> core) {
    if (hooks != null) {
      core.enterShield(); // an abort is for the body, not for the hook
      try {
        hooks.onStart(core.id());
      } catch (Throwable e) {
        Log.warn("the start hook threw on " + core, e);
      } finally {
        core.leaveShield();
      }
    }
  }

  void onEnd(TaskCore<?> core, TaskState state) {
    if (hooks != null) {
      Thread here = Thread.currentThread();
      Thread.UncaughtExceptionHandler handler = here.getUncaughtExceptionHandler();
      try {
        hooks.onEnd(core.id(), state);
      } catch (Throwable e) {
        Log.warn("the end hook threw on " + core, e);
      } finally {
        here.setUncaughtExceptionHandler(handler); // a host may be known by it
      }
    }
  }

  @Override
  public String toString() {
    return "TaskRuntime[" + label() + (shutdown ? ", shut down]" : "]");
  }

  /** Settings of a runtime. Reusable; not thread-safe. */
  public static final class Builder {
    private @Nullable String name;
    private int maxBacklog = 1024;
    private Timers timers = RealTimers.INSTANCE;
    private @Nullable Long selectSeed;
    private int maxBlockingThreads = 512;
    private int maxBlockingQueue = Integer.MAX_VALUE;
    private QueueFull whenBlockingQueueFull = QueueFull.REJECT;
    private long blockingKeepAlive = TimeUnit.SECONDS.toNanos(10);
    private AbortPolicy abortPolicy = AbortPolicy.repeating();
    private @Nullable AbortPolicy blockingAbortPolicy;
    private @Nullable Predicate<? super Throwable> extraEvidence;
    private @Nullable TaskHooks hooks;
    private @Nullable FailureHook failureHook;
    private long unobservedLimit = TimeUnit.SECONDS.toNanos(60);
    private final List<ContextCarrier> carriers = new ArrayList<>();
    private Duration closeDeadline = Duration.ofSeconds(30);
    private Consumer<? super ShutdownReport> onClosed =
        report -> {
          if (!report.isComplete()) {
            Log.warn(report.toString(), null);
          }
        };

    private Builder() {}

    /**
     * Names the runtime, for reports and thread names.
     *
     * @param name the name, not blank
     * @return this builder
     * @throws IllegalArgumentException if the name is blank
     */
    public Builder name(String name) {
      if (name.isBlank()) {
        throw new IllegalArgumentException("a runtime's name must not be blank");
      }
      this.name = name;
      return this;
    }

    /**
     * How many threads may be started and not yet running; further tasks wait in a queue of the
     * runtime's own. The bound in force is lower for slow tasks; see the guide's page on fairness.
     *
     * @param most at least 1; the default is 1024
     * @return this builder
     * @throws IllegalArgumentException if it is less than 1
     */
    public Builder maxBacklog(int most) {
      this.maxBacklog = positive(most, "maxBacklog");
      return this;
    }

    /**
     * Makes sleeps and time limits inside this runtime follow a clock that is moved by hand: for
     * tests. What the library does for itself (repeated interrupts, late reports, the deadline of
     * {@link TaskRuntime#shutdown}), blocking calls and I/O still take the machine's time.
     *
     * @param time the clock; the default is the machine's
     * @return this builder
     */
    public Builder time(ManualTime time) {
      this.timers = time.timers();
      return this;
    }

    /**
     * Makes the choices of {@link Select#select} repeatable: with the same seed, the n-th select of
     * this runtime begins at the same branch. Selects that run at the same time share the sequence.
     *
     * @param seed the seed; the default is no fixed one
     * @return this builder
     */
    public Builder selectSeed(long seed) {
      this.selectSeed = new SplittableRandom(seed).nextLong();
      return this;
    }

    /**
     * How many threads the pool of {@code spawnBlocking} has at most.
     *
     * @param most at least 1; the default is 512
     * @return this builder
     * @throws IllegalArgumentException if it is less than 1
     */
    public Builder maxBlockingThreads(int most) {
      this.maxBlockingThreads = positive(most, "maxBlockingThreads");
      return this;
    }

    /**
     * Bounds the queue of {@code spawnBlocking}.
     *
     * @param most how many tasks wait at most, at least 1; the default is no bound
     * @param whenFull what a spawn does when the queue is full
     * @return this builder
     * @throws IllegalArgumentException if it is less than 1
     */
    public Builder maxBlockingQueue(int most, QueueFull whenFull) {
      this.maxBlockingQueue = positive(most, "maxBlockingQueue");
      this.whenBlockingQueueFull = Objects.requireNonNull(whenFull, "whenFull");
      return this;
    }

    /**
     * How long an idle thread of the blocking pool lives.
     *
     * @param keepAlive not negative; the default is 10 s
     * @return this builder
     * @throws IllegalArgumentException if it is negative
     */
    public Builder blockingKeepAlive(Duration keepAlive) {
      this.blockingKeepAlive = Nanos.limit(keepAlive);
      return this;
    }

    /**
     * How an abort reaches the running bodies of this runtime.
     *
     * @param policy the default is {@link AbortPolicy#repeating()}
     * @return this builder
     */
    public Builder abortPolicy(AbortPolicy policy) {
      this.abortPolicy = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /**
     * How an abort reaches the running bodies of blocking tasks, if that differs. {@link
     * AbortPolicy#never()} gives Tokio's behaviour.
     *
     * @param policy the default is the policy of all tasks
     * @return this builder
     */
    public Builder blockingAbortPolicy(AbortPolicy policy) {
      this.blockingAbortPolicy = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /**
     * Extends what counts as evidence that an aborted body stopped because it was interrupted: for
     * drivers that turn an interrupt into an exception of their own. Asked for each throwable in
     * the cause chain.
     *
     * @param evidence the predicate; it must not block
     * @return this builder
     */
    public Builder abortEvidence(Predicate<? super Throwable> evidence) {
      this.extraEvidence = Objects.requireNonNull(evidence, "evidence");
      return this;
    }

    /**
     * Sets the callbacks at the stations of every task. The last call wins.
     *
     * @param hooks the hooks
     * @return this builder
     */
    public Builder hooks(TaskHooks hooks) {
      this.hooks = Objects.requireNonNull(hooks, "hooks");
      return this;
    }

    /**
     * Sets who hears of failures that nobody looked at. The last call wins.
     *
     * @param hook the default logs at error level
     * @return this builder
     */
    public Builder failureHook(FailureHook hook) {
      this.failureHook = Objects.requireNonNull(hook, "hook");
      return this;
    }

    /**
     * How long after a failure it is reported as not joined yet.
     *
     * @param limit positive; the default is 60 s
     * @return this builder
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder unobservedFailureLimit(Duration limit) {
      if (!limit.isPositive()) {
        throw new IllegalArgumentException("unobservedFailureLimit must be positive: " + limit);
      }
      this.unobservedLimit = Nanos.saturated(limit);
      return this;
    }

    /**
     * Adds a carrier of context into tasks. They are captured and restored in the order of
     * addition, and put back in reverse.
     *
     * @param carrier the carrier
     * @return this builder
     */
    public Builder contextCarrier(ContextCarrier carrier) {
      this.carriers.add(Objects.requireNonNull(carrier, "carrier"));
      return this;
    }

    /**
     * How long {@link TaskRuntime#close()} waits at most.
     *
     * @param deadline not negative; the default is 30 s
     * @return this builder
     * @throws IllegalArgumentException if it is negative
     */
    public Builder closeDeadline(Duration deadline) {
      Nanos.limit(deadline);
      this.closeDeadline = deadline;
      return this;
    }

    /**
     * Who gets the report of {@link TaskRuntime#close()}.
     *
     * @param listener the default logs a warning if a task did not stop
     * @return this builder
     */
    public Builder onClosed(Consumer<? super ShutdownReport> listener) {
      this.onClosed = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /**
     * Makes the runtime.
     *
     * @return a new runtime, to be closed
     */
    public TaskRuntime build() {
      return new TaskRuntime(this, false);
    }

    private static int positive(int value, String what) {
      if (value < 1) {
        throw new IllegalArgumentException(what + " must be at least 1: " + value);
      }
      return value;
    }
  }
}
