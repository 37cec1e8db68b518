package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pool behind spawnBlocking. */
class BlockingPoolTest {
  private final CountDownLatch release = new CountDownLatch(1);

  private JoinHandle<Thread> busy(TaskRuntime runtime) {
    return runtime.spawnBlocking(() -> {
      Kit.awaitStubbornly(release);
      return Thread.currentThread();
    });
  }

  private static void awaitThreads(TaskRuntime runtime, int threads) {
    Kit.eventually(threads + " threads", () -> runtime.blockingPool().threads() == threads);
  }

  @Test
  @Contract(303)
  void byDefaultThereAreAtMost512Threads() {
    try (TaskRuntime runtime = TaskRuntime.create()) {
      AtomicInteger running = new AtomicInteger();
      List<JoinHandle<Void>> handles = new ArrayList<>();
      for (int i = 0; i < 513; i++) {
        handles.add(
            runtime.spawnBlocking(() -> {
              running.incrementAndGet();
              Kit.awaitStubbornly(release);
            }));
      }
      Kit.eventually("the limit is used", () -> running.get() == 512);
      assertThat(runtime.blockingPool().threads()).isEqualTo(512);
      assertThat(runtime.blockingPool().queued()).isEqualTo(1);
      assertThat(handles.getLast().state()).isEqualTo(TaskState.SCHEDULED);
      release.countDown();
      Kit.eventually("all ran", () -> handles.stream().allMatch(JoinHandle::isFinished));
    }
  }

