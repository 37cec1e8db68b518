package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Sections A to E: spawning, the handle, its failures, the abort handle, abort and its races. */
class HandleContractTest {
  private final Kit.Reports reports = new Kit.Reports();

  @AutoClose private final TaskRuntime runtime = TaskRuntime.builder().failureHook(reports).build();

  @Test
  @Contract({1, 16})
  void aTaskRunsWhetherOrNotAnyoneWaitsAndAlsoDetached() throws Exception {
    CountDownLatch ran = new CountDownLatch(2);
    runtime.spawn(() -> ran.countDown());
    JoinHandle<Void> detached = runtime.spawn(() -> ran.countDown());
    detached.detach();
    Kit.await(ran);
    assertThatThrownBy(detached::join)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("detached");
  }

  @Test
  @Contract({2, 3})
  void theBodyNeverRunsInsideTheSpawnAndRunsBesideTheSpawner() throws Exception {
    Thread spawner = Thread.currentThread();
    CyclicBarrier both = new CyclicBarrier(2);
    JoinHandle<Thread> handle =
        runtime.spawn(() -> {
          both.await(); // passes only while the spawner is in its own await
          return Thread.currentThread();
        });
    both.await();
    assertThat(handle.join(Kit.SOON)).isNotSameAs(spawner);
  }

