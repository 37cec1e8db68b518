package dev.musubi.views;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.TaskRuntime;
import dev.musubi.UnobservedFailure;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A runtime to look at through its views, and what these tests share. A stubborn job that a test
 * left behind is released at the end.
 */
final class Bench implements AutoCloseable {
  /** Far longer than anything should take; only a failing test waits this long. */
  static final Duration SOON = Duration.ofSeconds(20);

  /** For what must not happen: a wrong implementation is nearly always faster than this. */
  static final Duration A_WHILE = Duration.ofMillis(20);

  final Queue<UnobservedFailure> reports = new ConcurrentLinkedQueue<>();
  final TaskRuntime runtime;

  /** Opened by the test, or at its end. */
  final CountDownLatch release = new CountDownLatch(1);

  private volatile boolean hogsOver;

  Bench() {
    runtime = TaskRuntime.builder().failureHook(reports::add).closeDeadline(SOON).build();
  }

  /** Shuts the runtime down, which reports what is left; then nothing more can come. */
  void nothingIsReportedAtTheEnd() {
    runtime.shutdown(SOON);
    assertThat(reports).isEmpty();
  }

  UnobservedFailure onlyReportAtTheEnd() {
    runtime.shutdown(SOON);
    assertThat(reports).hasSize(1);
    return reports.element();
  }

  /** Keeps all carriers busy, so that what is started from now on does not begin. */
  void occupyCarriers() throws InterruptedException {
    int carriers =
        Integer.getInteger(
            "jdk.virtualThreadScheduler.parallelism", Runtime.getRuntime().availableProcessors());
    CountDownLatch busy = new CountDownLatch(carriers);
    for (int i = 0; i < carriers; i++) {
      Thread.startVirtualThread(() -> {
        busy.countDown();
        while (!hogsOver) {
          Thread.onSpinWait();
        }
      });
    }
    await(busy);
  }

  void freeCarriers() {
    hogsOver = true;
  }

  @Override
  public void close() {
    freeCarriers();
    release.countDown();
    runtime.close();
  }

  static void eventually(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + SOON.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("still waiting until " + what).isLessThan(deadline);
      LockSupport.parkNanos(200_000);
    }
  }

  static void await(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(SOON.toSeconds(), TimeUnit.SECONDS)).as("latch opened in time").isTrue();
  }

  static void awaitEnd(ExecutorService view) throws InterruptedException {
    assertThat(view.awaitTermination(SOON.toSeconds(), TimeUnit.SECONDS)).as(view + "").isTrue();
  }

  static void awaitParked(Thread thread) {
    eventually(
        thread + " is parked",
        () ->
            thread.getState() == Thread.State.WAITING
                || thread.getState() == Thread.State.TIMED_WAITING);
  }

  /** Waits like a body that swallows every interrupt. */
  static void awaitStubbornly(CountDownLatch latch) {
    for (; ; ) {
      try {
        latch.await();
        return;
      } catch (InterruptedException e) {
        // that is the point
      }
    }
  }

  /** Waits like a well-behaved body, until it is interrupted. */
  static <T> T sleepForever() throws InterruptedException {
    new CountDownLatch(1).await();
    throw new AssertionError("nobody opens this latch");
  }

  /** A job that tells when it runs and when it is interrupted, and ends only when it is let. */
  final class Stubborn {
    final CountDownLatch running = new CountDownLatch(1);
    final CountDownLatch interrupted = new CountDownLatch(1);

    /** Ends with the interrupt that it got, or normally if it got none. */
    <T> T run(T value) throws InterruptedException {
      running.countDown();
      InterruptedException first = null;
      for (; ; ) {
        try {
          release.await();
          break;
        } catch (InterruptedException e) {
          first = e;
          interrupted.countDown();
        }
      }
      if (first != null) {
        throw first;
      }
      return value;
    }

    /** As {@link #run}, but returns the value even if it was interrupted. */
    <T> T runToTheEnd(T value) {
      try {
        return run(value);
      } catch (InterruptedException e) {
        return value;
      }
    }
  }
}