  @Test
  @Contract(304)
  void theLimitIsForBlockingTasksAlone() throws Exception {
    try (TaskRuntime runtime = TaskRuntime.builder().maxBlockingThreads(2).build()) {
      AtomicInteger running = new AtomicInteger();
      AtomicInteger most = new AtomicInteger();
      List<JoinHandle<Void>> handles = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        handles.add(
            runtime.spawnBlocking(() -> {
              most.accumulateAndGet(running.incrementAndGet(), Math::max);
              Thread.sleep(1);
              running.decrementAndGet();
            }));
      }
      List<JoinHandle<String>> plain = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        plain.add(runtime.spawn(() -> "not of the pool"));
      }
      for (JoinHandle<String> each : plain) {
        each.join(Kit.SOON);
      }
      for (JoinHandle<Void> each : handles) {
        each.join(Kit.SOON);
      }
      assertThat(most).hasValue(2);
      assertThat(runtime.blockingPool().threads()).isLessThanOrEqualTo(2);
    }
  }

  @Test
  @Contract(305)
  void overTheLimitTasksWaitFirstComeFirstServed() throws Exception {
    try (TaskRuntime runtime = TaskRuntime.builder().maxBlockingThreads(1).build()) {
      busy(runtime);
      Queue<Integer> order = new ConcurrentLinkedQueue<>();
      List<Integer> expected = new ArrayList<>();
      JoinHandle<Void> last = null;
      for (int i = 0; i < 200; i++) {
        int n = i;
        expected.add(n);
        last =
            runtime.spawnBlocking(() -> {
              order.add(n);
            });
      }
      release.countDown();
      last.join(Kit.SOON);
      assertThat(order).containsExactlyElementsOf(expected);
    }
  }

  @Test
  @Contract(306)
  void byDefaultTheQueueHasNoBound() throws Exception {
    int tasks = 100_000;
    try (TaskRuntime runtime = TaskRuntime.builder().maxBlockingThreads(1).build()) {
      busy(runtime);
      AtomicInteger ran = new AtomicInteger();
      for (int i = 0; i < tasks; i++) {
        runtime.spawnBlocking(() -> {
          ran.incrementAndGet();
        });
      }
      assertThat(runtime.blockingPool().queued()).isEqualTo(tasks);
      assertThat(runtime.liveTaskCount()).isEqualTo(tasks + 1);
      release.countDown();
      Kit.eventually("all ran", () -> ran.get() == tasks);
    }
  }

  private TaskRuntime full(QueueFull whenFull) {
    TaskRuntime runtime =
        TaskRuntime.builder()
            .name("full")
            .maxBlockingThreads(1)
            .maxBlockingQueue(2, whenFull)
            .build();
    busy(runtime);
    runtime.spawnBlocking(() -> {});
    runtime.spawnBlocking(() -> {});
    return runtime;
  }

  @Test
  @Contract({306, 100})
  @Semantics(2)
  void aFullQueueMayReject() throws Exception {
    try (TaskRuntime runtime = full(QueueFull.REJECT)) {
      AtomicInteger ran = new AtomicInteger();
      assertThatThrownBy(() -> runtime.spawnBlocking(() -> ran.incrementAndGet()))
          .isInstanceOf(RejectedExecutionException.class)
          .hasMessageContaining("full (2)");
      assertThat(runtime.liveTaskCount()).as("what was rejected is not live").isEqualTo(3);
      release.countDown();
      Kit.eventually("all ran", () -> runtime.liveTaskCount() == 0);
      assertThat(ran).hasValue(0);
      assertThat(runtime.spawnBlocking(() -> "room again").join(Kit.SOON)).isEqualTo("room again");
    }
  }

  @Test
  @Contract({306, 67})
  @Semantics(2)
  void anAbortedTaskFreesItsSlot() throws Exception {
    try (TaskRuntime own =
        TaskRuntime.builder().maxBlockingThreads(1).maxBlockingQueue(1, QueueFull.REJECT).build()) {
      busy(own);
      for (int i = 0; i < 100; i++) {
        JoinHandle<?> queued = own.spawnBlocking(() -> {});
        assertThatThrownBy(() -> own.spawnBlocking(() -> {}))
            .isInstanceOf(RejectedExecutionException.class);
        assertThat(queued.abort()).isTrue();
        assertThat(queued.isFinished()).isTrue();
        assertThat(own.blockingPool().queued()).isZero();
      }
      release.countDown();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"task ends", "task aborted", "runtime closed"})
  @Contract({306, 318})
  void aFullQueueMayMakeTheSpawnerWait(String how) throws Exception {
    try (TaskRuntime runtime =
        TaskRuntime.builder()
            .maxBlockingThreads(1)
            .maxBlockingQueue(1, QueueFull.WAIT)
            .abortPolicy(AbortPolicy.once())
            .build()) {
      busy(runtime);
      JoinHandle<?> queued = runtime.spawnBlocking(() -> {});
      AtomicReference<JoinHandle<String>> third = new AtomicReference<>();
      Thread spawner =
          Thread.ofPlatform().start(() -> third.set(runtime.spawnBlocking(() -> "third")));
      Kit.awaitParked(spawner);
      assertThat(third.get()).isNull();
      switch (how) {
        case "task ends" -> release.countDown();
        case "task aborted" -> queued.abort();
        default -> runtime.shutdown(Duration.ZERO);
      }
      spawner.join(Kit.SOON);
      assertThat(third.get()).isNotNull();
      release.countDown();
      Outcome<String> outcome = third.get().outcome(Kit.SOON);
      if (how.equals("runtime closed")) {
        assertThat(outcome.isCancelled()).isTrue();
      } else {
        assertThat(outcome).isEqualTo(new Success<>("third"));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Contract(306)
  @Semantics(4)
  void aSpawnerThatWaitsForRoomCanBeInterruptedOrAborted(boolean abort) throws Exception {
    try (TaskRuntime runtime = full(QueueFull.WAIT);
        TaskRuntime other = TaskRuntime.create()) {
      AtomicReference<Thread> thread = new AtomicReference<>();
      JoinHandle<Boolean> spawner =
          other.spawn(() -> {
            thread.set(Thread.currentThread());
            assertThatThrownBy(() -> runtime.spawnBlocking(() -> {}))
                .isInstanceOf(RejectedExecutionException.class);
            return Thread.interrupted();
          });
      Kit.awaitParked(Kit.thread(thread));
      if (abort) {
        spawner.abort();
      } else {
        thread.get().interrupt();
      }
      assertThat(spawner.join(Kit.SOON)).as("the flag is left set").isTrue();
      assertThat(runtime.liveTaskCount()).isEqualTo(3);
      release.countDown();
    }
  }

  @Test
  @Contract(307)
  void aThreadIsMadeWhenNoneIsIdleAndUsedAgainWhenOneIs() throws Exception {
    try (TaskRuntime runtime = TaskRuntime.create()) {
      JoinHandle<Thread> first = busy(runtime);
      JoinHandle<Thread> second = runtime.spawnBlocking(Thread::currentThread);
      Thread other = second.join(Kit.SOON);
      release.countDown();
      assertThat(first.join(Kit.SOON)).isNotSameAs(other);
      for (int i = 0; i < 50; i++) {
        Kit.eventually("both are idle", () -> runtime.blockingPool().idleThreads() == 2);
        assertThat(runtime.spawnBlocking(Thread::currentThread).join(Kit.SOON))
            .isIn(other, first.join());
      }
      assertThat(runtime.blockingPool().threads()).isEqualTo(2);
    }
  }

  @Test
  @Contract(308)
  void idleThreadsEndAfterTheKeepAlive() throws Exception {
    try (TaskRuntime runtime =
        TaskRuntime.builder().blockingKeepAlive(Duration.ofMillis(20)).build()) {
      Thread thread = runtime.spawnBlocking(Thread::currentThread).join(Kit.SOON);
      assertThat(thread.isDaemon()).isTrue();
      assertThat(thread.isVirtual()).isFalse();
      awaitThreads(runtime, 0);
      thread.join(Kit.SOON);
      assertThat(thread.isAlive()).isFalse();
      assertThat(runtime.spawnBlocking(Thread::currentThread).join(Kit.SOON)).isNotSameAs(thread);
    }
  }

  @Test
  @Contract(308)
  void byDefaultAnIdleThreadStaysForAWhile() throws Exception {
    try (TaskRuntime runtime = TaskRuntime.create()) {
      Thread thread = runtime.spawnBlocking(Thread::currentThread).join(Kit.SOON);
      Kit.eventually("idle", () -> runtime.blockingPool().idleThreads() == 1);
      Thread.sleep(100);
      assertThat(runtime.blockingPool().idleThreads()).isEqualTo(1);
      runtime.close();
      thread.join(Kit.SOON);
      assertThat(thread.isAlive()).as("a closed pool keeps no threads").isFalse();
    }
  }

  @Test
  @Contract({308, 319})
  void aTaskThatMeetsAThreadAtTheEndOfItsKeepAliveRuns() throws Exception {
    try (TaskRuntime runtime =
        TaskRuntime.builder()
            .maxBlockingThreads(1)
            .blockingKeepAlive(Duration.ofNanos(50_000))
            .build()) {
      for (int i = 0; i < 3_000; i++) {
        int n = i;
        assertThat(runtime.spawnBlocking(() -> n).join(Kit.SOON)).isEqualTo(n);
        Kit.compute(40_000 + i % 20 * 1_000);
      }
    }
  }

  @Test
  @Contract(319)
  void whatIsSubmittedAtTheLimitIsPickedUp() throws Exception {
    try (TaskRuntime runtime = TaskRuntime.builder().maxBlockingThreads(2).build()) {
      List<Thread> spawners = new ArrayList<>();
      AtomicInteger ran = new AtomicInteger();
      for (int t = 0; t < 3; t++) {
        spawners.add(
            Thread.startVirtualThread(() -> {
              for (int i = 0; i < 2_000; i++) {
                try {
                  runtime.spawnBlocking(() -> ran.incrementAndGet()).join(Kit.SOON);
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              }
            }));
      }
      for (Thread spawner : spawners) {
        spawner.join();
      }
      assertThat(ran).hasValue(6_000);
    }
  }

  @Test
  @Contract({311, 6})
  void insideATaskOfThePoolOneMaySpawnSleepAndJoin() throws Exception {
    try (TaskRuntime runtime = TaskRuntime.create()) {
      String result =
          runtime
              .spawnBlocking(() -> {
                assertThat(TaskRuntime.current()).isSameAs(runtime);
                assertThat(Thread.currentThread().isVirtual()).isFalse();
                Task.sleep(Duration.ofMillis(1));
                Task.yieldNow();
                return Task.spawn(() -> "a").join() + Task.spawnBlocking(() -> "b").join();
              })
              .join(Kit.SOON);
      assertThat(result).isEqualTo("ab");
    }
  }

  @Test
  @Contract({313, 66})
  @Semantics(7)
  void aRunningTaskOfThePoolCanBeAborted() throws Exception {
    try (TaskRuntime runtime = TaskRuntime.create()) {
      CountDownLatch inside = new CountDownLatch(1);
      JoinHandle<Void> handle =
          runtime.spawnBlocking(() -> {
            inside.countDown();
            Kit.sleepForever();
          });
      Kit.await(inside);
      assertThat(handle.abortAndJoin(Kit.SOON).isCancelled()).isTrue();
    }
  }

  /** Fills its address space with threads until the system refuses one. */
  static final class NoMoreThreads {
    public static void main(String[] arguments) throws Exception {
      CountDownLatch release = new CountDownLatch(1);
      TaskRuntime runtime = TaskRuntime.create();
      List<JoinHandle<Integer>> handles = new ArrayList<>();
      while (runtime.blockingPool().queued() == 0) {
        int n = handles.size();
        handles.add(
            runtime.spawnBlocking(() -> {
              release.await();
              return n;
            }));
      }
      System.out.println("queued at " + (runtime.blockingPool().threads() == handles.size() - 1));
      release.countDown();
      for (int i = 0; i < handles.size(); i++) {
        if (handles.get(i).join() != i) {
          throw new AssertionError(i);
        }
      }
      System.out.println("all ran");
      System.exit(0);
    }
  }

  @Test
  @Contract(309)
  void ifTheSystemRefusesAThreadTheTaskWaitsForAnother() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")) && Files.isDirectory(Path.of("/proc/self")));
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Kit.Exit exit =
        Kit.run(
            List.of(
                "/bin/sh",
                "-c",
                "ulimit -v 16000000 && exec \"$0\" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx64m"
                    + " -XX:ThreadStackSize=1000000 -Xlog:disable -cp \"$1\" \"$2\"",
                java,
                Kit.classPath(NoMoreThreads.class, Task.class),
                NoMoreThreads.class.getName()));
    assertThat(exit.out()).contains("queued at true").contains("all ran");
    assertThat(exit.code()).isZero();
  }
}
