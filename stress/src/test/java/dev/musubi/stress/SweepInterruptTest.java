package dev.musubi.stress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.AbortPolicy;
import dev.musubi.JoinHandle;
import dev.musubi.Task;
import dev.musubi.TaskRuntime;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * Interrupts that do not come from the aborting thread itself: those of sweeps, and repeated ones,
 * as often as the clock allows. They race with the end of the body on a pooled thread, and must not
 * reach the task that has the thread next; nor the inside of a shield.
 */
class SweepInterruptTest {
  @Test
  void lateAndRepeatedInterruptsReachOnlyTheirTaskAndNoShield() throws Exception {
    AtomicReference<String> stray = new AtomicReference<>();
    AtomicLong handOvers = new AtomicLong();
    AbortPolicy fast = AbortPolicy.repeating(Duration.ofNanos(20_000), Duration.ofNanos(20_000));
    try (TaskRuntime runtime =
        TaskRuntime.builder().maxBlockingThreads(1).abortPolicy(fast).build()) {
      long end = Stress.deadline();
      while (handOvers.get() < 100 || System.nanoTime() < end && stray.get() == null) {
        long round = handOvers.getAndIncrement();
        JoinHandle<Integer> aborted = runtime.spawnBlocking(() -> body(stray, round));
        JoinHandle<Integer> next =
            runtime.spawnBlocking(() -> {
              for (int i = 0; i < 100; i++) {
                Thread.onSpinWait();
                look(stray, "the next task");
              }
              return 1;
            });
        if (round % 3 == 0) {
          aborted.abort();
        } else { // by way of a view: sent from aside
          aborted.toCompletableFuture().cancel(true);
        }
        assertThat(next.join()).isEqualTo(1);
        assertThat(aborted.outcome().isPanic()).isFalse();
        look(stray, "the joiner");
      }
    }
    assertThat(stray).hasNullValue();
    System.out.println("hand-overs with late interrupts: " + handOvers);
  }

  /** Takes all interrupts that come outside of the shield, for as long as some of them do. */
  private static int body(AtomicReference<String> stray, long round) throws InterruptedException {
    for (int i = 0; i < round % 64; i++) {
      boolean _ = Thread.interrupted();
      Thread.onSpinWait();
    }
    Task.shield(() -> {
      for (int i = 0; i < 100; i++) {
        if (Thread.currentThread().isInterrupted()) {
          stray.compareAndSet(null, "the shield was interrupted");
        }
      }
    });
    return 1;
  }

  private static void look(AtomicReference<String> stray, String who) {
    if (Thread.interrupted()) {
      stray.compareAndSet(null, who + " was interrupted");
    }
  }
}
