package dev.musubi;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * An owned permission to wait for a task.
 *
 * <p>The task runs in the background, whether anyone waits or not. Letting the handle go detaches
 * the task: it runs on, also past the task that spawned it. Joining gives the task's value, or says
 * that it panicked or was cancelled. Joining can be repeated, and an interrupted, timed-out or lost
 * wait loses nothing.
 *
 * {@snippet class="JoinHandleSnippets" region="join"}
 *
 * <h2>States</h2>
 *
 * <p>See {@link TaskState}. {@link #isFinished()} turns true only after the body has left its last
 * frame.
 *
 * <h2>Waiting</h2>
 *
 * <p>All methods may be called by any number of threads at once, on platform and virtual threads,
 * in and outside of tasks. A wait that is interrupted throws {@link InterruptedException}: it
 * always means that the <em>waiting</em> thread was interrupted, never the joined task. If the
 * waiting thread is itself a task that has been aborted, the wait throws {@link
 * TaskAbortedException}, also when the result is ready. In both cases nothing is consumed: join
 * again later. What the task's body did happens-before a join, {@link #outcome()}, {@link #poll()}
 * or {@link #isFinished()} that reports its end.
 *
 * <h2>Failures</h2>
 *
 * <p>A panic that nobody looks at is reported to the runtime's {@link FailureHook}; see there for
 * what counts as looking.
 *
 * <p>Corresponds to {@code tokio::task::JoinHandle}.
 *
 * @param <T> the type of the task's value
 */
public sealed interface JoinHandle<T extends @Nullable Object> permits OwnedHandle {
  /**
   * Waits for the task and gives its value.
   *
   * @return the value; null for a body without one
   * @throws InterruptedException if the waiting thread is interrupted, or is a task that was
   *     aborted
   * @throws JoinException if the task panicked or was cancelled
   * @throws IllegalStateException if the handle is detached, or a task joins itself
   */
  T join() throws InterruptedException;

  /**
   * As {@link #join()}; but a {@linkplain Task#spawnLight light} task that has not begun is run
   * here and now, which costs a fraction of waiting for it. For work that is divided again and
   * again, each part waiting for its halves.
   *
   * {@snippet class="LightSnippets" region="inline"}
   *
   * <p>What to know: while the task runs here, the caller is as in a {@linkplain Task#shield
   * shield}. An abort of the calling task reaches it when the inner one has ended, so do not use
   * this for a task that may block for long; an abort of the inner one works as ever. The task sees
   * the caller's thread-locals and scoped values, and is the owner of the locks that the caller
   * holds: what would be a deadlock otherwise enters the lock once more. Task locals are its own.
   * An interrupt of the calling thread, which is not an abort, ends a wait of the inner body; one
   * that computes leaves it to the caller's next wait. At most 64 tasks run in each other like
   * this; then, and for all tasks but light ones, this is {@link #join()}. A wait of the inner task
   * for the caller, or for the end of its runtime, is refused like one for itself: it would wait
   * for its own stack.
   *
   * <p>If too little stack is left to begin and to end a task here, a {@link StackOverflowError}
   * comes out of this before anything has happened; the task runs elsewhere then.
   *
   * @return the value; null for a body without one
   * @throws InterruptedException if the waiting thread is interrupted, or is a task that was
   *     aborted
   * @throws JoinException if the task panicked or was cancelled
   * @throws IllegalStateException if the handle is detached, or a task joins itself
   */
  T joinInline() throws InterruptedException;

  /**
   * Waits for the task at most for a time.
   *
   * @param limit how long to wait at most; zero does not wait
   * @return the value; null for a body without one
   * @throws InterruptedException if the waiting thread is interrupted, or is a task that was
   *     aborted
   * @throws TimeoutException ({@link JoinTimeoutException}) if the task has not finished within the
   *     limit; it goes on, and can be joined again
   * @throws JoinException if the task panicked or was cancelled
   * @throws IllegalArgumentException if the limit is negative
   * @throws IllegalStateException if the handle is detached, or a task joins itself
   */
  T join(Duration limit) throws InterruptedException, TimeoutException;

  /**
   * Waits for the task; the body's own checked failure comes out as itself.
   *
   * {@snippet class="JoinHandleSnippets" region="own"}
   *
   * @param <X> the body's own failure
   * @param own its class
   * @return the value; null for a body without one
   * @throws X if the task panicked with a throwable of that class: the very object, unmodified
   * @throws InterruptedException if the waiting thread is interrupted, or is a task that was
   *     aborted
   * @throws JoinException if the task panicked with anything else, or was cancelled
   * @throws IllegalStateException if the handle is detached, or a task joins itself
   */
  <X extends Exception> T join(Class<X> own) throws X, InterruptedException;

  /**
   * As {@link #join(Class)}, for a body with two failures of its own.
   *
   * @param <X> a failure of the body's own
   * @param <Y> another
   * @param own the class of the first
   * @param other the class of the second
   * @return the value; null for a body without one
   * @throws X if the task panicked with a throwable of that class
   * @throws Y if the task panicked with a throwable of that class
   * @throws InterruptedException if the waiting thread is interrupted, or is a task that was
   *     aborted
   * @throws JoinException if the task panicked with anything else, or was cancelled
   * @throws IllegalStateException if the handle is detached, or a task joins itself
   */
  <X extends Exception, Y extends Exception> T join(Class<X> own, Class<Y> other)
      throws X, Y, InterruptedException;

  /**
   * Gives the value of a task that has finished, without waiting.
   *
   * @return the value; null for a body without one
   * @throws JoinException if the task panicked or was cancelled
   * @throws IllegalStateException if the task has not finished, or the handle is detached
   */
  T resultNow();

  /**
   * Waits for the task and tells how it ended. Of a finished task it tells it at once, also to a
   * thread that is interrupted or aborted.
   *
   * @return the outcome
   * @throws InterruptedException if the waiting thread is interrupted, or is a task that was
   *     aborted
   * @throws IllegalStateException if the handle is detached, or a task waits for itself
   */
  Outcome<T> outcome() throws InterruptedException;

  /**
   * As {@link #outcome()}, waiting at most for a time.
   *
   * @param limit how long to wait at most; zero does not wait
   * @return the outcome
   * @throws InterruptedException if the waiting thread is interrupted, or is a task that was
   *     aborted
   * @throws TimeoutException ({@link JoinTimeoutException}) if the task has not finished within the
   *     limit
   * @throws IllegalArgumentException if the limit is negative
   * @throws IllegalStateException if the handle is detached, or a task waits for itself
   */
  Outcome<T> outcome(Duration limit) throws InterruptedException, TimeoutException;

  /**
   * The outcome, if the task has finished. Never waits and never throws for an abort or an
   * interrupt.
   *
   * @return the outcome, or empty
   * @throws IllegalStateException if the handle is detached
   */
  Optional<Outcome<T>> poll();

  /**
   * Whether the task has really ended: its body has left its last frame, or never ran and never
   * will.
   *
   * @return true once the outcome can be had without waiting
   */
  boolean isFinished();

  /**
   * Where the task is in its life.
   *
   * @return the state at this moment
   */
  TaskState state();

  /**
   * Whether an abort of this task has been requested. It stays true after the task has finished.
   *
   * @return true once an abort was accepted
   */
  boolean isAbortRequested();

  /**
   * The task's id.
   *
   * @return the id, the same as {@link Task#currentId()} gives inside the task
   */
  TaskId id();

  /**
   * The task's name.
   *
   * @return the name given with {@link TaskBuilder#name(String)}, or empty
   */
  Optional<String> name();

  /**
   * Asks the task to stop and returns at once.
   *
   * <p>A task that has not begun never begins, and is finished when this returns. A running body is
   * interrupted, as its {@link AbortPolicy} says, and the abort stays requested: see the guide for
   * what that does to each blocking call. Whether the task ends as cancelled only its outcome
   * tells: a body that still returns a value is a success.
   *
   * <p>May be called by any thread, any number of times. Interrupting a thread in a channel
   * operation closes the channel on the calling thread; what that throws is logged, not thrown.
   *
   * @return true if this call requested the abort; false if it was requested before, or the body
   *     has left already
   */
  boolean abort();

  /**
   * As {@link #abort()}, saying why.
   *
   * @param why the message of the {@link AbortReason}
   * @return true if this call requested the abort
   */
  boolean abort(String why);

  /**
   * A handle that can abort this task and nothing else. Any number may exist; they do not keep the
   * task from being reported when it fails unobserved.
   *
   * @return an abort handle
   */
  AbortHandle abortHandle();

  /**
   * Asks the task to stop and waits for its real end: the recommended form.
   *
   * @return how it ended
   * @throws InterruptedException if the waiting thread is interrupted, or is a task that was
   *     aborted; the abort of this task stays requested
   * @throws IllegalStateException if the handle is detached, or a task waits for itself; then
   *     nothing has been aborted
   */
  Outcome<T> abortAndJoin() throws InterruptedException;

  /**
   * As {@link #abortAndJoin()}, waiting at most for a time.
   *
   * @param limit how long to wait at most; zero does not wait
   * @return how it ended
   * @throws InterruptedException if the waiting thread is interrupted, or is a task that was
   *     aborted
   * @throws TimeoutException ({@link JoinTimeoutException}) if the task has not ended within the
   *     limit; the abort stays requested and the task can be joined
   * @throws IllegalArgumentException if the limit is negative
   * @throws IllegalStateException if the handle is detached, or a task waits for itself
   */
  Outcome<T> abortAndJoin(Duration limit) throws InterruptedException, TimeoutException;

  /**
   * Gives up the permission to wait. The task runs on; if it panics, the {@link FailureHook} hears
   * of it at once. Joining a detached handle is an error; it can still be asked for its state, and
   * aborted. Detaching twice does nothing.
   */
  void detach();

  /**
   * As {@link #join(Duration)}, except that the work does not outlive the limit: then the task is
   * aborted (with {@link AbortReason.Kind#TIMED_OUT}) and its real end awaited. If it still gives a
   * value, that is returned. An interrupt or an abort of the waiting thread within the limit leaves
   * the task alone, unless the handle is {@linkplain #abortOnClose() owned} by a block; the wait
   * for the end after it is a closing wait, see {@link OwnedHandle#close()}.
   *
   * @param limit how long the task has; with zero it is aborted at once, unless it has finished
   * @return the value
   * @throws InterruptedException if the waiting thread is interrupted, or is a task that was
   *     aborted
   * @throws TimeoutException ({@link TaskTimeoutException}) if the limit has passed; the task has
   *     ended
   * @throws JoinException if the task failed otherwise
   * @throws IllegalArgumentException if the limit is negative
   * @throws IllegalStateException if the handle is detached, or a task waits for itself
   */
  T joinOrAbort(Duration limit) throws InterruptedException, TimeoutException;

  /**
   * A branch of a {@link Select} that waits for this task: wins when it has finished. The handler
   * gets the value. If the task failed, whatever its value would be used for, the select throws
   * what {@link #join()} would. Losing leaves the task and this handle as they are; see {@link
   * Branch#abortOnLose()} for the other way.
   *
   * <p>Corresponds to a {@code &mut handle} branch in {@code tokio::select!}.
   *
   * @param <R> the type of the handler's result
   * @param <X> the handler's own checked exception
   * @param handler what to do with the value
   * @return a new branch
   * @throws IllegalStateException if the handle is detached
   */
  default <R extends @Nullable Object, X extends Exception> Branch<R, X> onJoin(
      Fn<? super T, ? extends R, X> handler) {
    return onJoin(true, handler);
  }

  /**
   * As {@link #onJoin(Fn)}, with a guard.
   *
   * @param <R> the type of the handler's result
   * @param <X> the handler's own checked exception
   * @param guard false disables the branch
   * @param handler what to do with the value
   * @return a new branch
   * @throws IllegalStateException if the handle is detached
   */
  <R extends @Nullable Object, X extends Exception> Branch<R, X> onJoin(
      boolean guard, Fn<? super T, ? extends R, X> handler);

  /**
   * As {@link #onJoin(Fn)}, for success only: if the task failed, the branch is disabled and the
   * select goes on with its others. Such a failure has not been looked at; this handle still tells
   * it.
   *
   * @param <R> the type of the handler's result
   * @param <X> the handler's own checked exception
   * @param handler what to do with the value
   * @return a new branch
   * @throws IllegalStateException if the handle is detached
   */
  default <R extends @Nullable Object, X extends Exception> Branch<R, X> onSuccess(
      Fn<? super T, ? extends R, X> handler) {
    return onSuccess(true, handler);
  }

  /**
   * As {@link #onSuccess(Fn)}, with a guard.
   *
   * @param <R> the type of the handler's result
   * @param <X> the handler's own checked exception
   * @param guard false disables the branch
   * @param handler what to do with the value
   * @return a new branch
   * @throws IllegalStateException if the handle is detached
   */
  <R extends @Nullable Object, X extends Exception> Branch<R, X> onSuccess(
      boolean guard, Fn<? super T, ? extends R, X> handler);

  /**
   * As {@link #onJoin(Fn)}, with a handler that gets the outcome, whatever it is.
   *
   * @param <R> the type of the handler's result
   * @param <X> the handler's own checked exception
   * @param handler what to do with the outcome
   * @return a new branch
   * @throws IllegalStateException if the handle is detached
   */
  default <R extends @Nullable Object, X extends Exception> Branch<R, X> onOutcome(
      Fn<? super Outcome<T>, ? extends R, X> handler) {
    return onOutcome(true, handler);
  }

  /**
   * As {@link #onOutcome(Fn)}, with a guard.
   *
   * @param <R> the type of the handler's result
   * @param <X> the handler's own checked exception
   * @param guard false disables the branch
   * @param handler what to do with the outcome
   * @return a new branch
   * @throws IllegalStateException if the handle is detached
   */
  <R extends @Nullable Object, X extends Exception> Branch<R, X> onOutcome(
      boolean guard, Fn<? super Outcome<T>, ? extends R, X> handler);

  /**
   * The same handle, for a try-with-resources statement: closing it aborts the task and waits for
   * its real end.
   *
   * {@snippet class="JoinHandleSnippets" region="owned"}
   *
   * @return this handle
   */
  OwnedHandle<T> abortOnClose();

  /**
   * The task as a {@link Future} that keeps telling the truth: {@code cancel} requests an abort
   * (with {@code false} only if the task has not begun) and returns whether it was accepted; {@code
   * isDone} and {@code isCancelled} follow the real end.
   *
   * @return a view of this task
   */
  Future<T> asFuture();

  /**
   * The task as a {@link CompletableFuture}.
   *
   * <p>Completing it from outside, in any way (cancel, complete, a time-out), aborts the task. The
   * future is then done at once, as its contract demands, while the body may still run: this handle
   * tells the real end. Dependents run on a virtual thread of their own.
   *
   * @return a new future
   */
  CompletableFuture<T> toCompletableFuture();
}
