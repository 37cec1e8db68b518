package dev.musubi;

import static dev.musubi.Select.after;
import static dev.musubi.Select.otherwise;
import static dev.musubi.Select.select;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sets that own their tasks. */
@Timeout(60)
class JoinSetTest {
  private final Kit.Reports reports = new Kit.Reports();
  private final TaskRuntime runtime = TaskRuntime.builder().failureHook(reports).build();
  private final JoinSet<Integer> set = new JoinSet<>();

  @AfterEach
  void noTaskOutlivesItsSet() {
    set.close();
    assertThat(runtime.liveTaskCount()).isZero();
    runtime.close();
  }

  private TaskBuilder task() {
    return runtime.task();
  }

  private AbortHandle spawnForever(CountDownLatch running, AtomicInteger cleaned) {
    return set.spawn(
        task(),
        () -> {
          try {
            running.countDown();
            return Kit.<Integer>sleepForever();
          } finally {
            cleaned.incrementAndGet();
          }
        });
  }

  private static Integer fail(String message) throws IOException {
    throw new IOException(message);
  }

  @Test
  @Contract({101, 102, 103, 104, 106, 109})
  void resultsComeOutInTheOrderInWhichTheTasksFinish() throws Exception {
    List<CountDownLatch> gates = new ArrayList<>();
    List<TaskId> ids = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      CountDownLatch gate = new CountDownLatch(1);
      int n = i;
      gates.add(gate);
      AbortHandle handle =
          set.spawn(
              task(),
              () -> {
                gate.await();
                return n;
              });
      ids.add(handle.id());
    }
    assertThat(set.size()).isEqualTo(5);
    assertThat(set.tryNext()).isEmpty();
    for (int n : new int[] {3, 0, 4, 1, 2}) {
      gates.get(n).countDown();
      Kit.eventually("it has finished", () -> runtime.liveTaskCount() < set.size());
      assertThat(set.next()).isEqualTo(new Finished<>(ids.get(n), new Success<>(n)));
    }
    assertThat(set.next()).isNull();
    assertThat(set.isEmpty()).isTrue();
    assertThat(set.tryNext()).isEmpty();
  }

  @Test
  @Contract({105, 108})
  @Semantics(8)
  void waitsThatEndEarlyTakeNothing() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    set.spawn(
        task(),
        () -> {
          gate.await();
          return 1;
        });
    assertThatThrownBy(() -> set.next(Duration.ZERO)).isInstanceOf(TimeoutException.class);
    assertThat(select(set.onNext(_ -> "next"), after(Duration.ZERO, () -> "timer")))
        .isEqualTo("timer");
    AtomicReference<Thread> waiter = new AtomicReference<>();
    JoinHandle<?> aborted =
        Task.spawn(() -> {
          waiter.set(Thread.currentThread());
          return set.next();
        });
    Kit.awaitParked(Kit.thread(waiter));
    assertThat(aborted.abortAndJoin().isCancelled()).isTrue();
    Thread.currentThread().interrupt();
    assertThatThrownBy(set::next).isInstanceOf(InterruptedException.class);
    assertThat(set.size()).isEqualTo(1);
    gate.countDown();
    assertThat(set.next(Kit.SOON).outcome().orThrow()).isEqualTo(1);
    assertThat(set.next(Duration.ZERO)).isNull();
  }

  @Test
  @Contract(202)
  void aBranchOverAnEmptySetIsDisabled() throws Exception {
    assertThat(select(set.onNext(_ -> "next"), otherwise(() -> "empty"))).isEqualTo("empty");
    set.spawn(task(), () -> 1);
    assertThat(select(set.onNext(f -> "next " + f.outcome().orThrow()), otherwise(() -> "empty")))
        .isEqualTo("next 1");
    CountDownLatch running = new CountDownLatch(1);
    spawnForever(running, new AtomicInteger());
    AtomicReference<Thread> waiter = new AtomicReference<>();
    JoinHandle<String> waiting =
        Task.spawn(() -> {
          waiter.set(Thread.currentThread());
          return select(set.onNext(_ -> "next"), otherwise(() -> "emptied"));
        });
    Kit.awaitParked(Kit.thread(waiter));
    set.close();
    assertThat(waiting.join()).isIn("emptied", "next");
  }

  @Test
  @Contract({110, 111, 112})
  void abortedTasksStayAndComeOutAsCancelledAndFinishedOnesKeepTheirValue() throws Exception {
    set.spawn(task(), () -> 1);
    Kit.eventually("the first has finished", () -> runtime.liveTaskCount() == 0);
    CountDownLatch running = new CountDownLatch(2);
    AbortHandle one = spawnForever(running, new AtomicInteger());
    spawnForever(running, new AtomicInteger());
    Kit.await(running);
    one.abort();
    set.abortAll();
    assertThat(set.size()).isEqualTo(3);
    Set<String> ends = new HashSet<>();
    for (int i = 0; i < 3; i++) {
      ends.add(set.next().outcome().isSuccess() ? "value" : "cancelled " + i);
    }
    assertThat(ends).hasSize(3).contains("value");
    assertThat(set.next()).isNull();
  }

  @Test
  @Contract(113)
  void shutdownEmptiesTheSetWhichCanBeUsedAgain() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    AtomicInteger cleaned = new AtomicInteger();
    spawnForever(running, cleaned);
    set.spawn(task(), () -> fail("ignored"));
    Kit.await(running);
    set.shutdown();
    assertThat(cleaned).hasValue(1);
    assertThat(set.isEmpty()).isTrue();
    set.spawn(task(), () -> 2);
    assertThat(set.next().outcome().orThrow()).isEqualTo(2);
    assertThat(reports.all).isEmpty();
  }

  @Test
  @Contract({114, 115})
  @Semantics({4, 8, 9})
  void closingAbortsAllAndWaitsForTheirRealEnd() throws Exception {
    CountDownLatch running = new CountDownLatch(3);
    AtomicInteger cleaned = new AtomicInteger();
    spawnForever(running, cleaned);
    spawnForever(running, cleaned);
    set.spawnBlocking(
        task(),
        () -> {
          running.countDown();
          try {
            return Kit.<Integer>sleepForever();
          } finally {
            cleaned.incrementAndGet();
          }
        });
    Kit.await(running);
    set.spawn(task().name("broken"), () -> fail("nobody looks"));
    Kit.eventually("it has failed", () -> runtime.liveTaskCount() == 3);
    set.close();
    assertThat(cleaned).hasValue(3);
    assertThat(runtime.liveTaskCount()).isZero();
    assertThat(reports.only().kind()).isEqualTo(UnobservedFailure.Kind.CLOSED);
    assertThatThrownBy(() -> set.spawn(task(), () -> 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the set is closed");
    assertThat(set.next()).isNull();
  }

  @Test
  @Semantics(11)
  void aMemberCannotJoinItsSet() throws Exception {
    assertRefusedToAMember(() -> set.joinAll());
  }

  private void assertRefusedToAMember(VoidBody<Exception> wait) throws Exception {
    set.spawn(
        task(),
        () -> {
          wait.run();
          return 1;
        });
    assertThat(set.next().outcome())
        .isInstanceOfSatisfying(
            Panicked.class, p -> assertThat(p.cause()).isInstanceOf(IllegalStateException.class));
  }

  @Test
  @Semantics(11)
  void aMemberCannotCloseItsSet() throws Exception {
    assertRefusedToAMember(set::close);
    set.spawn(task(), () -> 2); // nothing has happened
  }

  @Test
  @Contract(116)
  void detachedTasksRunOn() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    AtomicBoolean ended = new AtomicBoolean();
    set.spawn(
        task(),
        () -> {
          gate.await();
          ended.set(true);
          return 1;
        });
    set.detachAll();
    assertThat(set.next()).isNull();
    set.close();
    assertThat(ended).isFalse();
    gate.countDown();
    Kit.eventually("it has run on", ended::get);
    Kit.eventually("it has ended", () -> runtime.liveTaskCount() == 0);
  }

  @Test
  @Contract({117, 118, 119, 121})
  @Semantics({8, 9})
  void joinAllGivesAllValuesOrTheFirstFailureAfterTheRestHasEnded() throws Exception {
    for (int i = 0; i < 10; i++) {
      int n = i;
      set.spawn(task(), () -> n);
    }
    assertThat(set.joinAll()).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    CountDownLatch running = new CountDownLatch(1);
    AtomicInteger cleaned = new AtomicInteger();
    spawnForever(running, cleaned);
    Kit.await(running);
    set.spawn(task(), () -> fail("down"));
    assertThatThrownBy(set::joinAll)
        .isInstanceOf(JoinException.class)
        .hasRootCauseMessage("down")
        .hasNoSuppressedExceptions();
    assertThat(cleaned).hasValue(1);
    assertThat(set.isEmpty()).isTrue();
    spawnForever(new CountDownLatch(1), cleaned).abort();
    assertThatThrownBy(set::joinAll).isInstanceOf(JoinException.class);
  }

  @Test
  @Contract(120)
  @Semantics(8)
  void aJoinAllThatIsGivenUpPutsBackWhatItHasTaken() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    for (int i = 0; i < 5; i++) {
      int n = i;
      set.spawn(task(), () -> n);
    }
    set.spawn(
        task(),
        () -> {
          gate.await();
          return 5;
        });
    Kit.eventually("five have finished", () -> runtime.liveTaskCount() == 1);
    AtomicReference<Thread> waiter = new AtomicReference<>();
    JoinHandle<?> aborted =
        Task.spawn(() -> {
          waiter.set(Thread.currentThread());
          return set.joinAll();
        });
    Kit.awaitParked(Kit.thread(waiter));
    aborted.abortAndJoin();
    assertThat(set.size()).isEqualTo(6);
    gate.countDown();
    assertThat(set.joinAll()).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5);
  }

  @Test
  @Contract(121)
  void policiesArePlainObjects() throws Exception {
    set.spawn(task(), () -> fail("one"));
    set.spawn(task(), () -> fail("two"));
    assertThatThrownBy(() -> set.join(JoinPolicy.firstSuccess()))
        .isInstanceOf(JoinException.class)
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    CountDownLatch running = new CountDownLatch(1);
    AtomicInteger cleaned = new AtomicInteger();
    spawnForever(running, cleaned);
    Kit.await(running);
    set.spawn(task(), () -> fail("out"));
    Kit.eventually("it has failed", () -> runtime.liveTaskCount() == 1);
    set.spawn(task(), () -> 7);
    assertThat(set.join(JoinPolicy.firstSuccess())).isEqualTo(7);
    assertThat(cleaned).hasValue(1);
    set.spawn(task(), () -> 1);
    set.spawn(task(), () -> fail("kept"));
    assertThat(set.join(JoinPolicy.collect()))
        .extracting(f -> f.outcome().isSuccess())
        .containsExactlyInAnyOrder(true, false);
    assertThatThrownBy(() -> set.join(JoinPolicy.firstSuccess()))
        .isInstanceOf(IllegalStateException.class);
    AtomicInteger sum = new AtomicInteger();
    JoinPolicy<Integer, Integer> enough =
        new JoinPolicy<>() {
          @Override
          public boolean isEnough(Finished<Integer> task) {
            return task.outcome() instanceof Success<Integer>(Integer v) && sum.addAndGet(v) >= 3;
          }

          @Override
          public Integer result() {
            return sum.get();
          }
        };
    for (int i = 0; i < 20; i++) {
      set.spawn(task(), () -> 1);
    }
    assertThat(set.join(enough)).isBetween(3, 20);
    assertThat(set.isEmpty()).isTrue();
    assertThat(reports.all).isEmpty();
  }

  @Test
  void aBoundedSetMakesTheSpawnerWaitOrRejects() throws Exception {
    try (JoinSet<Integer> rejecting = JoinSet.bounded(2, QueueFull.REJECT);
        JoinSet<Integer> waiting = JoinSet.bounded(3, QueueFull.WAIT)) {
      CountDownLatch gate = new CountDownLatch(1);
      for (int i = 0; i < 2; i++) {
        rejecting.spawn(
            task(),
            () -> {
              gate.await();
              return 1;
            });
      }
      assertThatThrownBy(() -> rejecting.spawn(task(), () -> 1))
          .isInstanceOf(RejectedExecutionException.class)
          .hasMessageContaining("2 tasks are running");
      gate.countDown();
      rejecting.next();
      rejecting.next();
      rejecting.spawn(task(), () -> 1);
      AtomicInteger running = new AtomicInteger();
      AtomicInteger most = new AtomicInteger();
      for (int i = 0; i < 200; i++) {
        waiting.spawn(
            task(),
            () -> {
              most.accumulateAndGet(running.incrementAndGet(), Math::max);
              Task.yieldNow();
              return running.decrementAndGet();
            });
      }
      assertThat(waiting.joinAll()).hasSize(200);
      assertThat(most.get()).isLessThanOrEqualTo(3);
      assertThatThrownBy(() -> JoinSet.bounded(0, QueueFull.WAIT))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  @Semantics({4, 11})
  void whoWaitsForRoomIsTurnedAwayByAnAbortAndByClosing() throws Exception {
    JoinSet<Integer> full = JoinSet.bounded(1, QueueFull.WAIT);
    CountDownLatch running = new CountDownLatch(1);
    full.spawn(
        task(),
        () -> {
          running.countDown();
          return Kit.<Integer>sleepForever();
        });
    Kit.await(running);
    JoinHandle<?> aborted = parkedSpawn(full);
    assertThat(aborted.abortAndJoin().isCancelled()).isTrue();
    JoinHandle<?> refused = parkedSpawn(full);
    full.close();
    assertThatThrownBy(refused::join).hasRootCauseInstanceOf(IllegalStateException.class);
  }

  private JoinHandle<?> parkedSpawn(JoinSet<Integer> full) {
    AtomicReference<Thread> waiter = new AtomicReference<>();
    JoinHandle<?> spawning =
        Task.spawn(() -> {
          waiter.set(Thread.currentThread());
          return full.spawn(task(), () -> 2);
        });
    Kit.awaitParked(Kit.thread(waiter));
    return spawning;
  }

  @Test
  @Contract({122, 123})
  void tasksOfAnotherRuntimeAndOfOneThatIsGoneAreToldLikeOthers() throws Exception {
    TaskRuntime other = TaskRuntime.create();
    set.spawn(other.task(), () -> Kit.<Integer>sleepForever());
    set.spawnBlocking(other.task(), () -> 1);
    Kit.eventually("the second has finished", () -> other.liveTaskCount() == 1);
    other.close();
    set.spawn(other.task(), () -> 3);
    assertThat(set.join(JoinPolicy.collect()))
        .extracting(f -> f.outcome().isCancelled())
        .containsExactlyInAnyOrder(true, false, true);
  }

  @Test
  @Contract(124)
  void manyAreSpawnedByALoop() throws Exception {
    IntStream.range(0, 100).forEach(i -> set.spawn(task(), () -> i));
    assertThat(set.joinAll()).hasSize(100);
  }

  @Test
  @Contract(125)
  void whatNobodyTakesStays() {
    IntStream.range(0, 100).forEach(i -> set.spawn(task(), () -> i));
    Kit.eventually("all have finished", () -> runtime.liveTaskCount() == 0);
    assertThat(set.size()).isEqualTo(100);
  }

  @Test
  @Contract(126)
  @Semantics(8)
  void someThreadsFillItWhileOthersDrainIt() throws Exception {
    int fillers = 3;
    int each = 2_000;
    AtomicInteger spawned = new AtomicInteger();
    Set<Integer> seen = java.util.concurrent.ConcurrentHashMap.newKeySet();
    List<JoinHandle<?>> threads = new ArrayList<>();
    CountDownLatch filled = new CountDownLatch(fillers);
    for (int f = 0; f < fillers; f++) {
      threads.add(
          Task.spawn(() -> {
            for (int i = 0; i < each; i++) {
              int n = spawned.getAndIncrement();
              AbortHandle handle = set.spawn(task(), () -> n);
              if (n % 7 == 0) {
                handle.abort();
              }
            }
            filled.countDown();
          }));
    }
    AtomicInteger cancelled = new AtomicInteger();
    for (int d = 0; d < 3; d++) {
      threads.add(
          Task.spawn(() -> {
            while (filled.getCount() > 0 || !set.isEmpty()) {
              Finished<Integer> next = set.next();
              if (next == null) {
                Task.yieldNow();
              } else if (next.outcome() instanceof Success<Integer>(Integer n)) {
                assertThat(seen.add(n)).isTrue();
              } else {
                cancelled.incrementAndGet();
              }
            }
          }));
    }
    for (JoinHandle<?> thread : threads) {
      thread.join();
    }
    assertThat(seen.size() + cancelled.get()).isEqualTo(fillers * each);
  }

  @Test
  void aSpawnThatIsRejectedLeavesNoMember() throws Exception {
    try (TaskRuntime narrow =
        TaskRuntime.builder().maxBlockingThreads(1).maxBlockingQueue(1, QueueFull.REJECT).build()) {
      CountDownLatch gate = new CountDownLatch(1);
      CountDownLatch running = new CountDownLatch(1);
      set.spawnBlocking(
          narrow.task(),
          () -> {
            running.countDown();
            gate.await();
            return 1;
          });
      Kit.await(running);
      set.spawnBlocking(narrow.task(), () -> 2);
      assertThatThrownBy(() -> set.spawnBlocking(narrow.task(), () -> 3))
          .isInstanceOf(RejectedExecutionException.class);
      gate.countDown();
      assertThat(set.joinAll()).containsExactlyInAnyOrder(1, 2);
    }
    assertThatThrownBy(() -> set.spawn(task(), null)).isInstanceOf(NullPointerException.class);
    assertThat(set.isEmpty()).isTrue();
  }

  /** The policy has looked at the failure, but nobody got to hear of it. */
  @Test
  @Semantics(8)
  void aFailureThatOnlyAnInterruptedJoinHasSeenIsReported() throws Exception {
    set.spawn(task(), () -> fail("unheard"));
    CountDownLatch running = new CountDownLatch(1);
    spawnForever(running, new AtomicInteger());
    Kit.await(running);
    JoinHandle<?> joining = parked(() -> set.join(JoinPolicy.firstSuccess()));
    Kit.eventually("the failure was taken out", () -> set.size() == 1);
    joining.abortAndJoin();
    assertThat(set.size()).as("put back").isEqualTo(2);
    set.close();
    assertThat(reports.only().cause()).hasMessage("unheard");
    assertThat(reports.only().kind()).isEqualTo(UnobservedFailure.Kind.CLOSED);
  }

  private static JoinHandle<?> parked(Callable<?> body) {
    AtomicReference<Thread> waiter = new AtomicReference<>();
    JoinHandle<?> handle =
        Task.spawn(() -> {
          waiter.set(Thread.currentThread());
          return body.call();
        });
    Kit.awaitParked(Kit.thread(waiter));
    return handle;
  }

  /** Also if nobody touches the set again. */
  @Test
  void aSetHoldsNothingOfATaskThatItHasDetached() throws Exception {
    JoinSet<Object> results = new JoinSet<>();
    CountDownLatch go = new CountDownLatch(1);
    AtomicReference<WeakReference<Object>> result = new AtomicReference<>();
    results.spawn(
        task(),
        () -> {
          go.await();
          Object value = new Object();
          result.set(new WeakReference<>(value));
          return value;
        });
    results.detachAll();
    go.countDown();
    Kit.eventually(
        "its result is collected",
        () -> {
          System.gc();
          return result.get() != null && result.get().get() == null;
        });
    assertThat(results.isEmpty()).isTrue();
  }
}
