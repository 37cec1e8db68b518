package dev.musubi;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
 * <p>A panic counts as looked at when the future has a dependent or is asked for its result; the
 * future holds the handle, so that it is not reported as let go while the future lives.
 */
final class CompletableView<T extends @Nullable Object> extends CompletableFuture<T> {
  @SuppressWarnings("unused") // keeps the handle reachable
  private final TaskHandle<T> handle;

  private final TaskCore<T> core;
  private boolean ownDependentIsOn;
  private volatile boolean looked;

  private CompletableView(TaskHandle<T> handle, TaskCore<T> core) {
    this.handle = handle;
    this.core = core;
  }

  static <T extends @Nullable Object> CompletableView<T> of(
      TaskHandle<T> handle, TaskCore<T> core) {
    CompletableView<T> view = new CompletableView<>(handle, core);
    view.abortWhenCompleted();
    view.ownDependentIsOn = true;
    core.onFinished(() -> Housekeeping.aside("completion", view::completeFromTask));
    return view;
  }

  private void abortWhenCompleted() {
    AbortReason reason =
        AbortReason.of(AbortReason.Kind.USER, "its CompletableFuture was completed");
    var _ = whenComplete((_, _) -> core.abortFromSweep(reason)); // of no effect at the task's end
  }

  private void completeFromTask() {
    if (core.isSuccess()) {
      complete(core.value());
      return;
    }
    if (looked || getNumberOfDependents() > 1) { // one is our own; allOf and anyOf make no new future
      core.outcome();
    }
    completeExceptionally(
        switch (core.failure()) {
          case Panicked<T>(_, Throwable cause) -> cause;
          case Cancelled<T> cancelled -> FutureView.cancellation(cancelled);
        });
  }

  /** Someone looks, now or when the task has ended. */
  private void look() {
    looked = true;
    if (core.isFinished()) {
      core.outcome();
    }
  }

  /** Called for each dependent that is put on. */
  @Override
  public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
    if (ownDependentIsOn) {
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
  public T get() throws InterruptedException, ExecutionException {
    look();
    return super.get();
  }

  @Override
  public T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    try {
      return super.get(timeout, unit);
    } finally {
      if (isDone()) {
        look();
      }
    }
  }

  @Override
  public T join() {
    look();
    return super.join();
  }

  @Override
  public T getNow(T valueIfAbsent) {
    if (isDone()) {
      look();
    }
    return super.getNow(valueIfAbsent);
  }

  @Override
  public Throwable exceptionNow() {
    if (isDone()) {
      look();
    }
    return super.exceptionNow();
  }
}
