package dev.musubi.examples.linkcheck;

import dev.musubi.AbortHandle;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * While open, Ctrl-C (any regular end of the JVM) aborts a task, and the JVM waits for {@link
 * #close()}, so that the main thread can clean up and report.
 */
final class StopSignal implements AutoCloseable {
  /** Longer than any clean-up should take: a second Ctrl-C does nothing, so there is a limit. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final CountDownLatch closed = new CountDownLatch(1);
  private final AbortHandle task;
  private final Thread hook = Thread.ofPlatform().name("stop-signal").unstarted(this::stop);

  private StopSignal(AbortHandle task) {
    this.task = task;
  }

  static StopSignal aborts(AbortHandle task) {
    StopSignal signal = new StopSignal(task);
    try {
      Runtime.getRuntime().addShutdownHook(signal.hook);
    } catch (IllegalStateException e) {
      task.abort("the JVM is going down already");
    }
    return signal;
  }

  private void stop() {
    task.abort("Ctrl-C");
    try {
      closed.await(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      // the JVM ends without the report
    }
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // it is running
    }
  }
}
