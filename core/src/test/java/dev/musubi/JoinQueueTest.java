package dev.musubi;

import static dev.musubi.Select.after;
import static dev.musubi.Select.select;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tasks whose results come out in the order of spawning. */
@Timeout(60)
class JoinQueueTest {
  private final TaskRuntime runtime = TaskRuntime.create();
  private final JoinQueue<Integer> queue = new JoinQueue<>();

  @AfterEach
  void noTaskOutlivesItsQueue() {
    queue.close();
    assertThat(runtime.liveTaskCount()).isZero();
    runtime.close();
  }

  private CountDownLatch spawnGated(int value) {
    CountDownLatch gate = new CountDownLatch(1);
    queue.spawn(
        runtime.task(),
        () -> {
          gate.await();
          return value;
        });
    return gate;
  }

  @Test
  @Contract({144, 145, 146})
  void resultsComeOutInTheOrderOfSpawning() throws Exception {
    CountDownLatch first = spawnGated(0);
    for (int i = 1; i < 50; i++) {
      int n = i;
      queue.spawn(runtime.task(), () -> n);
    }
    Kit.eventually("the others have finished", () -> runtime.liveTaskCount() == 1);
    assertThat(queue.tryNext()).isEmpty();
    assertThat(queue.tryNext()).isEmpty();
    assertThat(queue.size()).isEqualTo(50);
    first.countDown();
    for (int i = 0; i < 50; i++) {
      assertThat(queue.next().outcome().orThrow()).isEqualTo(i);
    }
    assertThat(queue.next()).isNull();
  }

  @Test
  @Contract(148)
  @Semantics(8)
  void aWaitIsServedByTheHeadAloneAndTakesNothingWhenItIsLost() throws Exception {
    CountDownLatch first = spawnGated(1);
    CountDownLatch second = spawnGated(2);
    AtomicReference<Thread> waiter = new AtomicReference<>();
    JoinHandle<Integer> waiting =
        Task.spawn(() -> {
          waiter.set(Thread.currentThread());
          return queue.next().outcome().orThrow();
        });
    Kit.awaitParked(Kit.thread(waiter));
    second.countDown();
    Kit.eventually("the second has finished", () -> runtime.liveTaskCount() == 1);
    assertThat(waiting.isFinished()).isFalse();
    assertThat(select(queue.onNext(_ -> "next"), after(Duration.ZERO, () -> "timer")))
        .isEqualTo("timer");
    first.countDown();
    assertThat(waiting.join()).isEqualTo(1);
    assertThat(queue.next().outcome().orThrow()).isEqualTo(2);
  }

  @Test
  @Contract({149, 150})
  void abortedTasksHoldTheirPlaceAndFinishedOnesKeepTheirValue() throws Exception {
    queue.spawn(runtime.task(), () -> 0);
    Kit.eventually("it has finished", () -> runtime.liveTaskCount() == 0);
    AtomicInteger begun = new AtomicInteger();
    List<AbortHandle> handles = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      handles.add(
          queue.spawn(
              runtime.task(),
              () -> {
                begun.incrementAndGet();
                return Kit.<Integer>sleepForever();
              }));
    }
    Kit.eventually("all run", () -> begun.get() == 3);
    handles.get(1).abort();
    Kit.eventually("the second has ended", () -> handles.get(1).isFinished());
    assertThat(queue.next().outcome().orThrow()).isEqualTo(0);
    assertThat(queue.tryNext()).isEmpty();
    queue.abortAll();
    for (AbortHandle handle : handles) {
      Finished<Integer> next = queue.next();
      assertThat(next.id()).isEqualTo(handle.id());
      assertThat(next.outcome().isCancelled()).isTrue();
    }
  }

  @Test
  @Contract(151)
  void joinAllGivesTheValuesInTheOrderOfSpawning() throws Exception {
    IntStream.range(0, 200).forEach(i -> queue.spawn(runtime.task(), () -> i));
    assertThat(queue.joinAll()).hasSize(200).isSorted();
    queue.spawn(
        runtime.task(),
        () -> {
          throw new IOException("down");
        });
    spawnGated(1);
    assertThatThrownBy(queue::joinAll).hasRootCauseMessage("down");
    assertThat(queue.isEmpty()).isTrue();
  }

  @Test
  @Contract({152, 153})
  @Semantics(4)
  void shutdownAndCloseEndAll() throws Exception {
    spawnGated(1);
    spawnGated(2);
    queue.shutdown();
    assertThat(queue.isEmpty()).isTrue();
    assertThat(runtime.liveTaskCount()).isZero();
    spawnGated(3);
    queue.close();
    assertThat(runtime.liveTaskCount()).isZero();
  }

  @Test
  @Semantics(8)
  void aJoinAllThatIsGivenUpPutsBackWhatItHasTakenInOrder() throws Exception {
    queue.spawn(runtime.task(), () -> 0);
    queue.spawn(runtime.task(), () -> 1);
    CountDownLatch gate = spawnGated(2);
    Kit.eventually("two have finished", () -> runtime.liveTaskCount() == 1);
    AtomicReference<Thread> waiter = new AtomicReference<>();
    JoinHandle<?> aborted =
        Task.spawn(() -> {
          waiter.set(Thread.currentThread());
          return queue.joinAll();
        });
    Kit.awaitParked(Kit.thread(waiter));
    aborted.abortAndJoin();
    gate.countDown();
    assertThat(queue.joinAll()).containsExactly(0, 1, 2);
  }
}
