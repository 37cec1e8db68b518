package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** What the tests of this package share: waits with a generous deadline, and child JVMs. */
final class Kit {
  /** Far longer than anything should take; only a failing test waits this long. */
  static final Duration SOON = Duration.ofSeconds(20);

  /** For what must not happen: a wrong implementation is nearly always faster than this. */
  static final Duration A_WHILE = Duration.ofMillis(30);

  private Kit() {}

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

  /** Keeps its CPU busy for so long. */
  static void compute(long nanos) {
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
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

  static boolean isParked(Thread thread) {
    return thread.getState() == Thread.State.WAITING
        || thread.getState() == Thread.State.TIMED_WAITING;
  }

  static void awaitParked(Thread thread) {
    eventually(thread + " is parked", () -> isParked(thread));
  }

  /** The thread that a spawned body publishes. */
  static Thread thread(AtomicReference<Thread> published) {
    eventually("the body runs", () -> published.get() != null);
    return published.get();
  }

  /** A failure hook that remembers. */
  static final class Reports implements FailureHook {
    final Queue<UnobservedFailure> all = new ConcurrentLinkedQueue<>();

    @Override
    public void onUnobserved(UnobservedFailure failure) {
      all.add(failure);
    }

    UnobservedFailure only() {
      eventually("a failure is reported", () -> !all.isEmpty());
      assertThat(all).hasSize(1);
      return all.peek();
    }
  }

  /** How a child JVM ended. */
  record Exit(int code, String out) {}

  /**
   * Runs the main method of a test class in a JVM of its own, with standard error in the output.
   */
  static Exit java(Class<?> main, String... arguments) throws IOException, InterruptedException {
    return java(List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto"), main, arguments);
  }

  /** The same with options of its own for the JVM. */
  static Exit java(List<String> options, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", classPath(main, Task.class), main.getName()));
    command.addAll(List.of(arguments));
    return run(command);
  }

  /**
   * Where the classes were loaded from: the class path of the child is no longer than it has to be.
   */
  static String classPath(Class<?>... classes) {
    List<String> places = new ArrayList<>();
    for (Class<?> one : classes) {
      try {
        places.add(
            Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
      } catch (java.net.URISyntaxException e) {
        throw new AssertionError(e);
      }
    }
    return String.join(System.getProperty("path.separator"), places);
  }

  static Exit run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (InputStream out = process.getInputStream()) {
      Thread watchdog =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  if (!process.waitFor(50, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                  }
                } catch (InterruptedException e) {
                  // the child is done
                }
              });
      String text = new String(out.readAllBytes(), StandardCharsets.UTF_8);
      int code = process.waitFor();
      watchdog.interrupt();
      return new Exit(code, text);
    }
  }
}
