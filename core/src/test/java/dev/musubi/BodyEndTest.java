package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a body comes to its end: its clean-up, and the order of what is seen from outside. */
class BodyEndTest {
  private enum End {
    VALUE(TaskState.SUCCESS),
    PANIC(TaskState.PANICKED),
    ABORT(TaskState.CANCELLED);

    final TaskState state;

    End(TaskState state) {
      this.state = state;
    }

    /** Runs a body that ends in this way inside a block with clean-up, and waits for its end. */
    JoinHandle<Object> of(TaskRuntime runtime, VoidBody<?> cleanUp) throws Exception {
      CountDownLatch inside = new CountDownLatch(1);
      JoinHandle<Object> handle =
          runtime.spawn(() -> {
            try {
              inside.countDown();
              return switch (this) {
                case VALUE -> "v";
                case PANIC -> throw new IllegalArgumentException("boom");
                case ABORT -> Kit.sleepForever();
              };
            } finally {
              cleanUp.run();
            }
          });
      if (this == ABORT) {
        Kit.await(inside);
        handle.abort();
      }
      handle.outcome(Kit.SOON);
      assertThat(handle.state()).isEqualTo(state);
      return handle;
    }
  }

  private static final TaskLocal<String> USER = TaskLocal.named("user");

  private final Kit.Reports reports = new Kit.Reports();

  @AutoClose private final TaskRuntime runtime = TaskRuntime.builder().failureHook(reports).build();

  @ParameterizedTest
  @EnumSource(End.class)
  @Contract(71)
  void resourcesAreClosedInReverseOrderBeforeTheOutcomeIsSeen(End end) throws Exception {
    List<String> closed = new ArrayList<>();
    CountDownLatch inside = new CountDownLatch(1);
    JoinHandle<Object> handle =
        runtime.spawn(() -> {
          try (AutoCloseable _ = () -> closed.add("first");
              AutoCloseable _ = () -> closed.add("second")) {
            inside.countDown();
            return switch (end) {
              case VALUE -> "v";
              case PANIC -> throw new IllegalArgumentException("boom");
              case ABORT -> Kit.sleepForever();
            };
          }
        });
    Kit.await(inside);
    if (end == End.ABORT) {
      handle.abort();
    }
    handle.outcome(Kit.SOON);
    assertThat(closed).containsExactly("second", "first");
    assertThat(handle.state()).isEqualTo(end.state);
  }

  @ParameterizedTest
  @EnumSource(End.class)
  @Contract(73)
  void cleanUpRunsInTheTasksRuntimeAndMaySpawn(End end) throws Exception {
    AtomicReference<TaskRuntime> current = new AtomicReference<>();
    AtomicReference<JoinHandle<String>> child = new AtomicReference<>();
    end.of(
        runtime,
        () -> {
          current.set(TaskRuntime.current());
          child.set(Task.spawn(() -> "child"));
        });
    assertThat(current.get()).isSameAs(runtime);
    assertThat(child.get().join(Kit.SOON)).isEqualTo("child");
  }

  @ParameterizedTest
  @EnumSource(End.class)
  @Contract(74)
  @Semantics(14)
  void cleanUpSeesTheTasksId(End end) throws Exception {
    AtomicReference<TaskId> seen = new AtomicReference<>();
    JoinHandle<Object> handle = end.of(runtime, () -> seen.set(Task.currentId()));
    assertThat(seen.get()).isEqualTo(handle.id());
  }

