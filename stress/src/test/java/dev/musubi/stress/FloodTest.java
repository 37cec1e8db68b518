package dev.musubi.stress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.JoinHandle;
import dev.musubi.Task;
import dev.musubi.TaskRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * Floods that pass the library's points on all carriers at once. A heartbeat and what comes from
 * outside go on: asserted as progress only, and generously, since the bare platform stops for good.
 */
class FloodTest {
  private static final int CARRIERS = Runtime.getRuntime().availableProcessors();
  private static final int BEATS = 20;

  @Test
  void aFloodOfYieldsDoesNotStopAHeartbeat() throws Exception {
    flood(runtime -> {
      while (true) {
        Task.yieldNow();
      }
    });
  }

  @Test
  void aFloodOfSpawnsAndJoinsDoesNotStopAHeartbeat() throws Exception {
    flood(runtime -> {
      while (true) {
        runtime.spawn(() -> 1).join();
      }
    });
  }

  @Test
  void aFloodOfSpawnsThatNobodyJoinsDoesNotStopAHeartbeat() throws Exception {
    AtomicInteger open = new AtomicInteger();
    flood(runtime -> {
      while (true) {
        if (open.get() < 10_000) {
          open.incrementAndGet();
          runtime.spawn(() -> open.decrementAndGet());
        } else {
          Task.yieldNow();
        }
      }
    });
  }

  private interface Flood {
    void run(TaskRuntime runtime) throws InterruptedException;
  }

  private static void flood(Flood flood) throws Exception {
    TaskRuntime runtime = TaskRuntime.create();
    try {
      List<JoinHandle<Void>> floods = new ArrayList<>();
      for (int i = 0; i < 2 * CARRIERS; i++) {
        floods.add(runtime.spawn(() -> flood.run(runtime)));
      }
      AtomicLong beats = new AtomicLong();
      runtime
          .spawn(() -> {
            while (true) {
              Task.sleep(Duration.ofMillis(1));
              beats.incrementAndGet();
            }
          })
          .detach();
      long before = beats.get();
      Stress.eventually("the heartbeat goes on", () -> beats.get() >= before + BEATS);
      for (int i = 0; i < BEATS; i++) { // from a platform thread
        assertThat(runtime.spawn(() -> 7).join(Duration.ofSeconds(30))).isEqualTo(7);
      }
      long then = beats.get();
      Stress.eventually("it still does", () -> beats.get() >= then + BEATS);
      assertThat(floods).noneMatch(JoinHandle::isFinished);
    } finally {
      assertThat(runtime.shutdown(Duration.ofSeconds(30)).isComplete()).isTrue();
    }
  }
}
