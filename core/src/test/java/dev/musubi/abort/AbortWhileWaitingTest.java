package dev.musubi.abort;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.AbortPolicy;
import dev.musubi.Cancelled;
import dev.musubi.JoinHandle;
import dev.musubi.QueueFull;
import dev.musubi.Success;
import dev.musubi.Task;
import dev.musubi.TaskAbortedException;
import dev.musubi.TaskInfo;
import dev.musubi.TaskRuntime;
import dev.musubi.contract.Semantics;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Waits of Musubi that are neither a join nor a sleep see an abort, too, whatever the policy. */
class AbortWhileWaitingTest {
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  static Stream<AbortPolicy> policies() {
    return Stream.of(AbortPolicy.once(), AbortPolicy.never());
  }

  /** A runtime whose blocking pool is busy and whose queue is full, until the latch is let go. */
  private static TaskRuntime fullRuntime(AbortPolicy policy, CountDownLatch over)
      throws InterruptedException {
    TaskRuntime runtime =
        TaskRuntime.builder()
            .maxBlockingThreads(1)
            .maxBlockingQueue(1, QueueFull.WAIT)
            .abortPolicy(policy)
            .build();
    var busy = new CountDownLatch(1);
    runtime.spawnBlocking(() -> {
      busy.countDown();
      over.await();
    });
    busy.await();
    runtime.spawnBlocking(() -> {});
    return runtime;
  }

  private static String spawnOneMore() {
    try {
      Task.spawnBlocking(() -> {});
      return "accepted";
    } catch (RejectedExecutionException e) {
      return "rejected, flag " + Thread.currentThread().isInterrupted();
    }
  }

  private static void awaitBlockedIn(String method, TaskRuntime runtime, JoinHandle<?> handle)
      throws InterruptedException {
    Scene.eventually(
        "blocked in " + method,
        () ->
            runtime.liveTasks().stream()
                .filter(task -> task.id().equals(handle.id()))
                .anyMatch(task -> isBlockedIn(method, task)));
  }

  private static boolean isBlockedIn(String method, TaskInfo task) {
    return task.stack().stream().anyMatch(frame -> frame.getMethodName().equals(method))
        && switch (task.thread().orElseThrow().getState()) {
          case WAITING, TIMED_WAITING -> true;
          default -> false;
        };
  }

  @ParameterizedTest
  @MethodSource("policies")
  @Semantics(4)
  void aSpawnThatWaitsForRoomIsRejectedWhenItsTaskIsAborted(AbortPolicy policy) throws Exception {
    var over = new CountDownLatch(1);
    try (TaskRuntime runtime = fullRuntime(policy, over)) {
      try {
        JoinHandle<String> spawner = runtime.spawn(() -> spawnOneMore());
        awaitBlockedIn("waitForRoom", runtime, spawner);
        spawner.abort();
        assertThat(spawner.outcome(DEADLINE)).isEqualTo(new Success<>("rejected, flag true"));
      } finally {
        over.countDown();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("policies")
  @Semantics(4)
  void aSpawnForWhichThereIsNoRoomIsRejectedAtOnceInAnAbortedTask(AbortPolicy policy)
      throws Exception {
    var begun = new CountDownLatch(1);
    var over = new CountDownLatch(1);
    try (TaskRuntime runtime = fullRuntime(policy, over)) {
      try {
        JoinHandle<String> spawner =
            runtime.spawn(() -> {
              begun.countDown();
              while (!Task.isAbortRequested()) {
                Thread.onSpinWait();
              }
              Task.shield(() -> {}); // no interrupt of this abort is on its way any more ...
              Thread.interrupted(); // ... and this one is swallowed
              return spawnOneMore();
            });
        begun.await();
        spawner.abort();
        assertThat(spawner.outcome(DEADLINE)).isEqualTo(new Success<>("rejected, flag true"));
      } finally {
        over.countDown();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("policies")
  @Semantics({4, 15})
  void awaitTerminationOfAViewEndsWhenItsTaskIsAborted(AbortPolicy policy) throws Exception {
    var over = new CountDownLatch(1);
    try (TaskRuntime runtime = TaskRuntime.builder().abortPolicy(policy).build()) {
      try {
        ExecutorService view = runtime.asExecutorService();
        view.execute(() -> awaitUninterrupted(over));
        view.shutdown();
        JoinHandle<Boolean> waiter = runtime.spawn(() -> view.awaitTermination(1, TimeUnit.DAYS));
        awaitBlockedIn("awaitTermination", runtime, waiter);
        waiter.abort();
        assertThat(waiter.outcome(DEADLINE)).isInstanceOf(Cancelled.class);
      } finally {
        over.countDown();
      }
    }
  }

  /** The abort may come between the wait's look at the abort and its look at the interrupt flag. */
  @RepeatedTest(value = 5, failureThreshold = 1)
  @Semantics(4)
  void aWaitNeverShowsAnAbortAsABareInterrupt() throws Exception {
    try (TaskRuntime runtime = TaskRuntime.create()) {
      for (int i = 0; i < 2_000; i++) {
        var begun = new CountDownLatch(1);
        JoinHandle<?> handle =
            runtime.spawn(() -> {
              begun.countDown();
              for (; ; ) {
                Task.yieldNow();
              }
            });
        begun.await();
        handle.abort();
        assertThat(handle.outcome(DEADLINE)).isInstanceOf(Cancelled.class);
        var reason = ((Cancelled<?>) handle.outcome()).reason();
        assertThat(reason.thrown().orElseThrow()).isInstanceOf(TaskAbortedException.class);
      }
    }
  }

  private static void awaitUninterrupted(CountDownLatch over) {
    for (; ; ) {
      try {
        over.await();
        return;
      } catch (InterruptedException e) {
        // waits on
      }
    }
  }
}