  @Test
  @Contract({13, 65})
  void aChildOutlivesItsParentAndIsNotAbortedWithIt() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    AtomicReference<JoinHandle<Integer>> child = new AtomicReference<>();
    JoinHandle<Void> parent =
        runtime.spawn(() -> {
          child.set(
              runtime.spawn(() -> {
                release.await();
                return 7;
              }));
          Kit.sleepForever();
        });
    Kit.eventually("the child is spawned", () -> child.get() != null);
    assertThat(parent.abortAndJoin(Kit.SOON).isCancelled()).isTrue();
    assertThat(child.get().isAbortRequested()).isFalse();
    release.countDown();
    assertThat(child.get().join(Kit.SOON)).isEqualTo(7);
  }

  @Test
  @Contract({15, 44, 45, 47, 48, 49})
  void abortHandlesCanOnlyAbortAndAskAndThereMayBeMany() throws Exception {
    JoinHandle<Object> handle = runtime.spawn(() -> Kit.sleepForever());
    List<AbortHandle> handles = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      handles.add(handle.abortHandle());
    }
    AbortHandle kept = handles.getFirst();
    handles.clear(); // letting them go aborts nothing
    System.gc();
    assertThat(handle.isAbortRequested()).isFalse();
    handle.detach();
    assertThat(kept.isFinished()).isFalse();
    assertThat(kept.id()).isEqualTo(handle.id());
    assertThat(kept.toString()).contains(handle.id().toString());
    assertThat(kept.abort("enough")).isTrue();
    Kit.eventually("it ends", kept::isFinished);
    assertThat(kept.state()).isEqualTo(TaskState.CANCELLED);
  }

  @Test
  @Contract({17, 35, 36})
  void valuePanicAndCancellationAreThreeExclusiveOutcomes() throws Exception {
    Outcome<Integer> value = runtime.spawn(() -> 1).outcome();
    JoinHandle<Integer> panics =
        runtime.spawn(() -> {
          throw new IOException("no");
        });
    JoinHandle<Object> cancelled = runtime.spawn(() -> Kit.sleepForever());
    assertThat(value).isEqualTo(new Success<>(1));
    assertThat(panics.outcome())
        .isInstanceOfSatisfying(
            Panicked.class,
            p -> {
              assertThat(p.id()).isEqualTo(panics.id());
              assertThat(p.cause()).isInstanceOf(IOException.class);
              assertThat(p.isPanic() && !p.isCancelled() && !p.isSuccess()).isTrue();
            });
    assertThat(cancelled.abortAndJoin())
        .isInstanceOfSatisfying(
            Cancelled.class,
            c -> {
              assertThat(c.id()).isEqualTo(cancelled.id());
              assertThat(c.isCancelled() && !c.isPanic() && !c.isSuccess()).isTrue();
            });
  }

  @Test
  @Contract({19, 20})
  @Semantics(8)
  void aLostWaitLosesNothingAndJoiningCanBeRepeated() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    JoinHandle<Integer> handle =
        runtime.spawn(() -> {
          release.await();
          return 3;
        });
    assertThatThrownBy(() -> handle.join(Duration.ofMillis(1)))
        .isInstanceOf(JoinTimeoutException.class)
        .hasMessageContaining("task " + handle.id());
    assertThat(handle.isAbortRequested()).isFalse();
    release.countDown();
    assertThat(handle.join(Kit.SOON)).isEqualTo(3);
    assertThat(handle.join()).isEqualTo(3);
  }

  @Test
  @Contract({22, 23})
  @Semantics(1)
  void finishedMeansThatTheBodyHasLeftItsLastFrame() throws Exception {
    for (int i = 0; i < 2_000; i++) {
      AtomicBoolean left = new AtomicBoolean();
      JoinHandle<Void> handle =
          runtime.spawn(() -> {
            try {
              Thread.onSpinWait();
            } finally {
              left.set(true);
            }
          });
      if (i % 3 == 0) {
        handle.abort();
      }
      while (!handle.isFinished()) {
        Thread.onSpinWait();
      }
      if (handle.outcome().isSuccess()) {
        assertThat(left).isTrue();
      }
    }
  }

  @Test
  @Contract({29, 34})
  void theIdIsTheSameEverywhereAndTheTextShowsItButNotTheResult() throws Exception {
    JoinHandle<String> handle = runtime.spawn(() -> "secret " + Task.currentId().value());
    assertThat(handle.join()).isEqualTo("secret " + handle.id().value());
    assertThat(handle.toString())
        .contains(Long.toString(handle.id().value()))
        .doesNotContain("secret");
    JoinHandle<Object> failing =
        runtime.spawn(() -> {
          throw new IllegalStateException("boom");
        });
    assertThatThrownBy(failing::join)
        .isInstanceOfSatisfying(
            JoinException.class, e -> assertThat(e.id()).isEqualTo(failing.id()));
  }

  @Test
  @Contract({30, 60, 61})
  void abortCanBeCalledByAnyThreadAnyNumberOfTimesAndAfterTheEnd() throws Exception {
    JoinHandle<Object> handle = runtime.spawn(() -> Kit.sleepForever());
    List<Thread> threads = new ArrayList<>();
    java.util.concurrent.atomic.AtomicInteger accepted =
        new java.util.concurrent.atomic.AtomicInteger();
    for (int t = 0; t < 4; t++) {
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < 1_000; i++) {
                  if (handle.abort()) {
                    accepted.incrementAndGet();
                  }
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(accepted).hasValue(1);
    assertThat(handle.outcome(Kit.SOON).isCancelled()).isTrue();
    JoinHandle<Integer> done = runtime.spawn(() -> 5);
    assertThat(done.join()).isEqualTo(5);
    assertThat(done.abort()).isFalse();
    assertThat(done.join()).isEqualTo(5);
  }

  @Test
  @Contract(32)
  void twoTasksMayHoldEachOthersHandles() throws Exception {
    AtomicReference<JoinHandle<Object>> one = new AtomicReference<>();
    AtomicReference<JoinHandle<Object>> two = new AtomicReference<>();
    TaskRuntime own = TaskRuntime.create();
    one.set(own.spawn(() -> waitFor(two)));
    two.set(own.spawn(() -> waitFor(one)));
    Kit.eventually(
        "each waits for the other",
        () -> own.liveTasks().stream().filter(t -> t.waitingFor().isPresent()).count() == 2);
    assertThat(own.shutdown(Kit.SOON).isComplete()).isTrue();
    assertThat(one.get().outcome().isCancelled()).isTrue();
    assertThat(two.get().outcome().isCancelled()).isTrue();
  }

  private static Object waitFor(AtomicReference<JoinHandle<Object>> other) throws Exception {
    Kit.eventually("the other exists", () -> other.get() != null);
    return other.get().join();
  }

  @Test
  @Contract({37, 38})
  void thePanicComesOutAsTheVeryThrowableAndAskingACancellationForItIsAnError() throws Exception {
    IOException own = new IOException("own");
    JoinHandle<Object> panics =
        runtime.spawn(() -> {
          throw own;
        });
    assertThatThrownBy(() -> panics.join(IOException.class)).isSameAs(own);
    JoinException panic = failure(panics);
    assertThat(panic.panic()).isSameAs(own);
    assertThat(panic.tryPanic()).containsSame(own);
    assertThatThrownBy(panic::reason).isInstanceOf(IllegalStateException.class);
    JoinHandle<Object> cancels = runtime.spawn(() -> Kit.sleepForever());
    cancels.abort();
    JoinException cancelled = failure(cancels);
    assertThat(cancelled.tryPanic()).isEmpty();
    assertThatThrownBy(cancelled::panic).isInstanceOf(IllegalStateException.class);
  }

  @Test
  @Contract({39, 40})
  @Semantics(10)
  void theTextsNameTheTaskAndTheMessage() throws Exception {
    JoinHandle<Object> panics =
        runtime
            .task()
            .name("fetch")
            .spawn(() -> {
              throw new IllegalStateException("boom");
            });
    assertThat(failure(panics))
        .hasMessage("task " + panics.id().value() + " \"fetch\" panicked with message \"boom\"")
        .hasCauseInstanceOf(IllegalStateException.class);
    JoinHandle<Object> silent =
        runtime.spawn(() -> {
          throw new IllegalStateException();
        });
    assertThat(failure(silent)).hasMessage("task " + silent.id() + " panicked");
    JoinHandle<Object> cancels = runtime.spawn(() -> Kit.sleepForever());
    cancels.abort("too slow");
    assertThat(failure(cancels))
        .hasMessage("task " + cancels.id() + " was cancelled (aborted by user: too slow)");
    assertThat(failure(cancels).toString()).contains("JoinException", "cancelled");
  }

  private static JoinException failure(JoinHandle<?> handle) throws Exception {
    try {
      Object value = handle.join(Kit.SOON);
      throw new AssertionError("no failure: " + value);
    } catch (JoinException e) {
      return e;
    }
  }

  @Test
  @Contract({59, 62, 69})
  void whenAbortAndCompletionRaceTheOutcomeIsOneOfTheTwoAndTellsTheTruth() throws Exception {
    int values = 0;
    int cancelled = 0;
    for (int i = 0; i < 4_000; i++) {
      AtomicBoolean entered = new AtomicBoolean();
      AtomicBoolean finished = new AtomicBoolean();
      int spins = i % 200;
      JoinHandle<Integer> handle =
          runtime.spawn(() -> {
            entered.set(true);
            for (int k = 0; k < spins; k++) {
              Thread.onSpinWait();
            }
            Task.checkAborted();
            finished.set(true);
            return 1;
          });
      for (int k = 0; k < (i * 7) % 300; k++) {
        Thread.onSpinWait();
      }
      boolean accepted = handle.abort();
      switch (handle.outcome(Kit.SOON)) {
        case Success<Integer> s -> {
          values++;
          assertThat(s.value()).isEqualTo(1);
          assertThat(finished).isTrue();
        }
        case Cancelled<Integer> _ -> {
          cancelled++;
          assertThat(accepted).isTrue();
          assertThat(finished).isFalse();
        }
        case Panicked<Integer> p -> throw new AssertionError("a panic", p.cause());
      }
      assertThat(finished.get() && !entered.get()).isFalse();
    }
    assertThat(values + cancelled).isEqualTo(4_000);
  }

  @Test
  @Contract(63)
  void abortThenLettingTheHandleGoEndsTheTaskPromptly() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    JoinHandle<Void> handle =
        runtime.spawn(() -> {
          begun.countDown();
          try {
            Kit.sleepForever();
          } finally {
            ended.countDown();
          }
        });
    Kit.await(begun);
    handle.abort();
    handle.detach();
    Kit.await(ended);
  }

  @Test
  @Contract({360, 362})
  void aHookGetsTheIdAndTheLastRegistrationWins() throws Exception {
    List<TaskId> first = new ArrayList<>();
    List<TaskId> second = new java.util.concurrent.CopyOnWriteArrayList<>();
    try (TaskRuntime hooked =
        TaskRuntime.builder().hooks(onSpawn(first)).hooks(onSpawn(second)).build()) {
      JoinHandle<Integer> handle = hooked.spawn(() -> 1);
      assertThat(handle.join()).isEqualTo(1);
      assertThat(first).isEmpty();
      assertThat(second).containsExactly(handle.id());
    }
  }

  private static TaskHooks onSpawn(List<TaskId> ids) {
    return new TaskHooks() {
      @Override
      public void onSpawn(TaskId id) {
        ids.add(id);
      }
    };
  }
}
