package dev.musubi;

import static dev.musubi.Select.after;
import static dev.musubi.Select.select;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Counting tasks, and waiting until there are none. */
@Timeout(60)
class TaskTrackerTest {
  private final TaskTracker tracker = new TaskTracker();

  private JoinHandle<String> parkedWait() {
    AtomicReference<Thread> waiter = new AtomicReference<>();
    JoinHandle<String> waiting =
        Task.spawn(() -> {
          waiter.set(Thread.currentThread());
          tracker.await();
          return "done";
        });
    Kit.awaitParked(Kit.thread(waiter));
    return waiting;
  }

  @Test
  @Contract({160, 166})
  void theWaitEndsWhenTheTrackerIsClosedAndEmpty() throws Exception {
    JoinHandle<String> waiting = parkedWait();
    TaskTracker.Token token = tracker.token();
    token.close(); // empty, and open
    assertThat(tracker.isEmpty()).isTrue();
    TaskTracker.Token again = tracker.token();
    tracker.close(); // closed, and not empty
    assertThat(tracker.await(Duration.ZERO)).isFalse();
    assertThat(waiting.isFinished()).isFalse();
    again.close();
    assertThat(waiting.join()).isEqualTo("done");
  }

  @Test
  @Contract(161)
  void onOneThatIsClosedAndEmptyTheWaitReturnsAtOnce() throws Exception {
    tracker.close();
    tracker.await();
    assertThat(tracker.await(Duration.ZERO)).isTrue();
    assertThat(select(tracker.onDone(() -> "done"))).isEqualTo("done");
  }

  @Test
  @Contract(162)
  void closingAndReopeningTellWhetherTheyChangedAnything() {
    assertThat(tracker.reopen()).isFalse();
    assertThat(tracker.close()).isTrue();
    assertThat(tracker.close()).isFalse();
    assertThat(tracker.isClosed()).isTrue();
    assertThat(tracker.reopen()).isTrue();
    assertThat(tracker.isClosed()).isFalse();
  }

  @Test
  @Contract(163)
  void closingDoesNotForbidSpawning() throws Exception {
    TaskTracker.Token token = tracker.token();
    tracker.close();
    CountDownLatch release = new CountDownLatch(1);
    tracker.spawn(() -> release.await());
    token.close();
    assertThat(tracker.await(Duration.ZERO)).isFalse();
    release.countDown();
    tracker.await();
  }

  @Test
  @Contract({164, 165})
  void aMomentIsEnoughAlsoWhenItIsOverBeforeTheWaiterRuns() throws Exception {
    for (int i = 0; i < 500; i++) {
      TaskTracker momentary = new TaskTracker();
      TaskTracker.Token token = momentary.token();
      AtomicReference<Thread> waiter = new AtomicReference<>();
      JoinHandle<String> waiting =
          Task.spawn(() -> {
            waiter.set(Thread.currentThread());
            momentary.await();
            return "seen";
          });
      if (i % 2 == 0) {
        Kit.awaitParked(Kit.thread(waiter));
        momentary.close();
        token.close(); // done for a moment
        momentary.reopen();
        momentary.token();
      } else {
        Kit.awaitParked(Kit.thread(waiter));
        token.close();
        momentary.close();
        momentary.token(); // filled again
      }
      assertThat(waiting.join()).isEqualTo("seen");
      assertThat(momentary.await(Duration.ZERO)).isFalse();
    }
  }

  @Test
  @Contract(167)
  void allWaitersAreReleasedTogether() throws Exception {
    TaskTracker.Token token = tracker.token();
    List<JoinHandle<String>> waits = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      waits.add(parkedWait());
    }
    tracker.close();
    token.close();
    tracker.token();
    assertThat(Join.tryJoin(waits)).hasSize(10);
  }

  @Test
  @Contract(168)
  void tokensCountUntilTheyAreClosed() {
    TaskTracker.Token one = tracker.token();
    TaskTracker.Token two = tracker.token();
    assertThat(tracker.size()).isEqualTo(2);
    one.close();
    one.close();
    assertThat(tracker.size()).isEqualTo(1);
    two.close();
    assertThat(tracker.isEmpty()).isTrue();
  }

  @Test
  @Contract({169, 170, 174})
  @Semantics(1)
  void aTaskCountsUntilItHasReallyEnded() throws Exception {
    for (boolean blocking : new boolean[] {false, true}) {
      AtomicBoolean cleaned = new AtomicBoolean();
      CountDownLatch running = new CountDownLatch(1);
      VoidBody<InterruptedException> body =
          () -> {
            try {
              running.countDown();
              Kit.sleepForever();
            } finally {
              cleaned.set(true);
            }
          };
      JoinHandle<?> task =
          blocking
              ? tracker.spawnBlocking(Task.builder(), body)
              : tracker.spawn(Task.builder(), body);
      Kit.await(running);
      assertThat(tracker.size()).isEqualTo(1);
      task.abort();
      tracker.close();
      tracker.await();
      assertThat(cleaned).isTrue();
      assertThat(task.isFinished()).isTrue();
    }
  }

  @Test
  @Contract(174)
  void aTaskThatIsDiscardedUnrunCountsNoMore() throws Exception {
    try (TaskRuntime narrow =
        TaskRuntime.builder().maxBlockingThreads(1).maxBlockingQueue(1, QueueFull.REJECT).build()) {
      CountDownLatch release = new CountDownLatch(1);
      CountDownLatch running = new CountDownLatch(1);
      tracker.spawnBlocking(
          narrow.task(),
          () -> {
            running.countDown();
            release.await();
          });
      Kit.await(running);
      JoinHandle<?> queued = tracker.spawnBlocking(narrow.task(), () -> "never");
      assertThatThrownBy(() -> tracker.spawnBlocking(narrow.task(), () -> "rejected"))
          .isInstanceOf(RejectedExecutionException.class);
      queued.abort();
      assertThat(tracker.size()).isEqualTo(1);
      release.countDown();
      tracker.close();
      tracker.await();
    }
  }

  @Test
  @Contract({171, 173})
  void aTrackerOwnsNothing() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    JoinHandle<String> task =
        new TaskTracker()
            .spawn(() -> {
              release.await();
              return "value";
            });
    System.gc();
    assertThat(task.isAbortRequested()).isFalse();
    release.countDown();
    assertThat(task.join()).isEqualTo("value");
    for (int i = 0; i < 10_000; i++) {
      tracker.spawn(() -> {}).join();
    }
    Kit.eventually("nothing is left", tracker::isEmpty);
  }

  @Test
  @Contract(172)
  void trackersAreEqualByIdentity() {
    assertThat(tracker).isEqualTo(tracker).isNotEqualTo(new TaskTracker());
    tracker.close();
    assertThat(tracker).hasToString("TaskTracker[closed, 0 left]");
  }

  @Test
  @Semantics(8)
  void aLostWaitLeavesNothing() throws Exception {
    for (int i = 0; i < 1000; i++) {
      assertThat(select(tracker.onDone(() -> "done"), after(Duration.ZERO, () -> "timer")))
          .isEqualTo("timer");
    }
    JoinHandle<String> waiting = parkedWait();
    assertThat(waiting.abortAndJoin().isCancelled()).isTrue();
    tracker.close();
    tracker.await();
  }
}
