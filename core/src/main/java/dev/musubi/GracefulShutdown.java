package dev.musubi;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Ends a runtime in good order: says so, lets its tasks come to their end for a while, aborts what
 * is left, and reports who did not stop. Ready for the signal with which containers are stopped.
 *
 * {@snippet class="GracefulShutdownSnippets" region="main"}
 *
 * <p>The order: the {@linkplain #token() token} is cancelled, so that those who accept work stop;
 * the tasks of the runtime have the grace period to end by themselves; then the runtime is {@link
 * TaskRuntime#shutdown(Duration) shut down}, which aborts what is left and waits again. It ends as
 * soon as no task is left.
 *
 * <p>Thread-safe; it happens once. Throws nothing checked. Corresponds to what Tokio's users build
 * from a signal, a {@code CancellationToken} and a {@code TaskTracker}.
 */
public final class GracefulShutdown {
  private final TaskRuntime runtime;
  private final CancellationToken token = new CancellationToken();
  private final ReentrantLock lock = new ReentrantLock();
  private volatile Duration grace = Duration.ofSeconds(10);
  private volatile Duration abortLimit = Duration.ofSeconds(10);
  private volatile Consumer<? super ShutdownReport> onReport =
      report -> {
        if (!report.isComplete()) {
          Log.warn(report.toString(), null);
        }
      };
  private @Nullable ShutdownReport report; // under the lock

  private GracefulShutdown(TaskRuntime runtime) {
    this.runtime = runtime;
  }

  /**
   * For a runtime of one's own.
   *
   * @param runtime the runtime
   * @return a new object, with 10 s of grace and 10 s for aborted tasks
   * @throws IllegalArgumentException for the global runtime, which cannot be shut down
   */
  public static GracefulShutdown of(TaskRuntime runtime) {
    Objects.requireNonNull(runtime, "runtime");
    if (runtime == TaskRuntime.global()) {
      throw new IllegalArgumentException("the global runtime cannot be shut down");
    }
    return new GracefulShutdown(runtime);
  }

  /**
   * How long tasks may take to end by themselves.
   *
   * @param time not negative; zero aborts at once
   * @return this object
   * @throws IllegalArgumentException if it is negative
   */
  public GracefulShutdown grace(Duration time) {
    Nanos.limit(time);
    this.grace = time;
    return this;
  }

  /**
   * How long aborted tasks are waited for.
   *
   * @param time not negative
   * @return this object
   * @throws IllegalArgumentException if it is negative
   */
  public GracefulShutdown abortLimit(Duration time) {
    Nanos.limit(time);
    this.abortLimit = time;
    return this;
  }

  /**
   * Who gets the report. What it throws goes to the log.
   *
   * @param listener the default logs a warning if a task did not stop
   * @return this object
   */
  public GracefulShutdown onReport(Consumer<? super ShutdownReport> listener) {
    this.onReport = Objects.requireNonNull(listener, "listener");
    return this;
  }

  /**
   * The token that says that the end has begun, with the reason. Cancelling it does not begin it.
   *
   * @return the same token each time
   */
  public CancellationToken token() {
    return token;
  }

  /**
   * Does it, on the calling thread, and returns when it is done. If it has been done, or another
   * thread is at it, waits for that. This is a closing wait: neither abort nor interrupt ends it.
   *
   * @param why the message of the token's reason
   * @return the report
   * @throws IllegalStateException if a task of the runtime calls it; then nothing has happened
   */
  public ShutdownReport run(String why) {
    Objects.requireNonNull(why, "why");
    runtime.rejectOwnTask();
    lock.lock();
    try {
      ShutdownReport done = report;
      if (done == null) {
        var _ = token.cancel(why);
        runtime.awaitIdle(grace);
        done = runtime.shutdown(abortLimit);
        report = done;
        tell(done);
      }
      return done;
    } finally {
      lock.unlock();
    }
  }

  private void tell(ShutdownReport done) {
    try {
      onReport.accept(done);
    } catch (Throwable e) {
      Log.warn("the shutdown listener threw on: " + done, e);
    }
  }

  /**
   * Does it when the JVM goes down: at SIGTERM, SIGINT, or {@link System#exit}. The JVM waits for
   * it; give the container's own limit more time than grace and abort limit together.
   *
   * @return takes that back, as long as the JVM is not going down
   */
  public Registration onJvmShutdown() {
    Thread hook =
        Thread.ofPlatform()
            .name("musubi-graceful-shutdown")
            .unstarted(() -> {
              var _ = run("the JVM is going down");
            });
    Runtime.getRuntime().addShutdownHook(hook);
    return () -> {
      try {
        var _ = Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // it is going down: the hook is at work
      }
    };
  }

  @Override
  public String toString() {
    return "GracefulShutdown[" + runtime + (token.isCancelled() ? ", begun]" : "]");
  }
}
