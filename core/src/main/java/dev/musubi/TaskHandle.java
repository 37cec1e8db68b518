package dev.musubi;

import dev.musubi.internal.Pollable;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The user's end of a task. It is an object apart from the task so that "nobody can look at this
 * failure any more" is visible to the garbage collector: from the moment of failure on, nothing
 * inside the library refers to it.
 */
final class TaskHandle<T extends @Nullable Object> implements OwnedHandle<T> {
  private final TaskCore<T> core;

  TaskHandle(TaskCore<T> core) {
    this.core = core;
  }

  @Override
  public T join() throws InterruptedException {
    try {
      attached().await();
      return core.value();
    } finally {
      Reference.reachabilityFence(this); // or a failure could be taken for one that nobody joins
    }
  }

  @Override
  public T joinInline() throws InterruptedException {
    try {
      if (!attached().runHere()) {
        core.await();
      }
      return core.value();
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public T join(Duration limit) throws InterruptedException, TimeoutException {
    try {
      attached().await(limit);
      return core.value();
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public <X extends Exception> T join(Class<X> own) throws X, InterruptedException {
    Objects.requireNonNull(own, "own");
    try {
      attached().await();
      if (core.isSuccess()) {
        return core.value();
      }
      throw core.joinException().unwrap(own);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public <X extends Exception, Y extends Exception> T join(Class<X> own, Class<Y> other)
      throws X, Y, InterruptedException {
    Objects.requireNonNull(own, "own");
    Objects.requireNonNull(other, "other");
    try {
      attached().await();
      if (core.isSuccess()) {
        return core.value();
      }
      throw core.joinException().unwrap(own).unwrap(other);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public T resultNow() {
    if (!attached().isFinished()) {
      throw new IllegalStateException("task " + core.id() + " has not finished");
    }
    return valueOfEnded();
  }

  @Override
  public Outcome<T> outcome() throws InterruptedException {
    try {
      if (!attached().isFinished()) {
        core.await();
      }
      return core.outcome();
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public Outcome<T> outcome(Duration limit) throws InterruptedException, TimeoutException {
    Nanos.limit(limit);
    try {
      if (!attached().isFinished()) {
        core.await(limit);
      }
      return core.outcome();
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public Optional<Outcome<T>> poll() {
    return attached().isFinished() ? Optional.of(outcomeOfEnded()) : Optional.empty();
  }

  @Override
  public boolean isFinished() {
    return core.isFinished();
  }

  @Override
  public TaskState state() {
    return core.publicState();
  }

  @Override
  public boolean isAbortRequested() {
    return core.isAbortRequested();
  }

  @Override
  public TaskId id() {
    return core.id();
  }

  @Override
  public Optional<String> name() {
    return core.id().name();
  }

  @Override
  public boolean abort() {
    return core.abort(AbortReason.of(AbortReason.Kind.USER));
  }

  @Override
  public boolean abort(String why) {
    Objects.requireNonNull(why, "why");
    return core.abort(AbortReason.of(AbortReason.Kind.USER, why));
  }

  @Override
  public AbortHandle abortHandle() {
    return new AbortHandle(core);
  }

  @Override
  public Outcome<T> abortAndJoin() throws InterruptedException {
    attached().rejectSelf();
    abort();
    return outcome();
  }

  @Override
  public Outcome<T> abortAndJoin(Duration limit) throws InterruptedException, TimeoutException {
    Nanos.limit(limit);
    attached().rejectSelf();
    abort();
    return outcome(limit);
  }

  @Override
  public void detach() {
    core.detach();
  }

  @Override
  public OwnedHandle<T> abortOnClose() {
    return this;
  }

  @Override
  public void close() {
    if (core.isDetached()) {
      return;
    }
    core.rejectSelf();
    core.abort(AbortReason.of(AbortReason.Kind.PARENT_CLOSED));
    core.awaitClosing();
    core.reportIfUnobserved(UnobservedFailure.Kind.CLOSED);
  }

  @Override
  public Future<T> asFuture() {
    return new FutureView<>(this, attached());
  }

  @Override
  public CompletableFuture<T> toCompletableFuture() {
    return CompletableView.of(this, attached());
  }

  @Override
  public T joinOrAbort(Duration limit) throws InterruptedException, TimeoutException {
    Nanos.limit(limit);
    try {
      var _ = attached().outcomeOrAbort(limit);
      return core.value();
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public <R extends @Nullable Object, X extends Exception> Branch<R, X> onJoin(
      boolean guard, Fn<? super T, ? extends R, X> handler) {
    Objects.requireNonNull(handler, "handler");
    return branch(guard, new End<>(this), _ -> handler.apply(valueOfEnded()));
  }

  @Override
  public <R extends @Nullable Object, X extends Exception> Branch<R, X> onSuccess(
      boolean guard, Fn<? super T, ? extends R, X> handler) {
    Objects.requireNonNull(handler, "handler");
    return branch(guard, new SuccessOnly<>(this), _ -> handler.apply(valueOfEnded()));
  }

  @Override
  public <R extends @Nullable Object, X extends Exception> Branch<R, X> onOutcome(
      boolean guard, Fn<? super Outcome<T>, ? extends R, X> handler) {
    Objects.requireNonNull(handler, "handler");
    return branch(guard, new End<>(this), _ -> handler.apply(outcomeOfEnded()));
  }

  /** With this handle reachable until the failure counts as looked at. */
  private T valueOfEnded() {
    try {
      return core.value();
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private Outcome<T> outcomeOfEnded() {
    try {
      return core.outcome();
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** The source and the handler refer to this handle, so that it is reachable in a select. */
  private <R extends @Nullable Object, X extends Exception> Branch<R, X> branch(
      boolean guard,
      Selectable<TaskCore<T>> source,
      Fn<? super TaskCore<T>, ? extends R, X> handler) {
    attached();
    return Branch.<TaskCore<T>, R, X>of(guard, source, handler, core);
  }

  /** The end, whatever it is. */
  private record End<T extends @Nullable Object>(TaskHandle<T> of)
      implements Selectable<TaskCore<T>>, Pollable {
    @Override
    public Object poll(long machineNow) {
      return of.attached().isFinished() ? of.core : NOTHING;
    }

    @Override
    public Registration register(SelectWaiter<? super TaskCore<T>> waiter) {
      TaskCore<T> core = of.attached();
      core.hurry();
      return core.watch(() -> waiter.offer(core));
    }
  }

  /** A failure disables the branch. */
  private record SuccessOnly<T extends @Nullable Object>(TaskHandle<T> of)
      implements Selectable<TaskCore<T>>, Pollable {
    @Override
    public Object poll(long machineNow) {
      return of.attached().isSuccess() ? of.core : NOTHING;
    }

    @Override
    public Registration register(SelectWaiter<? super TaskCore<T>> waiter) {
      TaskCore<T> core = of.attached();
      core.hurry();
      return core.watch(() -> {
        if (core.isSuccess()) {
          waiter.offer(core);
        } else {
          waiter.disable();
        }
      });
    }
  }

  TaskCore<T> attached() {
    if (core.isDetached()) {
      throw new IllegalStateException("the handle of task " + core.id() + " is detached");
    }
    return core;
  }

  /** Id and state, never the result: {@code JoinHandle[task 17 "fetch" RUNNING]}. */
  @Override
  public String toString() {
    return "JoinHandle[task "
        + core.id()
        + " "
        + core.publicState()
        + (core.isAbortRequested() ? ", abort requested" : "")
        + "]";
  }
}