  @ParameterizedTest
  @EnumSource(End.class)
  @Contract(75)
  void cleanUpReadsTaskLocals(End end) throws Exception {
    Queue<String> seen = new ConcurrentLinkedQueue<>();
    USER.runWhere(
        "inherited",
        () -> {
          try {
            end.of(runtime, () -> seen.add(USER.get()));
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
    assertThat(seen).containsExactly("inherited");
  }

  @Test
  @Contract({76, 77})
  @Semantics(3)
  void cleanUpThatThrowsInAnAbortIsAPanicAndHarmsNobodyElse() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    JoinHandle<String> bystander = runtime.spawn(() -> Kit.sleepForever());
    IllegalStateException broken = new IllegalStateException("broken clean-up");
    JoinHandle<Object> handle =
        runtime.spawn(() -> {
          try {
            inside.countDown();
            return Kit.sleepForever();
          } finally {
            throwUnchecked(broken);
          }
        });
    Kit.await(inside);
    handle.abort();
    assertThatThrownBy(() -> handle.join(Kit.SOON))
        .isInstanceOf(JoinException.class)
        .hasCause(broken)
        .hasMessageContaining("panicked")
        .hasMessageContaining("abort was requested");
    assertThat(bystander.state()).isEqualTo(TaskState.RUNNING);
    assertThat(runtime.spawn(() -> "alive").join(Kit.SOON)).isEqualTo("alive");
    assertThat(bystander.abortAndJoin().isCancelled()).isTrue();
  }

  @Test
  @Contract(78)
  @Semantics(8)
  void cleanUpThatThrowsInAnAbortIsReportedLikeEveryPanicNobodyLooksAt() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    IllegalStateException broken = new IllegalStateException("broken clean-up");
    JoinHandle<Object> handle =
        runtime.spawn(() -> {
          try {
            inside.countDown();
            return Kit.sleepForever();
          } finally {
            throwUnchecked(broken);
          }
        });
    Kit.await(inside);
    handle.abort();
    handle.detach();
    UnobservedFailure failure = reports.only();
    assertThat(failure.cause()).isSameAs(broken);
    assertThat(failure.abortRequested()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Contract({80, 81, 297})
  void tasksThatEndInAShutdownMayLockAndWakeEachOther(boolean rootPanics) throws Exception {
    int tasks = 50;
    ReentrantLock lock = new ReentrantLock();
    Semaphore turn = new Semaphore(0);
    AtomicInteger cleaned = new AtomicInteger();
    CountDownLatch inside = new CountDownLatch(tasks);
    List<JoinHandle<?>> handles = new ArrayList<>();
    Runnable scene =
        () -> {
          try (TaskRuntime own = TaskRuntime.create()) {
            for (int i = 0; i < tasks; i++) {
              int n = i;
              handles.add(
                  own.spawn(() -> {
                    inside.countDown();
                    try {
                      Kit.sleepForever();
                    } finally {
                      Task.shield(() -> {
                        lock.lock(); // the lock of all
                        try {
                          cleaned.incrementAndGet();
                        } finally {
                          lock.unlock();
                        }
                        turn.release(); // a ring: everyone wakes one and waits for one
                        if (n > 0) {
                          handles.get(n - 1).abort();
                        }
                        turn.acquire();
                      });
                    }
                  }));
            }
            inside.await();
            if (rootPanics) {
              throw new IllegalStateException("root");
            }
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        };
    if (rootPanics) {
      assertThatThrownBy(scene::run).isInstanceOf(IllegalStateException.class).hasMessage("root");
    } else {
      scene.run();
    }
    assertThat(cleaned).hasValue(tasks);
    assertThat(handles)
        .allSatisfy(handle -> assertThat(handle.state()).isEqualTo(TaskState.CANCELLED));
  }

  @ParameterizedTest
  @EnumSource(End.class)
  @Contract({72, 355})
  @Semantics(1)
  void anEndIsSeenInOrder(End end) throws Exception {
    AtomicReference<JoinHandle<Object>> handle = new AtomicReference<>();
    AtomicReference<TaskRuntime> own = new AtomicReference<>();
    Queue<String> seen = new ConcurrentLinkedQueue<>();
    CountDownLatch published = new CountDownLatch(1);
    TaskHooks hooks =
        new TaskHooks() {
          @Override
          public void onEnd(TaskId id, TaskState state) {
            Kit.awaitStubbornly(published);
            seen.add("flag " + Thread.currentThread().isInterrupted());
            seen.add("live " + own.get().liveTaskCount());
            seen.add("finished " + handle.get().isFinished());
            seen.add("state " + state);
          }
        };
    try (TaskRuntime hooked = TaskRuntime.builder().hooks(hooks).build()) {
      own.set(hooked);
      CountDownLatch inside = new CountDownLatch(1);
      handle.set(
          hooked.spawn(() -> {
            try {
              inside.countDown();
              return switch (end) {
                case VALUE -> "v";
                case PANIC -> throw new IllegalArgumentException("boom");
                case ABORT -> Kit.sleepForever();
              };
            } finally {
              Thread.currentThread().interrupt(); // left over by the body
              seen.add("body");
            }
          }));
      Kit.await(inside);
      if (end == End.ABORT) {
        handle.get().abort();
      }
      published.countDown();
      handle.get().outcome(Kit.SOON);
      seen.add("joined");
      assertThat(seen)
          .containsExactly(
              "body", "flag false", "live 0", "finished false", "state " + end.state, "joined");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Contract(72)
  @Semantics(1)
  void aTaskThatWasJoinedIsNotListedAnyMore(boolean blocking) throws Exception {
    for (int i = 0; i < 3_000; i++) {
      VoidBody<RuntimeException> body = () -> {};
      (blocking ? runtime.spawnBlocking(body) : runtime.spawn(body)).join(Kit.SOON);
      assertThat(runtime.liveTaskCount()).isZero();
    }
  }

  @Test
  @Semantics(1)
  void aTaskIsNotFinishedWhileItsCleanUpRuns() throws Exception {
    CountDownLatch cleaning = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    JoinHandle<?> handle =
        runtime.spawn(() -> {
          try {
            Kit.sleepForever();
          } finally {
            cleaning.countDown();
            Kit.awaitStubbornly(release);
          }
        });
    Kit.eventually("it runs", () -> handle.state() == TaskState.RUNNING);
    handle.abort();
    Kit.await(cleaning);
    assertThat(handle.isFinished()).isFalse();
    assertThat(handle.state()).isEqualTo(TaskState.RUNNING);
    assertThat(handle.isAbortRequested()).isTrue();
    assertThat(handle.poll()).isEmpty();
    assertThat(handle.asFuture().isDone()).isFalse();
    release.countDown();
    assertThat(handle.outcome(Kit.SOON).isCancelled()).isTrue();
  }

  private static void throwUnchecked(RuntimeException e) {
    throw e;
  }
}
