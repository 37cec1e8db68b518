package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shutting a runtime down. */
@Semantics(11)
class ShutdownTest {
  private static TaskRuntime.Builder once() {
    return TaskRuntime.builder().abortPolicy(AbortPolicy.once());
  }

  private static void assertShutDown(JoinHandle<?> handle) throws Exception {
    Outcome<?> outcome = handle.outcome(Kit.SOON);
    assertThat(outcome).isInstanceOf(Cancelled.class);
    assertThat(((Cancelled<?>) outcome).reason().kind())
        .isEqualTo(AbortReason.Kind.RUNTIME_SHUTDOWN);
  }

  @Test
  @Contract({283, 285, 287, 4})
  void closeEndsEveryTaskOnceAndReturnsAfterTheirRealEnd() throws Exception {
    int tasks = 300;
    AtomicInteger cleaned = new AtomicInteger();
    List<JoinHandle<?>> handles = new ArrayList<>();
    CountDownLatch inside = new CountDownLatch(tasks);
    try (TaskRuntime runtime = TaskRuntime.create()) {
      for (int i = 0; i < tasks; i++) {
        VoidBody<Exception> body =
            () -> {
              inside.countDown();
              try {
                Kit.sleepForever();
              } finally {
                cleaned.incrementAndGet();
              }
            };
        handles.add(i % 10 == 0 ? runtime.spawnBlocking(body) : runtime.spawn(body));
      }
      Kit.await(inside);
    }
    assertThat(cleaned).hasValue(tasks);
    for (JoinHandle<?> handle : handles) {
      assertThat(handle.isFinished()).isTrue();
      assertShutDown(handle);
    }
  }

  @Test
  @Contract({284, 288, 292, 291})
  @Semantics({4, 11})
  void aStuckTaskHoldsUpNobodyElseIsReportedWithItsStackAndTellsItsRealEnd() throws Exception {
    CountDownLatch inside = new CountDownLatch(2);
    CountDownLatch release = new CountDownLatch(1);
    TaskRuntime runtime = once().name("stuck").build();
    JoinHandle<String> stuck =
        runtime
            .task()
            .name("stubborn")
            .spawn(() -> {
              inside.countDown();
              Kit.awaitStubbornly(release);
              return "late";
            });
    JoinHandle<Void> idle =
        runtime.spawn(() -> {
          inside.countDown();
          Kit.sleepForever();
        });
    Kit.await(inside);
    Duration deadline = Duration.ofMillis(100);
    ShutdownReport report = runtime.shutdown(deadline);
    assertThat(report.isComplete()).isFalse();
    assertThat(report.elapsed()).isGreaterThanOrEqualTo(deadline);
    assertThat(report.runtime()).isEqualTo("stuck");
    assertThat(report.stragglers()).hasSize(1);
    ShutdownReport.Straggler straggler = report.stragglers().getFirst();
    assertThat(straggler.task().id()).isEqualTo(stuck.id());
    assertThat(straggler.task().abortRequested()).isTrue();
    assertThat(straggler.stack())
        .anyMatch(frame -> frame.getMethodName().equals("awaitStubbornly"));
    assertThat(report.toString())
        .contains("\"stubborn\"")
        .contains("incomplete")
        .contains("awaitStubbornly");
    assertShutDown(idle);
    assertThat(stuck.state()).isEqualTo(TaskState.RUNNING);
    release.countDown();
    assertThat(stuck.join(Kit.SOON)).isEqualTo("late");
    assertThat(runtime.shutdown(Kit.SOON).isComplete()).as("waiting again").isTrue();
  }

  @Test
  @Contract(291)
  @Semantics({4, 11})
  void repeatsGoOnAfterTheDeadline() throws Exception {
    Duration five = Duration.ofMillis(5);
    TaskRuntime runtime =
        TaskRuntime.builder().abortPolicy(AbortPolicy.repeating(five, five)).build();
    CountDownLatch inside = new CountDownLatch(1);
    AtomicBoolean obey = new AtomicBoolean();
    JoinHandle<Void> handle =
        runtime.spawn(() -> {
          inside.countDown();
          while (true) {
            try {
              Kit.sleepForever();
            } catch (InterruptedException e) {
              if (obey.get()) {
                throw e;
              }
            }
          }
        });
    Kit.await(inside);
    assertThat(runtime.shutdown(Duration.ofMillis(30)).stragglers()).hasSize(1);
    obey.set(true);
    assertShutDown(handle);
  }

