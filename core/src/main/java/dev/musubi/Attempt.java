package dev.musubi;

import java.lang.ref.Reference;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A body that runs as a task of its own while the caller does nothing but wait for its real end.
 * That way it can be stopped apart from the caller, and an interrupt that is meant for it cannot
 * reach the caller.
 */
final class Attempt<T extends @Nullable Object, X extends Exception> {
  private final TaskRuntime runtime = TaskRuntime.current();
  private final TaskCore<T> core;
  private final TaskHandle<T> handle; // or a failure would be reported as that of a detached task

  Attempt(Body<? extends T, X> body) {
    core = runtime.prepare((Callable<T>) body::call);
    handle = core.createHandle();
  }

  T timeout(Duration limit) throws X, InterruptedException, TaskTimeoutException {
    return valueOf(this.<TaskTimeoutException>run(null, () -> core.outcomeOrAbort(limit)));
  }

  Outcome<T> run(CancellationToken token) throws InterruptedException {
    return this.<RuntimeException>run(
        token,
        () -> {
          core.await();
          return core.outcome();
        });
  }

  private <W extends Exception> Outcome<T> run(
      @Nullable CancellationToken token, Body<Outcome<T>, W> wait) throws W, InterruptedException {
    TaskCore.checkWait(TaskCore.current());
    runtime.start(core, token);
    try {
      return wait.call();
    } catch (Throwable e) { // mostly an abort or an interrupt of the caller
      core.abort(AbortReason.of(AbortReason.Kind.PARENT_CLOSED));
      core.awaitClosing();
      core.reportIfUnobserved(UnobservedFailure.Kind.CLOSED);
      throw e;
    } finally {
      Reference.reachabilityFence(handle);
    }
  }

  /** The value, or what the body threw, as it is. */
  @SuppressWarnings("unchecked") // the body throws nothing else that is checked
  T valueOf(Outcome<T> outcome) throws X {
    if (outcome instanceof Panicked<T> panicked) {
      switch (panicked.cause()) {
        case InterruptedException _ -> {
          // it was the body that was interrupted, not the caller
        }
        case Error e -> throw e;
        case Exception e -> throw (X) e;
        default -> {}
      }
    }
    return outcome.orThrow();
  }
}
