package dev.musubi.stress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.AbortPolicy;
import dev.musubi.Deadline;
import dev.musubi.JoinHandle;
import dev.musubi.Select;
import dev.musubi.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Timers from all sides: none is early, none is missed. */
@Timeout(120)
class TimerStormTest {
  @Test
  void noneIsEarlyAndNoneIsMissed() throws Exception {
    long end = Stress.deadline();
    AtomicLong slept = new AtomicLong();
    AtomicLong cancelled = new AtomicLong();
    List<JoinHandle<?>> tasks = new ArrayList<>();
    for (int t = 0; t < 2_000; t++) {
      tasks.add(
          Task.spawn(() -> {
            ThreadLocalRandom random = ThreadLocalRandom.current();
            while (System.nanoTime() < end) {
              Deadline deadline = Deadline.after(Duration.ofNanos(random.nextLong(20_000_000)));
              if (random.nextInt(4) == 0) { // set, and cancelled
                int _ =
                    Select.<Integer, RuntimeException>selectBiased(
                        Select.after(Duration.ofSeconds(random.nextInt(1, 1000)), () -> 1),
                        Select.after(Duration.ZERO, () -> 2));
                cancelled.incrementAndGet();
              } else {
                Task.sleepUntil(deadline);
                if (!deadline.hasPassed()) {
                  throw new AssertionError("woken early: " + deadline);
                }
                slept.incrementAndGet();
              }
            }
          }));
    }
    for (JoinHandle<?> task : tasks) { // one that was missed would not end
      task.join(Duration.ofSeconds(60));
    }
    assertThat(slept.get()).isPositive();
    System.out.println("sleeps: " + slept + ", timers cancelled: " + cancelled);
  }

  /** A wake-up may be used up by the lock of the timers, on the way into the wait. */
  @Test
  void anAbortWithoutAnInterruptIsSeenHoweverBusyTheTimersAre() throws Exception {
    long end = Stress.deadline();
    List<JoinHandle<?>> busy = new ArrayList<>();
    for (int b = 0; b < 16; b++) {
      busy.add(
          Task.spawn(() -> {
            while (System.nanoTime() < end) {
              int _ =
                  Select.<Integer, RuntimeException>selectBiased(
                      Select.after(Duration.ofSeconds(1), () -> 1),
                      Select.after(Duration.ZERO, () -> 2));
            }
          }));
    }
    long rounds = 0;
    while (System.nanoTime() < end) {
      List<JoinHandle<?>> sleepers = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        sleepers.add(
            Task.builder()
                .abortPolicy(AbortPolicy.never())
                .spawn(() -> Task.sleep(Duration.ofDays(1))));
      }
      for (JoinHandle<?> sleeper : sleepers) {
        sleeper.abort();
      }
      for (JoinHandle<?> sleeper : sleepers) {
        assertThat(sleeper.outcome(Duration.ofSeconds(30)).isCancelled()).isTrue();
      }
      rounds++;
    }
    for (JoinHandle<?> task : busy) {
      task.join();
    }
    assertThat(rounds).isPositive();
  }

  @Test
  void sleepersThatAreAbortedEndAtOnceAndTheOthersAtTheirTime() throws Exception {
    for (int round = 0; round < 20; round++) {
      List<JoinHandle<Integer>> sleepers = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        int n = i;
        sleepers.add(
            Task.spawn(() -> {
              Task.sleep(n % 2 == 0 ? Duration.ofDays(1) : Duration.ofMillis(2));
              return n;
            }));
      }
      for (int i = 0; i < sleepers.size(); i += 2) {
        sleepers.get(i).abort();
      }
      for (int i = 0; i < sleepers.size(); i++) {
        boolean cancelled = sleepers.get(i).outcome(Duration.ofSeconds(30)).isCancelled();
        assertThat(cancelled).isEqualTo(i % 2 == 0);
      }
    }
  }
}
