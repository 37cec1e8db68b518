package dev.musubi;

import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A task as a {@link CompletableFuture}. It cannot keep the whole truth: whoever completes it from
 * outside makes it done while the body may still run. So any completion from outside aborts the
 * task.
 *
 * <p>A dependent of our own, put on at the start, sees every completion, whichever way it came. The
 * task's end completes the future on a virtual thread of its own, so that dependents run outside
 * the task.
 *
 * <p>A panic counts as looked at when the future carries it and has a dependent, or gives it to
 * someone who asks; not when the future was completed from outside and tells something else. The
 * future holds the handle, so that the panic is not reported as let go while the future lives.
 */
final class CompletableView<T extends @Nullable Object> extends CompletableFuture<T> {
  @SuppressWarnings("unused") // keeps the handle reachable
  private final TaskHandle<T> handle;

  private final TaskCore<T> core;

  /** Held while a dependent is put on that is not the user's. Nothing of the user's runs then. */
  private final ReentrantLock puttingOn = new ReentrantLock();

  private volatile int ownDependents; // changes under puttingOn
  private volatile boolean looked; // someone looks, at whatever the future is completed with
  private volatile boolean carriesFailure; // whoever sets one of the two looks at the other

  private CompletableView(TaskHandle<T> handle, TaskCore<T> core) {
    this.handle = handle;
    this.core = core;
  }

  static <T extends @Nullable Object> CompletableView<T> of(
      TaskHandle<T> handle, TaskCore<T> core) {
    CompletableView<T> view = new CompletableView<>(handle, core);
    view.abortWhenCompleted();
    view.ownDependents = 1;
    if (core.isFinished()) {
      view.completeFromTask(); // nobody else has it yet: no code of the user's runs here
    } else {
      core.onFinished(() -> Housekeeping.aside("completion", view::completeFromTask));
    }
    return view;
  }

  private void abortWhenCompleted() {
    AbortReason reason =
        AbortReason.of(AbortReason.Kind.USER, "its CompletableFuture was completed");
    var _ = whenComplete((_, _) -> core.abortFromSweep(reason)); // of no effect at the task's end
  }

  @SuppressWarnings("ReferenceEquality") // whether it is the very failure that we put in
  private void completeFromTask() {
    if (core.isSuccess()) {
      complete(core.value());
      return;
    }
    Throwable failure =
        switch (core.failure()) {
          case Panicked<T>(_, Throwable cause) -> distinct(cause);
          case Cancelled<T> cancelled -> FutureView.cancellation(cancelled);
        };
    boolean waitedFor = getNumberOfDependents() > ownDependents;
    var _ = // the last to be put on is the first to run: before a dependent that may block
        own(() ->
            whenComplete((_, e) -> {
              if (e == failure) {
                carriesFailure = true;
                if (looked || waitedFor) {
                  core.outcome();
                }
              }
            }));
    completeExceptionally(failure);
  }

  /** What a CompletableFuture would take for its own cancellation, or unwrap, gets a wrapper. */
  private static Throwable distinct(Throwable cause) {
    return cause instanceof CancellationException || cause instanceof CompletionException
        ? new CompletionException(cause)
        : cause;
  }

  private void look() {
    looked = true;
    if (carriesFailure) {
      core.outcome();
    }
  }

  /** Called for each dependent that is put on. */
  @Override
  public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
    if (ownDependents > 0 && !puttingOn.isHeldByCurrentThread()) {
      look();
    }
    return new CompletableFuture<>();
  }

  /** Called when this future is the other one of a combination. */
  @Override
  public CompletableFuture<T> toCompletableFuture() {
    look();
    return this;
  }

  @Override
  public CompletionStage<T> minimalCompletionStage() {
    look();
    return super.minimalCompletionStage();
  }

  @Override
  public T get() throws InterruptedException, ExecutionException {
    try {
      return super.get();
    } catch (ExecutionException | CancellationException e) {
      look();
      throw e;
    }
  }

  @Override
  public T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    try {
      return super.get(timeout, unit);
    } catch (ExecutionException | CancellationException e) {
      look();
      throw e;
    }
  }

  @Override
  public T join() {
    try {
      return super.join();
    } catch (CompletionException | CancellationException e) {
      look();
      throw e;
    }
  }

  @Override
  public T getNow(T valueIfAbsent) {
    try {
      return super.getNow(valueIfAbsent);
    } catch (CompletionException | CancellationException e) {
      look();
      throw e;
    }
  }

  @Override
  public Throwable exceptionNow() {
    Throwable thrown = super.exceptionNow();
    look();
    return thrown;
  }

  // A time-out of the JDK's puts on a dependent, to stop its clock: that one does not look.

  @Override
  public CompletableFuture<T> orTimeout(long timeout, TimeUnit unit) {
    Objects.requireNonNull(unit, "unit");
    return own(() -> super.orTimeout(timeout, unit));
  }

  @Override
  public CompletableFuture<T> completeOnTimeout(T value, long timeout, TimeUnit unit) {
    Objects.requireNonNull(unit, "unit");
    return own(() -> super.completeOnTimeout(value, timeout, unit));
  }

  /** Puts on a dependent that is not the user's. */
  private CompletableFuture<T> own(Supplier<CompletableFuture<T>> putOn) {
    puttingOn.lock();
    try {
      ownDependents++;
      return putOn.get();
    } finally {
      puttingOn.unlock();
    }
  }
}