  @Test
  @Contract(289)
  void shutdownReturnsAsSoonAsAllHaveStopped() throws Exception {
    TaskRuntime runtime = TaskRuntime.create();
    CountDownLatch inside = new CountDownLatch(1);
    runtime.spawn(() -> {
      inside.countDown();
      Kit.sleepForever();
    });
    Kit.await(inside);
    ShutdownReport report = runtime.shutdown(Duration.ofDays(1));
    assertThat(report.isComplete()).isTrue();
    assertThat(report.elapsed()).isLessThan(Kit.SOON);
    assertThat(report.toString()).contains("complete").doesNotContain("incomplete");
  }

  @Test
  @Contract({290, 295})
  void aZeroDeadlineDoesNotWaitAndIsAllowedInsideATask() throws Exception {
    TaskRuntime runtime = TaskRuntime.create();
    JoinHandle<Boolean> inside =
        runtime.spawn(() -> {
          ShutdownReport report = runtime.shutdown(Duration.ZERO);
          assertThat(report.stragglers()).extracting(s -> s.task().id()).contains(Task.currentId());
          return Task.isAbortRequested();
        });
    assertThat(inside.join(Kit.SOON)).isTrue();
    assertThat(runtime.isShutdown()).isTrue();
    JoinHandle<Boolean> blocking;
    TaskRuntime another = TaskRuntime.create();
    blocking =
        another.spawnBlocking(() -> another.shutdown(Duration.ZERO).stragglers().size() == 1);
    assertThat(blocking.join(Kit.SOON)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Contract(295)
  void aTaskThatWouldWaitForItsOwnRuntimeIsToldSoBeforeAnyEffect(boolean blocking)
      throws Exception {
    try (TaskRuntime runtime = TaskRuntime.create()) {
      VoidBody<Exception> body =
          () -> {
            assertThatThrownBy(() -> runtime.shutdown(Duration.ofMillis(1)))
                .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(runtime::close).isInstanceOf(IllegalStateException.class);
            assertThat(runtime.isShutdown()).isFalse();
            assertThat(Task.isAbortRequested()).isFalse();
            assertThat(runtime.spawn(() -> "alive").join()).isEqualTo("alive");
          };
      (blocking ? runtime.spawnBlocking(body) : runtime.spawn(body)).join(Kit.SOON);
    }
  }

  @Test
  @Contract(279)
  void aTaskOfAnotherRuntimeMayShutItDown() throws Exception {
    try (TaskRuntime outer = TaskRuntime.create()) {
      TaskRuntime inner = TaskRuntime.create();
      JoinHandle<Void> target = inner.spawn(() -> Kit.sleepForever());
      assertThat(outer.spawn(() -> inner.shutdown(Kit.SOON).isComplete()).join(Kit.SOON)).isTrue();
      assertShutDown(target);
    }
  }

  @Test
  @Contract({286, 314, 7})
  void handlesResolveInOtherRuntimesTooAndLateSpawnsAtOnce() throws Exception {
    TaskRuntime runtime = TaskRuntime.create();
    try (TaskRuntime other = TaskRuntime.create()) {
      JoinHandle<Void> target = runtime.spawn(() -> Kit.sleepForever());
      JoinHandle<Outcome<Void>> joiner = other.spawn(() -> target.outcome());
      runtime.close();
      assertThat(joiner.join(Kit.SOON).isCancelled()).isTrue();
    }
    AtomicBoolean ran = new AtomicBoolean();
    for (JoinHandle<Void> late :
        List.of(
            runtime.spawn(() -> ran.set(true)),
            runtime.spawnBlocking(() -> ran.set(true)),
            runtime.task().name("late").spawn(() -> ran.set(true)))) {
      assertThat(late.isFinished()).isTrue();
      assertShutDown(late);
    }
    assertThat(ran).isFalse();
    assertThat(runtime.liveTaskCount()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Contract(293)
  void allTasksAreAbortedBeforeAnyIsWaitedFor(boolean close) throws Exception {
    TaskRuntime runtime = once().build();
    CountDownLatch blockingAborted = new CountDownLatch(1);
    CountDownLatch plainAborted = new CountDownLatch(1);
    CountDownLatch inside = new CountDownLatch(2);
    // Each ends only after the other has been aborted.
    runtime.spawnBlocking(() -> {
      inside.countDown();
      try {
        Kit.sleepForever();
      } finally {
        blockingAborted.countDown();
        Kit.awaitStubbornly(plainAborted);
      }
    });
    runtime.spawn(() -> {
      inside.countDown();
      try {
        Kit.sleepForever();
      } finally {
        plainAborted.countDown();
        Kit.awaitStubbornly(blockingAborted);
      }
    });
    Kit.await(inside);
    if (close) {
      runtime.close();
    } else {
      assertThat(runtime.shutdown(Kit.SOON).isComplete()).isTrue();
    }
    assertThat(runtime.liveTaskCount()).isZero();
  }

  @Test
  @Contract({296, 81})
  void closingBecauseOfAnExceptionWaitsAsAlways() {
    AtomicBoolean ended = new AtomicBoolean();
    assertThatThrownBy(
            () -> {
              try (TaskRuntime runtime = TaskRuntime.create()) {
                CountDownLatch inside = new CountDownLatch(1);
                runtime.spawn(() -> {
                  inside.countDown();
                  try {
                    Kit.sleepForever();
                  } finally {
                    Task.shield(() -> Thread.sleep(20));
                    ended.set(true);
                  }
                });
                Kit.await(inside);
                throw new IllegalStateException("owner failed");
              }
            })
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("owner failed")
        .hasNoSuppressedExceptions();
    assertThat(ended).isTrue();
  }

  @Test
  @Contract({298, 316, 317})
  @Semantics({2, 11})
  void queuedBlockingTasksNeverRunOnceTheRuntimeIsShutDown() throws Exception {
    for (boolean zero : new boolean[] {false, true}) {
      TaskRuntime runtime = once().maxBlockingThreads(1).build();
      CountDownLatch inside = new CountDownLatch(1);
      CountDownLatch release = new CountDownLatch(1);
      AtomicInteger ran = new AtomicInteger();
      JoinHandle<String> busy =
          runtime.spawnBlocking(() -> {
            inside.countDown();
            Kit.awaitStubbornly(release);
            return "done";
          });
      Kit.await(inside);
      List<JoinHandle<?>> queued = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        queued.add(runtime.spawnBlocking(() -> ran.incrementAndGet()));
      }
      runtime.shutdown(zero ? Duration.ZERO : Duration.ofMillis(10));
      for (JoinHandle<?> each : queued) {
        assertThat(each.isFinished()).isTrue();
        assertShutDown(each);
      }
      release.countDown();
      assertThat(busy.join(Kit.SOON)).isEqualTo("done");
      Kit.eventually("the pool is empty", () -> runtime.blockingPool().threads() == 0);
      assertThat(ran).hasValue(0);
    }
  }

  @Test
  @Contract(315)
  void aBlockingTaskThatDoesNotReactGoesOnAndItsValueIsDelivered() throws Exception {
    TaskRuntime runtime = TaskRuntime.builder().blockingAbortPolicy(AbortPolicy.never()).build();
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    JoinHandle<String> handle =
        runtime.spawnBlocking(() -> {
          inside.countDown();
          release.await();
          return "v";
        });
    Kit.await(inside);
    assertThat(runtime.shutdown(Duration.ofMillis(1)).stragglers()).hasSize(1);
    release.countDown();
    assertThat(handle.join(Kit.SOON)).isEqualTo("v");
  }

  @Test
  @Contract({299, 315})
  void aTaskCanStillSleepAndJoinInAShieldWhileItsRuntimeShutsDown() throws Exception {
    AtomicReference<String> result = new AtomicReference<>();
    try (TaskRuntime runtime = TaskRuntime.create()) {
      CountDownLatch inside = new CountDownLatch(1);
      JoinHandle<String> ready = runtime.spawn(() -> "ready");
      ready.join(Kit.SOON);
      runtime.spawn(() -> {
        inside.countDown();
        try {
          Kit.sleepForever();
        } finally {
          Task.shield(() -> {
            Task.sleep(Duration.ofMillis(5));
            Task.yieldNow();
            JoinHandle<String> late = Task.spawn(() -> "late");
            result.set(ready.join() + " " + late.outcome().isCancelled());
          });
        }
      });
      Kit.await(inside);
    }
    assertThat(result).hasValue("ready true");
  }

  @Test
  @Contract({8, 318, 357})
  @Semantics({2, 11})
  void aSpawnThatRacesWithAShutdownIsNeverLost() throws Exception {
    AtomicInteger ranRounds = new AtomicInteger();
    AtomicInteger cancelledRounds = new AtomicInteger();
    for (int round = 0; round < 1_500; round++) {
      TaskRuntime runtime = TaskRuntime.builder().maxBlockingThreads(2).build();
      ConcurrentLinkedQueue<JoinHandle<String>> handles = new ConcurrentLinkedQueue<>();
      CyclicBarrier barrier = new CyclicBarrier(3);
      AtomicInteger ran = new AtomicInteger();
      List<Thread> spawners = new ArrayList<>();
      for (int t = 0; t < 2; t++) {
        boolean blocking = t == 0;
        spawners.add(
            Thread.startVirtualThread(() -> {
              try {
                barrier.await();
                for (int i = 0; i < 10; i++) {
                  java.util.concurrent.Callable<String> body =
                      () -> {
                        ran.incrementAndGet();
                        return "v";
                      };
                  handles.add(blocking ? runtime.spawnBlocking(body) : runtime.spawn(body));
                }
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            }));
      }
      barrier.await();
      if (round % 2 == 1) {
        Thread.yield();
      }
      assertThat(runtime.shutdown(Kit.SOON).isComplete()).isTrue();
      for (Thread spawner : spawners) {
        spawner.join();
      }
      assertThat(handles).hasSize(20);
      int values = 0;
      for (JoinHandle<String> handle : handles) {
        Outcome<String> outcome = handle.outcome(Kit.SOON);
        switch (outcome) {
          case Success<String> _ -> values++;
          case Cancelled<String> cancelled ->
              assertThat(cancelled.reason().kind()).isEqualTo(AbortReason.Kind.RUNTIME_SHUTDOWN);
          case Panicked<String> panicked -> throw new AssertionError(panicked.cause());
        }
      }
      assertThat(ran.get()).as("cancelled before it began, or a success").isEqualTo(values);
      if (values > 0) {
        ranRounds.incrementAndGet();
      }
      if (values < 20) {
        cancelledRounds.incrementAndGet();
      }
      assertThat(runtime.liveTaskCount()).isZero();
    }
    assertThat(ranRounds.get()).as("some spawns were in time").isPositive();
    assertThat(cancelledRounds.get()).as("some spawns were late").isPositive();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Contract({319, 318})
  void abortsAndShutdownsOfManyThreadsLoseNothing(boolean blocking) throws Exception {
    for (int round = 0; round < 200; round++) {
      TaskRuntime runtime = TaskRuntime.builder().maxBlockingThreads(2).build();
      List<JoinHandle<Void>> handles = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        VoidBody<InterruptedException> body = () -> Task.sleep(Duration.ofHours(1));
        handles.add(blocking ? runtime.spawnBlocking(body) : runtime.spawn(body));
      }
      Thread aborter = Thread.startVirtualThread(() -> handles.forEach(JoinHandle::abort));
      Thread closer = Thread.startVirtualThread(runtime::close);
      assertThat(runtime.shutdown(Kit.SOON).isComplete()).isTrue();
      aborter.join();
      closer.join();
      assertThat(handles).allMatch(handle -> handle.state() == TaskState.CANCELLED);
    }
  }

  // ---------------------------------------------------------------- close

  @Test
  @Contract({288, 329})
  void closeHandsItsReportToTheListenerAndReturnsNormally() throws Exception {
    AtomicReference<ShutdownReport> report = new AtomicReference<>();
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    TaskRuntime runtime = once().closeDeadline(Duration.ofMillis(20)).onClosed(report::set).build();
    runtime.spawnBlocking(() -> {
      inside.countDown();
      Kit.awaitStubbornly(release);
    });
    Kit.await(inside);
    runtime.close();
    assertThat(report.get().stragglers()).hasSize(1);
    assertThat(report.get().stragglers().getFirst().task().blocking()).isTrue();
    release.countDown();
  }

  @Test
  void aListenerThatThrowsIsLogged() {
    try (var log = LogCapture.listenFor("runtime broken-listener")) {
      TaskRuntime.builder()
          .name("broken-listener")
          .onClosed(_ -> {
            throw new IllegalStateException("listener");
          })
          .build()
          .close();
      assertThat(log.first().thrown()).hasMessage("listener");
    }
  }

  @Test
  void byDefaultStragglersAreLogged() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    try (var log = LogCapture.listenFor("runtime logged-by-default")) {
      TaskRuntime runtime =
          once().name("logged-by-default").closeDeadline(Duration.ofMillis(1)).build();
      runtime.spawn(() -> {
        inside.countDown();
        Kit.awaitStubbornly(release);
      });
      Kit.await(inside);
      runtime.close();
      assertThat(log.first().message()).contains("awaitStubbornly");
      release.countDown();
    }
  }

  @Test
  @Contract(329)
  void closeWaitsForBlockingTasksToo() throws Exception {
    AtomicBoolean ended = new AtomicBoolean();
    CountDownLatch inside = new CountDownLatch(1);
    try (TaskRuntime runtime = once().build()) {
      runtime.spawnBlocking(() -> {
        inside.countDown();
        try {
          Kit.sleepForever();
        } finally {
          Task.shield(() -> Thread.sleep(20));
          ended.set(true);
        }
      });
      Kit.await(inside);
    }
    assertThat(ended).isTrue();
  }

  @Test
  @Semantics({4, 11})
  void anInterruptDoesNotEndAShutdownAndIsRestored() throws Exception {
    TaskRuntime runtime = once().build();
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    runtime.spawn(() -> {
      inside.countDown();
      Kit.awaitStubbornly(release);
    });
    Kit.await(inside);
    AtomicReference<String> after = new AtomicReference<>();
    Thread closer =
        Thread.ofPlatform()
            .start(() -> {
              boolean complete = runtime.shutdown(Kit.SOON).isComplete();
              after.set(complete + " " + Thread.currentThread().isInterrupted());
            });
    Kit.awaitParked(closer);
    closer.interrupt();
    Thread.sleep(Kit.A_WHILE);
    assertThat(after.get()).isNull();
    release.countDown();
    closer.join();
    assertThat(after).hasValue("true true");
  }

  @Test
  void theGlobalRuntimeCannotBeClosed() throws Exception {
    assertThatThrownBy(() -> TaskRuntime.global().close())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> TaskRuntime.global().shutdown(Duration.ZERO))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThat(TaskRuntime.global().isShutdown()).isFalse();
    assertThat(Task.spawn(() -> "alive").join(Kit.SOON)).isEqualTo("alive");
  }

  @Test
  void aNegativeDeadlineIsRejectedBeforeAnyEffect() throws Exception {
    try (TaskRuntime runtime = TaskRuntime.create()) {
      assertThatThrownBy(() -> runtime.shutdown(Duration.ofNanos(-1)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(runtime.isShutdown()).isFalse();
    }
  }
}
