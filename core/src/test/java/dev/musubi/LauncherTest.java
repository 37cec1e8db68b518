package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.contract.Semantics;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How the bound of started threads follows what the closed gate teaches. */
class LauncherTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  @Test
  @Semantics(13)
  void starvationByOthersDoesNotLowerTheLimit() {
    Launcher launcher = new Launcher(1024);
    for (int i = 0; i < 20; i++) {
      launcher.closing();
      launcher.opening();
      launcher.closed(2 * MILLI, i % 2 == 0);
    }
    assertThat(launcher.limit()).isEqualTo(1024);
  }

  @Test
  @Semantics(13)
  void slowThreadsLowerTheLimitAndCalmRaisesItAgain() throws Exception {
    try (TaskRuntime runtime = TaskRuntime.builder().build()) {
      Launcher launcher = runtime.launcher();
      CountDownLatch release = new CountDownLatch(1);
      int carriers = Runtime.getRuntime().availableProcessors();
      for (int i = 0; i < carriers; i++) { // no carrier is left to begin what comes after
        var _ =
            runtime.spawn(() -> {
              while (release.getCount() > 0) {
                Thread.onSpinWait();
              }
            });
      }
      var last = runtime.spawn(() -> {});
      for (int i = 0; i < 100; i++) {
        last = runtime.spawn(() -> {});
      }
      launcher.closing();
      launcher.opening();
      launcher.closed(2 * MILLI, false);
      int lowered = launcher.limit();
      launcher.calm();
      int raised = launcher.limit();
      release.countDown();
      last.join();
      assertThat(lowered).isEqualTo(carriers);
      assertThat(raised).isEqualTo(2 * carriers);
    }
  }
}
