package dev.musubi;

import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A task as a {@link Future}. It holds the handle: a failure is not reported while the view lives.
 */
final class FutureView<T extends @Nullable Object> implements Future<T> {
  private final TaskHandle<T> handle;

  private final TaskCore<T> core;

  FutureView(TaskHandle<T> handle, TaskCore<T> core) {
    this.handle = handle;
    this.core = core;
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    AbortReason reason = AbortReason.of(AbortReason.Kind.USER, "its future was cancelled");
    return mayInterruptIfRunning ? core.abort(reason) : core.abortUnstarted(reason);
  }

  @Override
  public boolean isCancelled() {
    return core.publicState() == TaskState.CANCELLED;
  }

  @Override
  public boolean isDone() {
    return core.isFinished();
  }

  @Override
  public T get() throws InterruptedException, ExecutionException {
    try {
      core.await();
      return value();
    } finally {
      Reference.reachabilityFence(handle);
    }
  }

  @Override
  public T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    Objects.requireNonNull(unit, "unit");
    try {
      core.await(Duration.ofNanos(Math.max(0, unit.toNanos(timeout))));
      return value();
    } finally {
      Reference.reachabilityFence(handle);
    }
  }

  private T value() throws ExecutionException {
    return switch (core.outcome()) {
      case Success<T>(T value) -> value;
      case Panicked<T>(_, Throwable cause) -> throw new ExecutionException(cause);
      case Cancelled<T> cancelled -> throw cancellation(cancelled);
    };
  }

  static CancellationException cancellation(Cancelled<?> cancelled) {
    JoinException cause = cancelled.toException();
    CancellationException exception = new CancellationException(cause.getMessage());
    exception.initCause(cause);
    return exception;
  }

  @Override
  public T resultNow() {
    return switch (finished()) {
      case Success<T>(T value) -> value;
      case Panicked<T> panicked ->
          throw new IllegalStateException("Task completed with exception", panicked.toException());
      case Cancelled<T> cancelled ->
          throw new IllegalStateException("Task was cancelled", cancelled.toException());
    };
  }

  @Override
  public Throwable exceptionNow() {
    return switch (finished()) {
      case Success<T> _ -> throw new IllegalStateException("Task completed with a result");
      case Panicked<T>(_, Throwable cause) -> cause;
      case Cancelled<T> cancelled ->
          throw new IllegalStateException("Task was cancelled", cancelled.toException());
    };
  }

  private Outcome<T> finished() {
    if (!core.isFinished()) {
      throw new IllegalStateException("Task has not completed");
    }
    return core.outcome();
  }

  @Override
  public State state() {
    return switch (core.publicState()) {
      case SCHEDULED, RUNNING -> State.RUNNING;
      case SUCCESS -> State.SUCCESS;
      case PANICKED -> State.FAILED;
      case CANCELLED -> State.CANCELLED;
    };
  }

  @Override
  public String toString() {
    return "Future[" + core + " " + core.publicState() + "]";
  }
}
