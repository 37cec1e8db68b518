package dev.musubi;

import dev.musubi.internal.RealTimers;
import dev.musubi.internal.Stack;
import dev.musubi.internal.Timer;
import dev.musubi.internal.Timers;
import java.io.InterruptedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A task: its state, its body and later its result, and those who wait for it. The room in which
 * the library's promise is kept.
 *
 * <h2>The state word</h2>
 *
 * One volatile int: a phase and marks. All changes are compare-and-set on the whole word (or atomic
 * or/and of marks), so every pair of competing events has one order.
 *
 * <pre>
 *   phase   SCHEDULED ──begin──► RUNNING ──leave──► (RUNNING|LEAVING) ──publish──► SUCCESS
 *               │                    │                                             PANICKED
 *               │                    ├──succeed (nothing attached)──► SUCCESS      CANCELLED
 *               │                    └──leave, publish (a shutdown came first, no body)──► CANCELLED
 *               └──abort──► CANCELLED
 *
 *   marks   ABORT         an abort was accepted. Set once, in phase SCHEDULED or RUNNING without LEAVING
 *           DELIVERED     the body was told: by an interrupt, by a wait that threw, or on leaving a shield
 *           INTERRUPTING  some thread is between deciding to interrupt and having done so. Set by an abort
 *                         or a repeat, only without SHIELDED and LEAVING; cleared by the thread that set it
 *           SHIELDED      the body is inside a shield or a closing wait. Set and cleared by the task's own
 *                         thread, set only without INTERRUPTING
 *           LEAVING       the body has left its last frame. Set by the task's own thread, only without
 *                         INTERRUPTING; no abort is accepted and no interrupt is sent from here on
 *           OBSERVED      a failure was handed out, or reported. Whoever sets it may report: once. Taken
 *                         back if it was handed out to the policy of a wait that was given up
 *           DETACHED      the handle was detached
 * </pre>
 *
 * The phase changes once to a final one; final phases never change, marks OBSERVED and DETACHED may
 * still change.
 *
 * <h2>Whose thread</h2>
 *
 * A light task lies in a lane, from where a worker takes it, while one who waits for it may want to
 * run it himself. Whoever brings the phase from SCHEDULED to RUNNING is the one that runs it, on
 * its own thread, and writes {@link #thread} right after. Between the two steps nothing can fail,
 * or leave its carrier. An abort in between waits for it, {@link #threadToInterrupt}: as it holds
 * INTERRUPTING, the body cannot leave, and {@code thread} stays. All others read it racily: a dump,
 * a repeat, which looks again later, and the task's own thread, which knows its own stores.
 *
 * <h2>No stray interrupts</h2>
 *
 * An interrupt is sent only between setting and clearing INTERRUPTING, and the task's own thread
 * passes LEAVING, SHIELDED and the throwing of {@link TaskAbortedException} only while INTERRUPTING
 * is clear. So no interrupt of ours can land after the body has left, inside a shield, or in the
 * clean-up that runs because a wait of ours has just thrown. After LEAVING the thread's flag is
 * cleared, before hooks and waiters run. Waiting for INTERRUPTING to pass: {@link
 * #awaitNoInterrupt()}.
 *
 * <h2>Hosting: a shield without the word</h2>
 *
 * A task that runs another one in its join ({@link #runHere}) is as in a shield, for two
 * compare-and-sets less: it sets {@link #hosting}, begins the other one, and looks for ABORT;
 * after, it clears {@code hosting} and looks again. Who wants to interrupt has set ABORT before it
 * looks at {@code hosting}. Between the two steps of each lies a volatile write (the state of the
 * one or the other, {@code hosting} itself), and on each processor that HotSpot knows the write
 * before it is seen by all before the read after it is done. So at least one sees the other:
 *
 * <ul>
 *   <li>at the beginning: if the aborting thread did not see {@code hosting}, and interrupts, the
 *       host sees ABORT, and runs the other one in a real shield, which waits for INTERRUPTING and
 *       keeps the interrupt for itself;
 *   <li>at the end: if the aborting thread saw {@code hosting}, it clears INTERRUPTING without
 *       DELIVERED, and the host sees ABORT. It enters and leaves a shield, which delivers. Whoever
 *       sets DELIVERED tells those who listen, so that nobody is told while the other one runs.
 * </ul>
 *
 * A guest that has returned clears its host's {@code hosting} itself, right before it publishes its
 * success, whose compare-and-set is the volatile write then. What it may still have to do after
 * that, to end in the long way or to wake waiters, is done in a real shield of the host.
 *
 * <h2>No lost wake-ups</h2>
 *
 * A joiner adds its {@link Waiter} and then looks at the phase; the task publishes the phase and
 * then looks at the waiters. Both are volatile, so at least one of them sees the other. A waiter
 * that leaves early takes itself out; until then a second wake-up is harmless.
 *
 * <h2>Result</h2>
 *
 * {@link #payload} holds the body until it begins, and from publication on the value or what the
 * body threw; it is a plain field, ordered by the state word.
 */
final class TaskCore<T extends @Nullable Object>
    implements Runnable,
        ScopedValue.CallableOp<@Nullable Object, Exception>,
        Thread.UncaughtExceptionHandler {
  private static final int SCHEDULED = 0;
  private static final int RUNNING = 1;
  private static final int SUCCESS = 2;
  private static final int PANICKED = 3;
  private static final int CANCELLED = 4;
  private static final int PHASE = 7;

  private static final int ABORT = 1 << 3;
  private static final int INTERRUPTING = 1 << 4;
  private static final int DELIVERED =
      1 << 5; // the abort has been delivered by an interrupt at least once
  private static final int SHIELDED = 1 << 6;
  private static final int LEAVING = 1 << 7;
  private static final int OBSERVED = 1 << 8;
  private static final int DETACHED = 1 << 9;

  private static final byte VIRTUAL = 0;
  private static final byte LIGHT = 1;
  private static final byte BLOCKING = 2;

  private static final byte LET_THROUGH = Byte.MIN_VALUE; // the highest bit of the weight

  private static final int SPINS = 64;

  /** How many light tasks may run one in the other's join: each needs a piece of the stack. */
  private static final int MOST_NESTED = 64;

  /** Cheaper than a builder for each. */
  private static final ThreadFactory PLAIN_THREADS =
      Thread.ofVirtual().inheritInheritableThreadLocals(false).factory();

  private static final long FIRST_STRAGGLER_LOG_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final VarHandle STATE;
  private static final VarHandle WAITERS;
  private static final VarHandle TARGET;
  private static final VarHandle HOSTING;

  final TaskRuntime runtime;
  private long id; // set once, by the runtime's list of live tasks
  private final @Nullable TaskOptions options;
  private final byte kind; // in a byte, as with one byte more a task is eight bytes larger

  private volatile int state;
  private @Nullable Object payload;
  private @Nullable Thread thread; // written by the task's own thread; see the top for who reads it
  private volatile @Nullable Object waiters; // null, a Waiter, or a Roster of them
  private volatile @Nullable AbortRequest request; // set by whoever sets ABORT, right after
  private LiveTasks.@Nullable Block block;
  private @Nullable TaskHandle<T>
      handle; // until a failure is published; never set for detached tasks

  /**
   * Own thread only: how many shields are open, and whether the flag is to be set after the
   * outermost.
   */
  private int shields;

  private boolean interruptAfterShield;
  private volatile boolean hosting; // set and cleared by the task's own thread

  /**
   * The launcher's until it begins, then the pacer's, see {@link #spawnsFirstIn} and {@link
   * #letThroughOnce}; of a light task, how many others are between it and its thread's ground.
   */
  private byte weight;

  TaskCore(TaskRuntime runtime, Object body, @Nullable TaskOptions options, TaskKind kind) {
    this.runtime = runtime;
    this.options = options;
    this.kind = kind == TaskKind.LIGHT ? LIGHT : kind == TaskKind.BLOCKING ? BLOCKING : VIRTUAL;
    this.payload = body;
  }

  /** The reason of an abort and the clock of its repeats. */
  private static final class AbortRequest extends Timer {
    final TaskCore<?> core;
    final AbortReason reason;
    long pauseNanos; // before the timer is set, or on its thread
    volatile boolean restart;

    AbortRequest(TaskCore<?> core, AbortReason reason) {
      this.core = core;
      this.reason = reason;
    }

    @Override
    protected void fired() {
      core.repeat(this);
    }
  }

  /** Someone to tell when the task has finished: a parked thread, or a piece of this library. */
  private static final class Waiter {
    private volatile @Nullable Object target; // Thread, Runnable or OnAbort; null once gone

    Waiter(Object target) {
      this.target = target;
    }

    boolean isGone() {
      return target == null;
    }

    private void wake(TaskCore<?> core) {
      Object whom = target;
      try {
        if (whom instanceof Thread parked) {
          LockSupport.unpark(parked);
        } else if (whom instanceof Runnable internal
            && TARGET.compareAndSet(this, internal, null)) {
          internal.run();
        }
      } catch (Throwable e) { // the others must be told all the same
        Log.warn("internal error at the end of task " + core.id(), e);
      }
    }

    private void tellAborted(TaskCore<?> core, boolean shieldLeft) {
      if (target instanceof OnAbort listener
          && (shieldLeft || !listener.afterShield())
          && TARGET.compareAndSet(this, listener, null)) {
        try {
          listener.internal().run();
        } catch (Throwable e) {
          Log.warn("internal error at the abort of task " + core.id(), e);
        }
      }
    }
  }

  /**
   * A piece of this library that runs when an abort reaches the body, and not at the end. One that
   * came into a shield when an abort was pending already waits for the shield's end, whatever the
   * aborting thread is still about to do.
   */
  private record OnAbort(Runnable internal, boolean afterShield) {}

  // ---------------------------------------------------------------- the current task

  /**
   * The task on whose own thread the caller runs. Two loads: the handler for uncaught exceptions of
   * a thread that runs a task is that task, or the {@link SharedThread} that knows it.
   */
  static @Nullable TaskCore<?> current() {
    Thread me = Thread.currentThread();
    return current(me, me.getUncaughtExceptionHandler());
  }

  private static @Nullable TaskCore<?> current(Thread me, Thread.UncaughtExceptionHandler handler) {
    TaskCore<?> core =
        handler instanceof TaskCore<?> own
            ? own
            : handler instanceof SharedThread shared ? shared.innermost() : null;
    return core != null && core.thread == me ? core : null;
  }

  // ---------------------------------------------------------------- spawning

  TaskHandle<T> createHandle() {
    TaskHandle<T> created = new TaskHandle<>(this);
    handle = created;
    return created;
  }

  /** Before anyone else sees this task. */
  void seated(LiveTasks.Block where, long newId) {
    block = where;
    id = newId;
  }

  /** The light worker that has spawned it; null if it was somebody else. */
  LightPool.@Nullable Worker spawner() {
    LiveTasks.Block mine = block;
    return mine == null ? null : mine.owner;
  }

  /** Starts the task's own virtual thread. */
  void startThread() {
    Thread fresh =
        options == null
            ? PLAIN_THREADS.newThread(this)
            : Thread.ofVirtual()
                .name(options.name() == null ? "" : options.name())
                .inheritInheritableThreadLocals(options.inheritThreadLocals())
                .unstarted(this);
    fresh.start();
  }

  /** The thread entry of a virtual thread. */
  @Override
  public void run() {
    try {
      runtime.launcher().begun(this);
    } catch (Throwable e) { // it starts others; this task must run all the same
      uncaughtException(Thread.currentThread(), e);
    }
    Thread me = Thread.currentThread();
    if (beginOn(me)) {
      me.setUncaughtExceptionHandler(this); // for good: it is no longer the current task after
      runBody(me, this, null, ownLocals());
    }
  }

  /** Nothing leaves {@link #run} but a failure of the library itself. */
  @Override
  public void uncaughtException(Thread t, Throwable e) {
    try {
      Log.log(System.Logger.Level.ERROR, "internal error in task " + id(), e);
    } catch (Throwable worse) {
      // no memory, or no stack, for a line of text: the task must end all the same
    }
  }

  // ---------------------------------------------------------------- running

  /**
   * Runs the body on a thread of a pool, under the task's name if it has one; false if it was
   * aborted, or has begun elsewhere.
   */
  boolean execute(SharedThread on) {
    if (!beginOn(on.thread)) {
      return false;
    }
    try {
      String name = name();
      if (name != null) {
        on.thread.setName(name);
      }
      runOn(on, null, ownLocals());
    } catch (Throwable e) { // no memory is left
      endBegun(e);
      throw e;
    }
    return true;
  }

  private void runOn(SharedThread on, @Nullable TaskCore<?> host, @Nullable TaskLocals locals) {
    TaskCore<?> outer = on.enter(this);
    try {
      runBody(on.thread, on, host, locals);
    } finally {
      on.now.innermost = outer; // not before: the end hook is nobody's task
    }
  }

  private @Nullable TaskLocals ownLocals() {
    return options == null || options.locals().isEmpty() ? null : options.locals();
  }

  /**
   * Of a light task that the calling thread is about to wait for: runs it here, if it has not
   * begun. Whether it did; then it has finished.
   *
   * <p>Meanwhile the waiting task is as in a shield, see the top: an interrupt that is meant for it
   * must not hit this one. The lane where this one lies drops it later.
   */
  boolean runHere() throws InterruptedException {
    Thread here = Thread.currentThread();
    Thread.UncaughtExceptionHandler handler = here.getUncaughtExceptionHandler();
    TaskCore<?> me = current(here, handler);
    int depth = me != null && me.isLight() ? me.weight + 1 : 1;
    if (!isLight() || !isUnstarted() || depth > MOST_NESTED) {
      return false;
    }
    checkWait(me);
    return beginHere(here, me, depth, handler);
  }

  private boolean beginHere(
      Thread here, @Nullable TaskCore<?> me, int depth, Thread.UncaughtExceptionHandler handler) {
    boolean begun = false;
    TaskCore<?> host = me != null && me.shields == 0 ? me : null; // else it is in a shield already
    Stack.reserveTwice(); // for the begin and the end of a task that nobody else would run
    try {
      if (host != null) {
        HOSTING.setRelease(host, true);
      }
      begun = beginOn(here);
      if (begun) {
        weight = (byte) depth;
        if (host != null && host.isAbortRequested()) {
          host.hostShielded(this, handler);
        } else {
          runAsGuest(host, handler);
        }
      }
    } catch (Throwable e) { // no memory is left
      if (begun) {
        endBegun(e);
      }
      throw e;
    } finally {
      if (host != null) {
        if (host.hosting) { // else its guest has come to the end of its body
          host.hosting = false;
        }
        if (host.isAbortRequested()) {
          host.tellAfterHosting();
        }
      }
    }
    return begun;
  }

  /** Own thread: those who saw that it was hosting have left it to us. */
  private void tellAfterHosting() {
    enterShield();
    leaveShield();
  }

  /** Own thread: the interrupt of an abort may be on its way already, and hit its guest. */
  private void hostShielded(TaskCore<?> guest, Thread.UncaughtExceptionHandler handler) {
    enterShield();
    try {
      guest.runAsGuest(null, handler);
    } finally {
      leaveShield();
    }
  }

  /** Under a handler. The host is null if there is none, or it is in a real shield. */
  private void runAsGuest(@Nullable TaskCore<?> host, Thread.UncaughtExceptionHandler outer) {
    TaskLocals locals = options == null ? TaskLocals.EMPTY : options.locals();
    Thread here = Thread.currentThread();
    if (outer instanceof SharedThread shared && shared.thread == here) {
      runOn(shared, host, locals);
    } else {
      here.setUncaughtExceptionHandler(this);
      try {
        runBody(here, this, host, locals);
      } finally {
        here.setUncaughtExceptionHandler(outer);
      }
    }
  }

  /** By the thread that has begun it, wherever it has come to: nobody else will. */
  private void endBegun(Throwable why) {
    try {
      if ((state & PHASE) == RUNNING) {
        clearInterrupt(leave());
        failed(false, why);
      }
      wakeWaiters();
      unseat();
    } catch (Throwable e) {
      Log.warn(this + " could not be run to its end, nor be told so", e);
    }
  }

  private boolean beginOn(Thread me) {
    if (begin(RUNNING)) {
      thread = me;
      return true;
    }
    return false;
  }

  /**
   * Binds the locals unless they are null. The handler is the one by which the current task is
   * known. No frame more, and in it no more than need be: every parked task keeps them.
   */
  @SuppressWarnings("ReferenceEquality") // itself, or another one
  private void runBody(
      Thread me,
      Thread.UncaughtExceptionHandler handler,
      @Nullable TaskCore<?> host,
      @Nullable TaskLocals locals) {
    if (runtime.isShutdown()) {
      endUnrun(); // the shutdown may not have seen it: see LiveTasks
      return;
    }
    Object value = null;
    Throwable thrown = null;
    try {
      runtime.onStart(this);
      value = locals == null ? call() : runtime.callWith(locals, this);
    } catch (Throwable e) {
      thrown = e;
    }
    if (me.getUncaughtExceptionHandler() != handler) {
      warnDisplaced(me.getUncaughtExceptionHandler());
      me.setUncaughtExceptionHandler(handler);
    }
    if (thrown == null) {
      succeed(host, value);
    } else {
      fail(thrown);
    }
  }

  private void warnDisplaced(@Nullable Object other) {
    try {
      Log.warn(
          "the body of task "
              + id()
              + " replaced the uncaught-exception handler of its thread by a "
              + (other == null ? "null" : other.getClass().getName())
              + "; from then on, shields and abort checks in it had no effect, and an abort of it"
              + " could interrupt what it ran by joinInline",
          null);
    } catch (Throwable e) { // nothing may stop the end of a task
      uncaughtException(Thread.currentThread(), e);
    }
  }

  /** Writes first, as what another CPU has in its cache is best asked for only once. */
  private boolean begin(int as) {
    for (int s = SCHEDULED; (s & PHASE) == SCHEDULED; s = state) {
      if (STATE.compareAndSet(this, s, s | as)) {
        return true;
      }
    }
    return false;
  }

  /** The body, with the task's locals bound. */
  @Override
  public @Nullable Object call() throws Exception {
    Object body = payload;
    return options == null ? invoke(body) : invokeWith(body, options.contexts(), 0);
  }

  private static @Nullable Object invoke(@Nullable Object body) throws Exception {
    if (body instanceof Callable<?> callable) {
      return callable.call();
    }
    ((VoidBody<?>) Objects.requireNonNull(body)).run();
    return null;
  }

  private static @Nullable Object invokeWith(
      @Nullable Object body, List<ContextCarrier.Captured> contexts, int from) throws Exception {
    if (from == contexts.size()) {
      return invoke(body);
    }
    try (var _ = contexts.get(from).restore()) {
      return invokeWith(body, contexts, from + 1);
    }
  }

  // ---------------------------------------------------------------- the end

  /** Whether it runs in the join of another, or of a thread that is no task's. */
  private boolean isGuest() {
    return isLight() && weight > 0;
  }

  /** An interrupt that comes to a guest, and is not its abort, is meant for its host. */
  private void clearInterrupt(int last) {
    if ((last & DELIVERED) != 0 || !isGuest()) {
      Thread.interrupted();
    }
  }

  private void succeed(@Nullable TaskCore<?> host, @Nullable Object value) {
    payload = value;
    boolean published = false;
    if (!runtime.hasEndHook()) {
      if (host != null) {
        HOSTING.setRelease(host, false);
      }
      published = STATE.compareAndSet(this, RUNNING, SUCCESS);
    }
    if (published) {
      thread = null;
      clearInterrupt(RUNNING);
    } else {
      clearInterrupt(leave());
    }
    if (published && waiters == null) {
      unseat();
    } else if (host == null || host.hosting) {
      succeedSlowly(published);
    } else {
      host.enterShieldAfterGuest();
      try {
        succeedSlowly(published);
      } finally {
        host.leaveShield();
      }
    }
  }

  private void succeedSlowly(boolean published) {
    if (!published) {
      finish(SUCCESS);
    }
    wakeWaiters();
    unseat();
  }

  /** Own thread: as it came to its end, an aborted guest has cleared a flag that may be ours. */
  private void enterShieldAfterGuest() {
    enterShield();
    interruptAfterShield |= (state & DELIVERED) != 0 && policy().interrupts();
  }

  private void fail(Throwable thrown) {
    if (runtime
        .isShutdown()) { // its abort is on its way: what a sibling's end has made of us is no panic
      try {
        abort(AbortReason.of(AbortReason.Kind.RUNTIME_SHUTDOWN));
      } catch (Throwable e) {
        uncaughtException(Thread.currentThread(), e); // nothing may stop the end of a task
      }
    }
    int s = leave();
    clearInterrupt(s);
    boolean cancelled = (s & ABORT) != 0 && isEvidence(thrown);
    failed(cancelled, thrown);
  }

  /** Instead of the body, after a shutdown: as if it had been aborted before it began. */
  private void endUnrun() {
    try {
      var _ = abort(AbortReason.of(AbortReason.Kind.RUNTIME_SHUTDOWN), _ -> {}, false);
    } catch (Throwable e) { // no memory is left
      endBegun(e);
      return;
    }
    clearInterrupt(leave());
    var _ = publish(CANCELLED);
    cancelledUnstarted();
  }

  /** Publishes the failure. Allocates nothing before the joiners are awake: memory may be short. */
  private void failed(boolean cancelled, Throwable thrown) {
    payload = thrown;
    TaskHandle<T> owner = handle;
    int last = finish(cancelled ? CANCELLED : PANICKED);
    handle = null;
    wakeWaiters();
    try {
      if (cancelled) {
        reportCleanup(thrown);
      } else if ((last & DETACHED) != 0 || owner == null) {
        reportIfUnobserved(UnobservedFailure.Kind.DETACHED);
      } else if ((last & OBSERVED) == 0) {
        runtime.failures().track(this, owner);
      }
    } finally {
      unseat(); // last: a shutdown waits for it before it reports what nobody looked at
    }
  }

  /**
   * Closes the interrupt hand-shake: from here on no abort is accepted. Returns the state before.
   * The caller clears the thread's flag.
   */
  private int leave() {
    for (; ; ) {
      int s = state;
      if ((s & INTERRUPTING) != 0) {
        awaitNoInterrupt();
      } else if (STATE.compareAndSet(this, s, s | LEAVING)) {
        thread = null;
        return s;
      }
    }
  }

  /** Runs the end hook and publishes the outcome. Returns the state that was published. */
  private int finish(int phase) {
    try {
      runtime.onEnd(this, publicState(phase));
    } catch (Throwable e) { // even the log of a hook that threw: nothing may stop the end of a task
      uncaughtException(Thread.currentThread(), e);
    }
    return publish(phase);
  }

  private int publish(int phase) {
    AbortRequest abort = request;
    if (abort != null) {
      RealTimers.INSTANCE.cancel(abort);
    }
    for (; ; ) {
      int s = state;
      int published = (s & ~(PHASE | LEAVING | SHIELDED)) | phase;
      if (STATE.compareAndSet(this, s, published)) {
        return published;
      }
    }
  }

  private void unseat() {
    LiveTasks.Block mine = block;
    if (mine != null) {
      mine.leave(id);
    }
  }

  /**
   * Who was to run it, or to find it a thread, cannot; does nothing if another one has begun it.
   */
  void failToStart(Throwable cause) {
    if (begin(RUNNING | LEAVING)) { // on a thread that is not this task's: nobody interrupts it
      try {
        failed(false, cause);
      } catch (Throwable e) {
        Log.warn(this + " could not be run, nor be told so", e);
      }
    }
  }

  /**
   * Whether a throwable that left an aborted body shows that the body stopped because it was
   * interrupted. The one list of what counts; see semantics 3.
   */
  private boolean isEvidence(Throwable thrown) {
    try {
      return showsInterruption(thrown);
    } catch (Throwable e) { // a throwable of the user's that cannot be asked
      return false;
    }
  }

  private boolean showsInterruption(Throwable thrown) {
    int depth = 0;
    for (Throwable t = thrown; t != null && depth < 100; t = t.getCause(), depth++) {
      if (t instanceof JoinException join) {
        return join.isCancelled();
      }
      if (t instanceof InterruptedException
          || t instanceof ClosedByInterruptException
          || t instanceof FileLockInterruptionException
          || (t instanceof InterruptedIOException && !(t instanceof SocketTimeoutException))
          || (t instanceof SocketException && "Closed by interrupt".equals(t.getMessage()))
          || t instanceof CancellationException
          || runtime.isExtraEvidence(t)) {
        return true;
      }
      if (t instanceof ExecutionException || t instanceof CompletionException) {
        return false; // what is behind it is another task's story
      }
    }
    return false;
  }

  // ---------------------------------------------------------------- abort

  /** Requests an abort; true if this call did. */
  boolean abort(AbortReason reason) {
    return abort(reason, null, false);
  }

  /** As {@link #abort}, only if the task has not begun. */
  boolean abortUnstarted(AbortReason reason) {
    return abort(reason, null, true);
  }

  /**
   * As {@link #abort}, for sweeps: the interrupt, which may run foreign code, is sent from aside.
   */
  boolean abortFromSweep(AbortReason reason) {
    return abort(reason, TaskCore::deliverAside, false);
  }

  /** As {@link #abortFromSweep(AbortReason)}, for one of many. */
  boolean abortFromSweep(AbortReason reason, Sweep sweep) {
    return abort(reason, sweep::add, false);
  }

  /** Whoever changes the state is the one whose reason stands; it is set right after. */
  private boolean abort(
      AbortReason reason, @Nullable Consumer<TaskCore<?>> aside, boolean onlyUnstarted) {
    AbortRequest mine = new AbortRequest(this, reason);
    Stack.reserve(); // a stack that is about to overflow does so before, and not between two steps
    for (; ; ) {
      int s = state;
      int phase = s & PHASE;
      if (phase > (onlyUnstarted ? SCHEDULED : RUNNING) || (s & (ABORT | LEAVING)) != 0) {
        return false;
      }
      int t =
          phase == SCHEDULED
              ? s | ABORT | CANCELLED
              : aside != null || (s & SHIELDED) != 0 ? s | ABORT : s | ABORT | INTERRUPTING;
      if (STATE.compareAndSet(this, s, t)) {
        request = mine;
        if (phase == SCHEDULED) {
          cancelledUnstarted();
          return true;
        }
        if ((t & INTERRUPTING) != 0) {
          interruptAndEnd();
        } else if (aside != null) {
          aside.accept(this);
          if ((t & SHIELDED) == 0 && !hosting) {
            tellAborted(false);
          }
        }
        scheduleRepeat(mine);
        return true;
      }
    }
  }

  /** The body never runs. Nothing of the user's runs here: hooks go aside. */
  private void cancelledUnstarted() {
    payload = null;
    handle = null;
    try {
      if (isBlocking()) {
        runtime.blockingPool().remove(this);
      }
      wakeWaiters();
    } finally {
      unseat();
    }
    if (runtime.hasEndHook()) {
      try {
        Housekeeping.aside("end-hook", () -> runtime.onEnd(this, TaskState.CANCELLED));
      } catch (Throwable e) { // no memory for a thread: a sweep must go on
        Log.warn("the end hook of " + this + " could not be called", e);
      }
    }
  }

  /**
   * Interrupts from a thread of its own, which may run foreign close code. It takes INTERRUPTING
   * only when it runs: a body must never have to wait for a thread that may not get a carrier.
   */
  private void deliverAside() {
    deliverAside(false);
  }

  private void deliverAside(boolean again) {
    try {
      Housekeeping.aside("abort", () -> deliver(again));
    } catch (Throwable e) { // no memory for a thread
      deliver(again);
    }
  }

  void deliver(boolean again) {
    int unless = SHIELDED | INTERRUPTING | LEAVING | (again ? 0 : DELIVERED);
    for (; ; ) {
      int s = state;
      if ((s & PHASE) != RUNNING || (s & unless) != 0) {
        return;
      }
      if (STATE.compareAndSet(this, s, s | INTERRUPTING)) {
        interruptAndEnd();
        return;
      }
    }
  }

  /** Under INTERRUPTING, which it ends. */
  private void interruptAndEnd() {
    Thread target = threadToInterrupt();
    boolean now = !hosting; // else by itself, when its guest has gone
    try {
      if (now && policy().interrupts()) {
        target.interrupt();
      }
    } catch (Throwable e) { // close code of a channel, run by interrupt() on this thread
      Log.warn("interrupting task " + id() + " threw", e);
    } finally {
      int s;
      do {
        s = state;
      } while (!STATE.compareAndSet(this, s, (s & ~INTERRUPTING) | (now ? DELIVERED : 0)));
      LockSupport.unpark(
          target); // the policy may not interrupt; interrupt() may have thrown too early
    }
    if (now) {
      tellAborted(false);
    }
  }

  /** Spins between two instructions of that thread, which needs no carrier for the second one. */
  private Thread threadToInterrupt() {
    Thread target = thread;
    while (target == null) {
      Thread.onSpinWait(); // to yield would be to leave our carrier
      var _ = state; // volatile: what comes after it is read anew
      target = thread;
    }
    return target;
  }

  /**
   * Own thread: waits until no interrupt is on its way, and clears the flag that it may have set.
   * Tells whether the flag was set. Parks after a short spin; {@link #interruptAndEnd} unparks.
   */
  private boolean awaitNoInterrupt() {
    boolean interrupted = Thread.interrupted();
    for (int spins = 0; (state & INTERRUPTING) != 0; spins++) {
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        try {
          LockSupport.parkNanos(
              1_000_000); // it is unparked; the limit is for want of a thread to unpark
        } catch (Throwable e) { // no memory, or no stack, to park: the end must come all the same
          Thread.onSpinWait();
        }
        interrupted |= Thread.interrupted(); // or park would return at once
      }
    }
    return Thread.interrupted() || interrupted;
  }

  private void scheduleRepeat(AbortRequest abort) {
    long first = policy().firstRepeatNanos();
    if (first > 0) {
      abort.pauseNanos = first;
      setRepeat(abort);
    }
  }

  private void setRepeat(AbortRequest abort) {
    long now = RealTimers.INSTANCE.now();
    if (!RealTimers.INSTANCE.set(abort, Timers.add(now, abort.pauseNanos), now)) {
      repeat(abort);
    }
    if (hasLeft()) {
      RealTimers.INSTANCE.cancel(abort);
    }
  }

  /** On the timers' thread: interrupts again if the body has swallowed the last one. */
  private void repeat(AbortRequest abort) {
    int s = state;
    if ((s & PHASE) != RUNNING || (s & LEAVING) != 0) {
      return;
    }
    Thread target = thread;
    if (abort.restart) { // a shield was left: an interrupt was set there, its time begins anew
      abort.restart = false;
      abort.pauseNanos = policy().firstRepeatNanos();
    } else if ((s & (SHIELDED | INTERRUPTING)) == 0
        && !hosting
        && target != null
        && !target.isInterrupted()) {
      deliverAside(true);
      abort.pauseNanos = policy().nextPause(abort.pauseNanos);
    }
    setRepeat(abort);
  }

  // ---------------------------------------------------------------- what the body asks, on its own
  // thread

  boolean isAbortRequested() {
    return (state & ABORT) != 0;
  }

  /** Whether a wait or a check must throw: an abort is requested and no shield is open. */
  boolean mustStop() {
    return (state & ABORT) != 0 && shields == 0;
  }

  /** The exception for the body. No interrupt of this abort is on its way when it is thrown. */
  TaskAbortedException abortedException() {
    for (;
        ; ) { // an interrupt that was still to be delivered is no longer needed: the body is told
      // now
      awaitNoInterrupt();
      int s = state;
      if ((s & INTERRUPTING) == 0
          && ((s & DELIVERED) != 0 || STATE.compareAndSet(this, s, s | DELIVERED))) {
        break;
      }
    }
    Thread.interrupted();
    return new TaskAbortedException(id(), reason());
  }

  void enterShield() {
    if (shields > 0) {
      shields++;
      return;
    }
    boolean interrupted = false;
    for (; ; ) {
      int s = state;
      if ((s & INTERRUPTING) != 0) {
        interrupted |= awaitNoInterrupt();
      } else if (STATE.compareAndSet(this, s, s | SHIELDED)) {
        break;
      }
    }
    interruptAfterShield = Thread.interrupted() || interrupted;
    shields = 1;
  }

  void leaveShield() {
    if (--shields > 0) {
      return;
    }
    int s;
    int t;
    do {
      s = state;
      boolean deliverNow = (s & ABORT) != 0 && (s & DELIVERED) == 0;
      t = (s & ~SHIELDED) | (deliverNow ? DELIVERED : 0);
    } while (!STATE.compareAndSet(this, s, t));
    boolean delivered = s != (t | SHIELDED);
    if (delivered) {
      tellAborted(true);
    }
    if (interruptAfterShield || (delivered && policy().interrupts())) {
      AbortRequest abort = request;
      if (abort != null) {
        abort.restart = true;
      }
      Thread.currentThread().interrupt();
    }
    interruptAfterShield = false;
  }

  // ---------------------------------------------------------------- waiting for this task

  boolean isFinished() {
    return (state & PHASE) > RUNNING;
  }

  boolean isSuccess() {
    return (state & PHASE) == SUCCESS;
  }

  /**
   * Makes room for others, then throws if the waiting task must stop. True if others could run
   * meanwhile.
   */
  static boolean checkWait(@Nullable TaskCore<?> me) throws InterruptedException {
    boolean letOthersRun = Pacer.point();
    checkInterrupt(me);
    return letOthersRun;
  }

  /** Throws if the current thread was interrupted, or its task must stop. */
  static void checkInterrupt(@Nullable TaskCore<?> me) throws InterruptedException {
    throwIf(Thread.interrupted(), me);
  }

  /**
   * The flag must have been read before: the interrupt of an abort comes after its mark, so that
   * one which was seen is never taken for a foreign one.
   */
  private static void throwIf(boolean interrupted, @Nullable TaskCore<?> me)
      throws InterruptedException {
    if (me != null && me.mustStop()) {
      throw me.abortedException();
    }
    if (interrupted) {
      throw new InterruptedException();
    }
  }

  /** Throws if the current thread's task must stop; an interrupt is left for the next wait. */
  static void checkAbort(@Nullable TaskCore<?> me) throws InterruptedException {
    throwIf(false, me);
  }

  void await() throws InterruptedException {
    await(Long.MAX_VALUE);
  }

  void await(Duration limit) throws InterruptedException, JoinTimeoutException {
    if (!await(Nanos.limit(limit))) {
      throw new JoinTimeoutException(id(), limit, isAbortRequested());
    }
  }

  private boolean await(long nanos) throws InterruptedException {
    TaskCore<?> me = current();
    if (me == this || nanos == Long.MAX_VALUE) {
      rejectSelf();
    }
    boolean atTheEnd = Pacer.beginWait(nanos != Long.MAX_VALUE);
    try {
      checkInterrupt(me);
      return isFinished() || (nanos > 0 && awaitEnd(nanos, me));
    } finally {
      Pacer.endWait(atTheEnd);
    }
  }

  private boolean awaitEnd(long nanos, @Nullable TaskCore<?> me) throws InterruptedException {
    hurry();
    Thread joiner = Thread.currentThread();
    Pacer.yieldBeforeWait(joiner);
    if (isFinished()) {
      return true;
    }
    Waiter waiter = new Waiter(joiner);
    addWaiter(waiter);
    try {
      if (nanos == Long.MAX_VALUE) {
        while (!isFinished()) {
          LockSupport.park(this);
          checkInterruptUnlessFinished(me);
        }
        return true;
      }
      Timers timers = TaskRuntime.current().timers();
      long now = timers.now();
      Alarm alarm = new Alarm(timers, Timers.add(now, nanos), now);
      try {
        checkInterruptUnlessFinished(me); // setting it may have used up the wake-up of an abort
        while (!isFinished()) {
          if (alarm.isDue()) {
            return false;
          }
          alarm.park(this);
          checkInterruptUnlessFinished(me);
        }
        return true;
      } finally {
        alarm.off();
      }
    } finally {
      removeWaiter(waiter);
    }
  }

  /** Somebody is about to wait for it: its thread, if it is to come, should come now. */
  void hurry() {
    if (isLight() && isUnstarted()) {
      runtime.lightPool().hurry();
    }
  }

  private void checkInterruptUnlessFinished(@Nullable TaskCore<?> me) throws InterruptedException {
    checkInterruptUnless(isFinished(), me);
  }

  /** A result that came together with an interrupt is given; the flag stays for the next wait. */
  static void checkInterruptUnless(boolean ready, @Nullable TaskCore<?> me)
      throws InterruptedException {
    throwIf(!ready && Thread.interrupted(), me);
  }

  /**
   * A closing wait: neither abort nor interrupt ends it. In a task it is a shield. Logs the
   * straggler with its stack at growing intervals.
   */
  void awaitClosing() {
    awaitClosing(Long.MAX_VALUE);
  }

  /**
   * As {@link #awaitClosing()}, until a deadline of {@link System#nanoTime}; true if it finished.
   */
  boolean awaitClosing(long nanos) {
    if (isFinished()) {
      return true;
    }
    TaskCore<?> me = current();
    if (me != null) {
      me.enterShield();
    }
    hurry();
    boolean interrupted = false;
    Waiter waiter = new Waiter(Thread.currentThread());
    addWaiter(waiter);
    try {
      long begin = System.nanoTime();
      long logPause = FIRST_STRAGGLER_LOG_NANOS;
      long nextLog = logPause;
      while (!isFinished()) {
        long waited = System.nanoTime() - begin;
        if (waited >= nanos) {
          return false;
        }
        LockSupport.parkNanos(this, Math.min(nanos, nextLog) - waited);
        interrupted |= Thread.interrupted();
        if (nanos == Long.MAX_VALUE && System.nanoTime() - begin >= nextLog) {
          logStraggler(Duration.ofNanos(nextLog));
          logPause *= 2;
          nextLog += logPause;
        }
      }
      return true;
    } finally {
      removeWaiter(waiter);
      if (me != null) {
        me.leaveShield();
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void logStraggler(Duration waited) {
    TaskInfo info = info();
    StringBuilder text =
        new StringBuilder("closing waits for ").append(info).append(" since ").append(waited);
    for (StackTraceElement frame : info.stack()) {
      text.append(System.lineSeparator()).append("      at ").append(frame);
    }
    Log.warn(text.toString(), null);
  }

  /**
   * For a shutdown: waits until a finished task has nothing more to report. A matter of
   * microseconds.
   */
  void awaitTail(long deadline) {
    LiveTasks.Block mine = block;
    while (isFinished() && mine != null && mine.holds(id) && System.nanoTime() < deadline) {
      LockSupport.parkNanos(20_000);
    }
  }

  /** Waits for the end; at the limit it aborts and waits for the real end. */
  Outcome<T> outcomeOrAbort(Duration limit) throws InterruptedException, TaskTimeoutException {
    if (await(Nanos.limit(limit))) {
      return outcome();
    }
    boolean mine = abort(AbortReason.of(AbortReason.Kind.TIMED_OUT, "after " + limit));
    awaitClosing();
    Outcome<T> ended = outcome();
    if (mine && ended instanceof Cancelled<T> stopped) {
      throw new TaskTimeoutException(id(), limit, stopped.reason().thrown().orElse(null));
    }
    return ended;
  }

  /** A wait that can only end when the calling task ends is refused, before any effect. */
  void rejectSelf() {
    if (isUnderneath()) {
      TaskCore<?> me = current();
      throw new IllegalStateException(
          me == null || me == this
              ? "task " + id() + " cannot wait for itself"
              : me + " runs in the join of task " + id() + " and cannot wait for it");
    }
  }

  /**
   * Whether the calling thread is inside its body: it is the current task, or waits in a join that
   * runs the current one. Exact: only this thread writes itself there, and takes itself out.
   */
  boolean isUnderneath() {
    return thread == Thread.currentThread();
  }

  /** Runs a piece of this library when the task has finished: on its thread, or here if it has. */
  void onFinished(Runnable internal) {
    var _ = watch(internal);
  }

  /** As {@link #onFinished}, until the registration is closed. */
  Registration watch(Runnable internal) {
    Waiter waiter = new Waiter(internal);
    if (!isFinished()) {
      addWaiter(waiter);
    }
    if (isFinished()) {
      waiter.wake(this); // the end may have missed it; it runs once
      return Selection.NOTHING;
    }
    return () -> removeWaiter(waiter);
  }

  private void addWaiter(Waiter waiter) {
    for (; ; ) {
      Object now = waiters;
      if (now == null) {
        if (WAITERS.compareAndSet(this, null, waiter)) {
          return;
        }
      } else if (now instanceof Waiter first) {
        Roster<Waiter> many = new Roster<>(Waiter::isGone);
        many.add(first);
        many.add(waiter);
        if (WAITERS.compareAndSet(this, now, many)) {
          return;
        }
      } else {
        roster(now).add(waiter);
        return;
      }
    }
  }

  private void removeWaiter(Waiter waiter) {
    if (waiters != waiter || !WAITERS.compareAndSet(this, waiter, null)) {
      waiter.target = null; // it is in the roster, or about to be, or was woken
    }
  }

  private void wakeWaiters() {
    if (waiters == null) {
      return;
    }
    Object now =
        WAITERS.getAndSet(this, null); // a finished task must not hold its joiners' threads
    if (now instanceof Waiter single) {
      single.wake(this);
    } else if (now != null) {
      roster(now).forEach(waiter -> waiter.wake(this));
    }
  }

  /**
   * Runs a piece of this library when an abort reaches the body, until the registration is closed:
   * at once if one has, after the body's shield if it is in one, and never if the abort was
   * delivered before that shield was entered: what is in it is clean-up. By the task's own thread.
   */
  Registration onAborted(Runnable internal) {
    int s = state;
    boolean aborted = (s & ABORT) != 0;
    if (aborted && (s & SHIELDED) == 0) {
      internal.run();
      return Selection.NOTHING;
    }
    if (aborted && (s & DELIVERED) != 0) {
      return Selection.NOTHING;
    }
    Waiter waiter = new Waiter(new OnAbort(internal, aborted));
    addWaiter(waiter);
    if (mustStop()) { // it came meanwhile, and may have missed it
      waiter.tellAborted(this, false);
    }
    return () -> removeWaiter(waiter);
  }

  private void tellAborted(boolean shieldLeft) {
    Object now = waiters;
    if (now instanceof Waiter single) {
      single.tellAborted(this, shieldLeft);
    } else if (now != null) {
      roster(now).forEach(waiter -> waiter.tellAborted(this, shieldLeft));
    }
  }

  /** How many waiters are held, those that are gone included. For tests. */
  int waiterSeats() {
    Object now = waiters;
    return now == null ? 0 : now instanceof Waiter ? 1 : roster(now).seats();
  }

  @SuppressWarnings("unchecked") // the field holds nothing else
  private static Roster<Waiter> roster(Object waiters) {
    return (Roster<Waiter>) waiters;
  }

  // ---------------------------------------------------------------- the result

  /** The value of a finished task, or its failure thrown. Counts as observing. */
  T value() {
    if (isSuccess()) {
      return returned();
    }
    throw joinException();
  }

  /** What the body returned. */
  @SuppressWarnings({
    "unchecked",
    "NullAway"
  }) // the payload of a success is a T, null where T has null
  private T returned() {
    return (T) payload;
  }

  /** The outcome of a finished task. Counts as observing. */
  Outcome<T> outcome() {
    return isSuccess() ? new Success<>(returned()) : observe();
  }

  JoinException joinException() {
    Failed<T> failed = observe();
    return failed instanceof Panicked<T> panicked && isAbortRequested()
        ? JoinException.despiteAbort(panicked)
        : failed.toException();
  }

  /** The failure of a finished task, handed out: nobody needs to be told of it any more. */
  private Failed<T> observe() {
    Failed<T> failed = failure();
    if (failed.isPanic() && claimReport()) {
      runtime.failures().untrack(this);
    }
    return failed;
  }

  /** The failure of a finished task, without counting as observing. */
  Failed<T> failure() {
    Throwable thrown = payload instanceof Throwable t ? t : null; // none: aborted before it began
    return (state & PHASE) == PANICKED && thrown != null
        ? new Panicked<>(id(), thrown)
        : new Cancelled<>(id(), reason().withThrown(thrown));
  }

  private AbortReason reason() {
    AbortRequest abort = request;
    for (int spins = 0; abort == null; spins++) { // between two instructions of the aborting thread
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
      abort = request;
    }
    return abort.reason;
  }

  /** Sets OBSERVED; true for the one that did. */
  private boolean claimReport() {
    return (state & OBSERVED) == 0 && ((int) STATE.getAndBitwiseOr(this, OBSERVED) & OBSERVED) == 0;
  }

  void reportIfUnobserved(UnobservedFailure.Kind kind) {
    if ((state & PHASE) == PANICKED && !isObserved()) {
      runtime
          .failures()
          .claim(() -> {
            if (claimReport()) {
              runtime.failures().untrack(this);
              Throwable cause = ((Panicked<?>) failure()).cause();
              runtime
                  .failures()
                  .report(new UnobservedFailure(id(), cause, kind, isAbortRequested()));
            }
          });
    }
  }

  boolean isObserved() {
    return (state & OBSERVED) != 0;
  }

  /** As if its failure had never been looked at; by the only one who could have done that. */
  void unobserve(TaskHandle<T> owner) {
    if ((state & PHASE) == PANICKED) {
      STATE.getAndBitwiseAnd(this, ~OBSERVED);
      runtime.failures().track(this, owner);
    }
  }

  /** A cancelled body may have suppressed failures of its clean-up: those are not lost. */
  private void reportCleanup(Throwable thrown) {
    int depth = 0;
    for (Throwable t = thrown; t != null && depth < 100; t = t.getCause(), depth++) {
      for (Throwable suppressed : t.getSuppressed()) {
        if (!isEvidence(suppressed)) {
          runtime
              .failures()
              .report(
                  new UnobservedFailure(
                      id(), suppressed, UnobservedFailure.Kind.CLEANUP_FAILED, true));
        }
      }
    }
  }

  /** Of a task that goes on: one piece of its work failed, and only the hook can be told. */
  void reportRun(Throwable failure) {
    UnobservedFailure report =
        new UnobservedFailure(
            id(), failure, UnobservedFailure.Kind.PERIODIC_RUN, isAbortRequested());
    runtime.failures().claim(() -> runtime.failures().report(report));
  }

  boolean isDetached() {
    return (state & DETACHED) != 0;
  }

  void detach() {
    STATE.getAndBitwiseOr(this, DETACHED);
    reportIfUnobserved(UnobservedFailure.Kind.DETACHED);
  }

  // ---------------------------------------------------------------- seen from outside

  TaskId id() {
    return new TaskId(id, options == null ? null : options.name());
  }

  @Nullable String name() {
    return options == null ? null : options.name();
  }

  long number() {
    return id;
  }

  /**
   * Whether the caller is an ordinary task that spawns for the first time in this closing of the
   * pacer's gate. Its weight says so: the launcher needs it no more.
   */
  static boolean spawnsFirstIn(int closing) {
    TaskCore<?> me = current();
    int now = closing & ~LET_THROUGH;
    if (me == null || me.kind != VIRTUAL || (me.weight & ~LET_THROUGH) == now) {
      return false;
    }
    me.weight = (byte) ((me.weight & LET_THROUGH) | now);
    return true;
  }

  /** Whether the caller is an ordinary task that asks this for the first time in its life. */
  static boolean letThroughOnce() {
    TaskCore<?> me = current();
    if (me == null || me.kind != VIRTUAL || (me.weight & LET_THROUGH) != 0) {
      return false;
    }
    me.weight |= LET_THROUGH;
    return true;
  }

  void setWeight(int now) {
    weight = (byte) now;
  }

  int weight() {
    return weight;
  }

  /** Whether the body has left, although the outcome may not be out yet. */
  boolean hasLeft() {
    int s = state; // read once: whoever publishes takes LEAVING away
    return (s & PHASE) > RUNNING || (s & LEAVING) != 0;
  }

  boolean isBlocking() {
    return kind == BLOCKING;
  }

  boolean isLight() {
    return kind == LIGHT;
  }

  boolean isUnstarted() {
    return (state & PHASE) == SCHEDULED;
  }

  /** Of a finished task: whether it was aborted before its body began. */
  boolean neverBegan() {
    return (state & PHASE) == CANCELLED && !(payload instanceof Throwable);
  }

  private AbortPolicy policy() {
    return options != null && options.abortPolicy() != null
        ? options.abortPolicy()
        : runtime.abortPolicy(isBlocking());
  }

  TaskState publicState() {
    return publicState(state & PHASE);
  }

  private static TaskState publicState(int phase) {
    return switch (phase) {
      case SCHEDULED -> TaskState.SCHEDULED;
      case RUNNING -> TaskState.RUNNING;
      case SUCCESS -> TaskState.SUCCESS;
      case PANICKED -> TaskState.PANICKED;
      case CANCELLED -> TaskState.CANCELLED;
      default -> throw new AssertionError(phase);
    };
  }

  TaskInfo info() {
    Thread on = thread;
    Object blocker = on == null ? null : LockSupport.getBlocker(on);
    return new TaskInfo(
        id(),
        publicState(),
        isAbortRequested(),
        isBlocking(),
        blocker instanceof TaskCore<?> other ? Optional.of(other.id()) : Optional.empty(),
        Optional.ofNullable(on));
  }

  @Override
  public String toString() {
    return "task " + id();
  }

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      STATE = lookup.findVarHandle(TaskCore.class, "state", int.class);
      WAITERS = lookup.findVarHandle(TaskCore.class, "waiters", Object.class);
      HOSTING = lookup.findVarHandle(TaskCore.class, "hosting", boolean.class);
      TARGET = lookup.findVarHandle(Waiter.class, "target", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
