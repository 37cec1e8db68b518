package dev.musubi;

import dev.musubi.internal.RealTimers;
import dev.musubi.internal.Timer;
import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Makes sure that a failure which nobody looks at is reported, once.
 *
 * <p>A failed task is tracked from the moment of its failure (a successful one pays nothing) until
 * someone looks at it, or its handle becomes unreachable, or the time is up. What is tracked refers
 * to the task and its throwable, never to the handle. If the throwable itself refers to the handle,
 * the handle cannot become unreachable; then the time limit finds it.
 */
final class FailureReports {
  private final FailureHook hook;
  private final long unobservedNanos;
  private final Map<TaskCore<?>, Tracked> tracked = new ConcurrentHashMap<>();
  private final Set<Thread> reporting = ConcurrentHashMap.newKeySet();
  private final AtomicInteger claiming =
      new AtomicInteger(); // reports that are about to be in reporting

  FailureReports(@Nullable FailureHook hook, long unobservedNanos) {
    this.hook = hook != null ? hook : FailureReports::log;
    this.unobservedNanos = unobservedNanos;
  }

  /** Its thread is started with the first failure that is tracked. */
  private static final class Unreachable {
    static final Cleaner CLEANER = Cleaner.create();
  }

  private record Tracked(Cleaner.Cleanable unreachable, Timer late) {}

  private static void log(UnobservedFailure failure) {
    Log.log(Level.ERROR, failure.toString(), failure.cause());
  }

  void track(TaskCore<?> core, TaskHandle<?> handle) {
    tracked.put(
        core,
        new Tracked(
            Unreachable.CLEANER.register(
                handle, () -> core.reportIfUnobserved(UnobservedFailure.Kind.UNREACHABLE)),
            Housekeeping.later(
                () -> core.reportIfUnobserved(UnobservedFailure.Kind.NOT_JOINED_YET),
                unobservedNanos)));
    if (core.isObserved()) {
      untrack(core); // looked at while it was being tracked
    }
  }

  void untrack(TaskCore<?> core) {
    Tracked entry = tracked.remove(core);
    if (entry != null) {
      RealTimers.INSTANCE.cancel(entry.late());
      entry.unreachable().clean(); // runs the action, which finds the failure observed
    }
  }

  /** Runs a piece that may claim a failure and report it; a flush waits for it. */
  void claim(Runnable claimAndReport) {
    claiming.incrementAndGet();
    try {
      claimAndReport.run();
    } finally {
      claiming.decrementAndGet();
    }
  }

  /** Runs the hook on a virtual thread of its own. Call within {@link #claim}. */
  void report(UnobservedFailure failure) {
    reporting.removeIf(thread -> !thread.isAlive());
    reporting.add(
        Housekeeping.aside(
            "failure-hook",
            () -> {
              try {
                hook.onUnobserved(failure);
              } catch (Throwable e) {
                e.addSuppressed(failure.cause());
                Log.log(Level.ERROR, "the failure hook threw on: " + failure, e);
              }
            }));
  }

  /** At shutdown: reports what is left, and waits for the hooks a little. */
  void flush(long nanos) {
    long deadline = System.nanoTime() + nanos;
    tracked.keySet().forEach(c -> c.reportIfUnobserved(UnobservedFailure.Kind.SHUTDOWN));
    while (claiming.get() > 0 && System.nanoTime() < deadline) {
      LockSupport.parkNanos(20_000);
    }
    boolean interrupted = false;
    for (Thread thread : reporting) {
      while (thread.isAlive() && System.nanoTime() < deadline && thread != Thread.currentThread()) {
        try {
          thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
