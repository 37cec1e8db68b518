package dev.musubi.stress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.JoinHandle;
import dev.musubi.Outcome;
import dev.musubi.TaskRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/**
 * Spawns of both kinds race with a shutdown: each handle resolves, and the shutdown does not hang.
 */
class ShutdownRaceTest {
  @Test
  void everySpawnThatRacesWithAShutdownResolves() throws Exception {
    long end = Stress.deadline();
    int rounds = 0;
    while (System.nanoTime() < end || rounds < 10) {
      rounds++;
      TaskRuntime runtime = TaskRuntime.builder().maxBlockingThreads(2).build();
      Queue<JoinHandle<Integer>> handles = new ConcurrentLinkedQueue<>();
      CountDownLatch going = new CountDownLatch(4);
      List<Thread> spawners = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        boolean blocking = t == 3;
        Thread.Builder builder = t % 2 == 0 ? Thread.ofVirtual() : Thread.ofPlatform();
        spawners.add(
            builder.start(() -> {
              going.countDown();
              for (int i = 0; i < 200; i++) {
                handles.add(blocking ? runtime.spawnBlocking(() -> 1) : runtime.spawn(() -> 1));
              }
            }));
      }
      going.await();
      assertThat(runtime.shutdown(Duration.ofSeconds(20)).isComplete()).isTrue();
      for (Thread spawner : spawners) {
        spawner.join();
      }
      for (JoinHandle<Integer> handle : handles) {
        Outcome<Integer> outcome = handle.outcome(Duration.ofSeconds(20));
        assertThat(outcome.isPanic()).isFalse();
      }
      assertThat(runtime.liveTaskCount()).isZero();
    }
    System.out.println("shutdowns: " + rounds);
  }
}
