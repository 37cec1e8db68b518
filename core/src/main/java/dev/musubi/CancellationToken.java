package dev.musubi;

import dev.musubi.internal.Pollable;
import dev.musubi.internal.Stack;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A request to stop that many can see: given to all who take part in some work, so that any of
 * their own can end it. Tokens form trees: cancelling one cancels its descendants and nobody else.
 *
 * {@snippet class="CancellationTokenSnippets" region="tree"}
 *
 * <p>A token stops nothing by itself. Work takes notice of it by asking ({@link #isCancelled}),
 * waiting ({@link #awaitCancelled()}, {@link #onCancelled onCancelled} in a select), being told
 * ({@link #onCancel}), or by being a task that is bound to it ({@link TaskBuilder#cancelledBy
 * TaskBuilder.cancelledBy}, {@link #runUntilCancelled}): such a task is aborted.
 *
 * <p>Cancelling cannot be undone. When {@link #cancel()} returns, every descendant is cancelled;
 * the tree switches at once. The first reason wins, and what a token has once told as its reason it
 * always tells. A token that nobody refers to any more is collected; that cancels nothing.
 *
 * <p>Thread-safe. Corresponds to {@code tokio_util::sync::CancellationToken}, with reasons and
 * callbacks, which that has not.
 *
 * <h2>Design</h2>
 *
 * A token knows its parent, not its children: whether it is cancelled is found by walking up, so
 * that one write cancels a whole tree, and there is no lock that a callback could run into. Who
 * wants to be told leaves a listener with the token and with each of its ancestors. It is told
 * once, by whoever gets it first. Telling cannot be missed: a listener is added and then the token
 * is looked at; a canceller writes the reason and then walks the listeners.
 */
public final class CancellationToken {
  private static final VarHandle REASON;

  private final @Nullable CancellationToken parent;
  private final Roster<Listener> listeners = new Roster<>(Listener::isGone);
  private volatile @Nullable AbortReason reason;

  /** A token of its own, the root of a tree. */
  public CancellationToken() {
    this(null);
  }

  private CancellationToken(@Nullable CancellationToken parent) {
    this.parent = parent;
  }

  /** Someone to tell once. Taken out by closing it, or by being told. */
  private static final class Listener implements Registration {
    private static final VarHandle TARGET;
    private final CancellationToken token;
    private volatile @Nullable Target target;

    Listener(CancellationToken token, Target target) {
      this.token = token;
      this.target = target;
    }

    boolean isGone() {
      return target == null;
    }

    /** After the token or an ancestor was cancelled. */
    void tell(Sweep sweep) {
      Target whom = target;
      AbortReason reason = token.current();
      if (whom != null && reason != null && TARGET.compareAndSet(this, whom, null)) {
        try {
          whom.cancelled(reason, sweep);
        } catch (Throwable e) { // the others must be told all the same
          Log.warn("a listener of a cancellation token could not be told", e);
        }
      }
    }

    @Override
    public void close() {
      target = null;
    }

    static {
      try {
        TARGET = MethodHandles.lookup().findVarHandle(Listener.class, "target", Target.class);
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }
  }

  /** A piece of this library: it runs no foreign code, and leaves interrupts to the sweep. */
  private interface Target {
    void cancelled(AbortReason reason, Sweep sweep);
  }

  /**
   * A token that is cancelled when this one is, and can be cancelled alone.
   *
   * @return a new token; cancelled already if this one is
   */
  public CancellationToken child() {
    return new CancellationToken(this);
  }

  // ---------------------------------------------------------------- cancelling and asking

  /**
   * Cancels this token and its descendants. Returns at once: callbacks run on threads of their own,
   * bound tasks may still be stopping.
   *
   * @return true if this call did it; false if it was cancelled already
   */
  public boolean cancel() {
    return cancel(AbortReason.of(AbortReason.Kind.TOKEN));
  }

  /**
   * As {@link #cancel()}, saying why.
   *
   * @param why the message of the {@link AbortReason}
   * @return true if this call did it
   */
  public boolean cancel(String why) {
    return cancel(AbortReason.of(AbortReason.Kind.TOKEN, why));
  }

  private boolean cancel(AbortReason why) {
    Stack.reserve(); // a stack that is about to overflow does so before, and not between
    Sweep sweep = new Sweep(); // nothing is allocated once the reason stands
    Consumer<Listener> teller = listener -> listener.tell(sweep);
    if (current() != null || !REASON.compareAndSet(this, null, why)) {
      return false;
    }
    listeners.forEach(teller);
    sweep.start();
    return true;
  }

  /**
   * Whether this token has been cancelled, or an ancestor has.
   *
   * @return true from then on
   */
  public boolean isCancelled() {
    return current() != null;
  }

  /**
   * Why this token was cancelled: the reason given to it or to the ancestor that was.
   *
   * @return the reason, of kind {@link AbortReason.Kind#TOKEN}; empty while it is not cancelled
   */
  public Optional<AbortReason> reason() {
    return Optional.ofNullable(current());
  }

  /** The reason; kept from the first look on, so that a later one cannot tell another. */
  private @Nullable AbortReason current() {
    for (CancellationToken token = this; token != null; token = token.parent) {
      AbortReason found = token.reason;
      if (found != null) {
        if (token == this || REASON.compareAndSet(this, null, found)) {
          return found;
        }
        return reason;
      }
    }
    return null;
  }

  // ---------------------------------------------------------------- waiting and being told

  /**
   * Waits until this token is cancelled. Cancel-safe: nothing is used up.
   *
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted
   */
  public void awaitCancelled() throws InterruptedException {
    var _ = Select.<Boolean, RuntimeException>select(onCancelled(() -> true));
  }

  /**
   * As {@link #awaitCancelled()}, waiting at most for a time.
   *
   * @param limit how long to wait at most; zero does not wait
   * @return whether the token is cancelled
   * @throws InterruptedException as {@link #awaitCancelled()}
   * @throws IllegalArgumentException if the limit is negative
   */
  public boolean awaitCancelled(Duration limit) throws InterruptedException {
    return Select.<Boolean, RuntimeException>selectBiased(
        onCancelled(() -> true), Select.after(limit, () -> false));
  }

  /**
   * A branch of a {@link Select} that wins when this token is cancelled.
   *
   * @param <R> the type of the handler's result
   * @param <X> the handler's own checked exception
   * @param handler what to do then
   * @return a new branch
   */
  public <R extends @Nullable Object, X extends Exception> Branch<R, X> onCancelled(
      Body<? extends R, X> handler) {
    return onCancelled(true, handler);
  }

  /**
   * As {@link #onCancelled(Body)}, with a guard.
   *
   * @param <R> the type of the handler's result
   * @param <X> the handler's own checked exception
   * @param guard false disables the branch
   * @param handler what to do then
   * @return a new branch
   */
  public <R extends @Nullable Object, X extends Exception> Branch<R, X> onCancelled(
      boolean guard, Body<? extends R, X> handler) {
    Objects.requireNonNull(handler, "handler");
    return Branch.<AbortReason, R, X>of(guard, new Cancelling(this), _ -> handler.call());
  }

  private record Cancelling(CancellationToken token) implements Selectable<AbortReason>, Pollable {
    @Override
    public Object poll(long machineNow) {
      AbortReason why = token.current();
      return why == null ? NOTHING : why;
    }

    @Override
    public Registration register(SelectWaiter<? super AbortReason> waiter) {
      return token.listen((why, _) -> waiter.offer(why));
    }
  }

  /**
   * Runs a callback when this token is cancelled; at once if it is. It runs once, on a virtual
   * thread of its own, outside every task: so it may block, wait for the canceller, use this token
   * and its relatives. What it throws goes to the log. Callbacks run in no order.
   *
   * <p>As long as the registration is not closed the callback is kept, also when nobody refers to
   * this token any more: its ancestors may still be cancelled.
   *
   * @param callback what to run
   * @return takes the callback out again; one that has begun goes on
   */
  public Registration onCancel(Runnable callback) {
    Objects.requireNonNull(callback, "callback");
    return listen((_, _) -> Housekeeping.aside("cancel-callback", callback));
  }

  /** A task is aborted when this token is cancelled, until it has finished. */
  void bind(TaskCore<?> core) {
    Registration registration = listen((why, sweep) -> core.abortFromSweep(why, sweep));
    core.onFinished(registration::close);
  }

  private Registration listen(Target target) {
    Listener listener = new Listener(this, target);
    if (!isCancelled()) {
      for (CancellationToken token = this; token != null; token = token.parent) {
        token.listeners.add(listener);
      }
    }
    if (!isCancelled()) {
      return listener;
    }
    Sweep sweep = new Sweep();
    listener.tell(sweep);
    sweep.start();
    return Selection.NOTHING;
  }

  // ---------------------------------------------------------------- the work of others

  /**
   * A guard for a try-with-resources statement: closing it cancels this token, unless it was
   * disarmed.
   *
   * {@snippet class="CancellationTokenSnippets" region="guard"}
   *
   * @return a new guard
   */
  public CancellationGuard guard() {
    return new CancellationGuard(this);
  }

  /**
   * Runs a body as a task that is aborted when this token is cancelled, and waits for its real end.
   * If the token is cancelled already, the body does not run. A body that gives a value although
   * the token was cancelled meanwhile has won: its value is returned.
   *
   * {@snippet class="CancellationTokenSnippets" region="until"}
   *
   * <p>The body runs on a thread of its own, with the caller's task locals. If the calling task is
   * aborted meanwhile, or the thread interrupted, the body is aborted and its real end awaited too.
   *
   * @param <T> the type of the value, not null
   * @param <X> the body's own checked exception
   * @param body the work
   * @return the value; empty if the body was stopped by this token, and has really ended
   * @throws X if the body throws it
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted
   * @throws JoinException if the body ended by an abort of another kind, or threw an {@link
   *     InterruptedException} of its own
   */
  public <T, X extends Exception> Optional<T> runUntilCancelled(Body<? extends T, X> body)
      throws X, InterruptedException {
    Attempt<T, X> attempt = new Attempt<>(Objects.requireNonNull(body, "body"));
    Outcome<T> outcome = attempt.run(this);
    if (outcome instanceof Success<T>(T value)) {
      return Optional.of(Objects.requireNonNull(value, "the body must not give null"));
    }
    if (outcome instanceof Cancelled<T> stopped
        && stopped.reason().kind() == AbortReason.Kind.TOKEN) {
      return Optional.empty();
    }
    return Optional.of(attempt.valueOf(outcome));
  }

  /** For example {@code CancellationToken[cancelled: token cancelled: too slow]}. */
  @Override
  public String toString() {
    AbortReason why = current();
    return "CancellationToken[" + (why == null ? "not cancelled" : "cancelled: " + why) + "]";
  }

  /** How many listeners this token holds, those that are gone included. For tests. */
  int seats() {
    return listeners.seats();
  }

  static {
    try {
      REASON =
          MethodHandles.lookup()
              .findVarHandle(CancellationToken.class, "reason", AbortReason.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
