package dev.musubi.examples.linkcheck;

import dev.musubi.CancellationToken;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * While open, Ctrl-C (any regular end of the JVM) cancels a token, and the JVM waits for {@link
 * #close()}, so that the main thread can clean up and report.
 */
final class StopSignal implements AutoCloseable {
  /** Longer than any clean-up should take: a second Ctrl-C does nothing, so there is a limit. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final CountDownLatch closed = new CountDownLatch(1);
  private final CancellationToken token;
  private final Thread hook = Thread.ofPlatform().name("stop-signal").unstarted(this::stop);

  private StopSignal(CancellationToken token) {
    this.token = token;
  }

  static StopSignal cancels(CancellationToken token) {
    StopSignal signal = new StopSignal(token);
    try {
      Runtime.getRuntime().addShutdownHook(signal.hook);
    } catch (IllegalStateException e) {
      token.cancel("the JVM is going down already");
    }
    return signal;
  }

  private void stop() {
    token.cancel("Ctrl-C");
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
