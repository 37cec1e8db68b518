package dev.musubi.stress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.Task;
import dev.musubi.TaskRuntime;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * A body inside a class initializer holds its carrier while it waits. With one carrier in all, no
 * other virtual thread runs then: a shutdown must not need one before the body can go. In a JVM of
 * its own, because the failure would be a scheduler that is stuck for good.
 */
class PinnedSweepTest {
  private static final CountDownLatch BEGUN = new CountDownLatch(1);

  @Test
  void aShutdownEndsABodyThatHoldsTheOnlyCarrier() throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djdk.virtualThreadScheduler.parallelism=1",
                "-Djdk.virtualThreadScheduler.maxPoolSize=1",
                "-cp",
                System.getProperty("java.class.path"),
                PinnedSweepTest.class.getName())
            .redirectErrorStream(true)
            .start();
    try {
      String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(said).contains("complete: true");
    } finally {
      child.destroyForcibly();
    }
  }

  private static final class Pinned {
    static {
      BEGUN.countDown();
      try {
        while (true) {
          Task.sleep(Duration.ofMillis(50));
        }
      } catch (InterruptedException e) {
        // the abort
      }
    }

    private Pinned() {}

    static int value() {
      return 1;
    }
  }

  public static void main(String[] args) throws Exception {
    TaskRuntime runtime = TaskRuntime.create();
    var _ = runtime.spawn(Pinned::value);
    BEGUN.await();
    System.out.println("complete: " + runtime.shutdown(Duration.ofSeconds(20)).isComplete());
    Runtime.getRuntime().halt(0); // a stuck scheduler must not keep this JVM
  }
}
