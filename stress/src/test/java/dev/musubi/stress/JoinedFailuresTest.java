package dev.musubi.stress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.JoinException;
import dev.musubi.JoinHandle;
import dev.musubi.Task;
import dev.musubi.TaskRuntime;
import dev.musubi.UnobservedFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * The garbage collector runs all the time while failures are joined through handles that nobody
 * keeps: none of them is taken for one that was let go.
 */
class JoinedFailuresTest {
  private static final int JOINERS = 2_000;

  @Test
  void aFailureThatSomeoneIsJoiningIsNotReportedAsLetGo() throws Exception {
    Queue<UnobservedFailure> reports = new ConcurrentLinkedQueue<>();
    AtomicBoolean over = new AtomicBoolean();
    Thread collector =
        Thread.ofPlatform()
            .start(() -> {
              while (!over.get()) {
                System.gc();
              }
            });
    try (TaskRuntime runtime = TaskRuntime.builder().failureHook(reports::add).build()) {
      long end = Stress.deadline();
      int rounds = 0;
      while (rounds++ < 3 || System.nanoTime() < end) {
        CountDownLatch ready = new CountDownLatch(JOINERS);
        CountDownLatch go = new CountDownLatch(1);
        Callable<Integer> failing =
            () -> {
              ready.countDown();
              go.await();
              throw new IllegalStateException("joined");
            };
        List<JoinHandle<Boolean>> joiners = new ArrayList<>();
        for (int i = 0; i < JOINERS; i++) {
          joiners.add(Task.spawn(() -> joinFails(runtime, failing)));
        }
        ready.await();
        go.countDown();
        for (JoinHandle<Boolean> joiner : joiners) {
          assertThat(joiner.join(Duration.ofSeconds(30))).isTrue();
        }
      }
      System.out.println("joined failures: " + rounds * JOINERS);
    } finally {
      over.set(true);
      collector.join();
    }
    assertThat(reports).isEmpty();
  }

  private static boolean joinFails(TaskRuntime runtime, Callable<Integer> failing)
      throws InterruptedException {
    try {
      runtime.spawn(failing).join();
      return false;
    } catch (JoinException e) {
      return true;
    }
  }
}
