package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LiveTasksTest {
  @Test
  @Contract({92, 93, 95})
  @Semantics(10)
  void idsOfTasksSpawnedOnManyThreadsAndRuntimesNeverRepeat() throws Exception {
    Set<TaskId> ids = ConcurrentHashMap.newKeySet();
    List<Thread> spawners = new ArrayList<>();
    try (TaskRuntime one = TaskRuntime.create();
        TaskRuntime two = TaskRuntime.create()) {
      for (TaskRuntime runtime : List.of(one, two, one, two)) {
        spawners.add(
            Thread.ofPlatform()
                .start(() -> {
                  for (int i = 0; i < 20_000; i++) {
                    ids.add(runtime.spawn(() -> 1).id());
                  }
                }));
      }
      for (Thread spawner : spawners) {
        spawner.join();
      }
    }
    assertThat(ids).hasSize(80_000);
  }

  @Test
  @Semantics(11)
  void exactlyTheLiveTasksAreListed() throws Exception {
    try (TaskRuntime runtime = TaskRuntime.create()) {
      CountDownLatch release = new CountDownLatch(1);
      Set<TaskId> waiting = new HashSet<>();
      List<JoinHandle<?>> waiters = new ArrayList<>();
      for (int i = 0; i < 5_000; i++) {
        if (i % 50 == 0) {
          JoinHandle<?> handle = runtime.spawn(() -> release.await());
          waiters.add(handle);
          waiting.add(handle.id());
        } else {
          runtime.spawn(() -> 1).join();
        }
      }
      assertThat(runtime.liveTasks())
          .extracting(TaskInfo::id)
          .containsExactlyInAnyOrderElementsOf(waiting);
      assertThat(runtime.liveTaskCount()).isEqualTo(waiting.size());
      release.countDown();
      for (JoinHandle<?> waiter : waiters) {
        waiter.join();
      }
      assertThat(runtime.liveTaskCount()).isZero();
    }
  }
}
