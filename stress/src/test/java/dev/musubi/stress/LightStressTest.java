package dev.musubi.stress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.JoinHandle;
import dev.musubi.Outcome;
import dev.musubi.Task;
import dev.musubi.TaskRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Light tasks that spawn, block, join in every way and are aborted, at random. */
class LightStressTest {
  /** Trees of tasks, a fifth of which block: each tree comes to its end with the right sum. */
  @Test
  void noTaskIsForgotten() throws Exception {
    AtomicLong trees = new AtomicLong();
    AtomicLong tasks = new AtomicLong();
    try (TaskRuntime runtime = TaskRuntime.create()) {
      List<JoinHandle<?>> drivers = new ArrayList<>();
      long end = Stress.deadline();
      for (int d = 0; d < 4; d++) {
        boolean light = d % 2 == 0;
        drivers.add(
            (light ? runtime.task().light() : runtime.task())
                .spawn(() -> {
                  while (System.nanoTime() < end) {
                    int size = 1 + ThreadLocalRandom.current().nextInt(200);
                    int got = runtime.spawnLight(() -> tree(size)).join(Duration.ofSeconds(60));
                    assertThat(got).isEqualTo(size);
                    trees.incrementAndGet();
                    tasks.addAndGet(size);
                  }
                }));
      }
      for (JoinHandle<?> driver : drivers) {
        driver.join();
      }
      assertThat(runtime.liveTaskCount()).isZero();
    }
    System.out.println("trees: " + trees + ", tasks: " + tasks);
  }

  /** Gives the number of its tasks. */
  private static int tree(int size) throws Exception {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    int left = size - 1;
    List<JoinHandle<Integer>> children = new ArrayList<>();
    while (left > 0) {
      int part = 1 + random.nextInt(left);
      left -= part;
      children.add(Task.spawnLight(() -> tree(part)));
    }
    block(random);
    int sum = 1;
    for (int i = children.size() - 1; i >= 0; i--) {
      JoinHandle<Integer> child = children.get(i);
      sum +=
          switch (random.nextInt(4)) {
            case 0 -> child.join();
            case 1 -> child.join(Duration.ofSeconds(60));
            case 2 -> child.outcome().orThrow();
            default -> child.joinInline();
          };
    }
    return sum;
  }

  private static void block(ThreadLocalRandom random) throws Exception {
    switch (random.nextInt(20)) {
      case 0 -> Thread.sleep(Duration.ofNanos(random.nextInt(1_000_000)));
      case 1 -> Task.sleep(Duration.ofNanos(random.nextInt(1_000_000)));
      case 2 -> Thread.yield();
      case 3 -> Task.spawn(() -> 1).join();
      case 4 -> {
        SynchronousQueue<Integer> queue = new SynchronousQueue<>();
        JoinHandle<Integer> other = Task.spawnLight(() -> queue.take());
        queue.put(1);
        other.join();
      }
      default -> {}
    }
  }

  /** Of many tasks on few threads some are aborted: no other one ever sees an interrupt. */
  @Test
  void anAbortReachesItsOwnTaskOnly() throws Exception {
    AtomicReference<String> stray = new AtomicReference<>();
    AtomicInteger aborted = new AtomicInteger();
    AtomicLong spawned = new AtomicLong();
    try (TaskRuntime runtime = TaskRuntime.create()) {
      long end = Stress.deadline();
      List<JoinHandle<?>> drivers = new ArrayList<>();
      for (int d = 0; d < 3; d++) {
        drivers.add(
            runtime.spawnLight(() -> {
              while (System.nanoTime() < end && stray.get() == null) {
                abortSome(runtime, stray, aborted);
                spawned.addAndGet(50);
              }
            }));
      }
      for (JoinHandle<?> driver : drivers) {
        driver.join();
      }
      assertThat(runtime.liveTaskCount()).isZero();
    }
    assertThat(stray).hasNullValue();
    assertThat(aborted.get()).isPositive();
    System.out.println("light tasks: " + spawned + ", cancelled: " + aborted);
  }

  private static void abortSome(
      TaskRuntime runtime, AtomicReference<String> stray, AtomicInteger aborted) throws Exception {
    List<JoinHandle<Integer>> handles = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      boolean victim = i % 2 == 0;
      handles.add(
          runtime.spawnLight(() -> {
            for (int k = 0; k < 30; k++) {
              Thread.onSpinWait();
              if (!victim && Thread.currentThread().isInterrupted()) {
                stray.set("a task that nobody aborted");
              }
            }
            if (ThreadLocalRandom.current().nextInt(8) == 0) {
              TimeUnit.MICROSECONDS.sleep(20);
            }
            return 1;
          }));
    }
    JoinHandle<?> aborter =
        runtime.spawn(() -> {
          for (int i = 0; i < 50; i += 2) {
            handles.get(i).abort();
          }
        });
    for (int i = 49; i >= 0; i--) {
      JoinHandle<Integer> handle = handles.get(i);
      if (i % 2 == 1) {
        assertThat(i % 4 == 1 ? handle.joinInline() : handle.join()).isEqualTo(1);
      } else {
        Outcome<Integer> outcome = handle.outcome();
        if (outcome.isCancelled()) {
          aborted.incrementAndGet();
        } else if (outcome.isPanic()) {
          stray.set("a panic: " + outcome);
        }
      }
      if (Thread.currentThread().isInterrupted()) {
        stray.set("the joiner");
      }
    }
    aborter.join();
  }
}
