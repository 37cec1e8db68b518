package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tasks under keys. */
@Timeout(60)
class JoinMapTest {
  private final Kit.Reports reports = new Kit.Reports();
  private final TaskRuntime runtime = TaskRuntime.builder().failureHook(reports).build();
  private final JoinMap<String, Integer> map = new JoinMap<>();

  @AfterEach
  void noTaskOutlivesItsMap() {
    map.close();
    assertThat(runtime.liveTaskCount()).isZero();
    runtime.close();
  }

  private AbortHandle spawnForever(String key) throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    AbortHandle handle =
        map.spawn(
            key,
            runtime.task(),
            () -> {
              running.countDown();
              return Kit.<Integer>sleepForever();
            });
    Kit.await(running);
    return handle;
  }

  private void awaitFinished() {
    Kit.eventually("all have finished", () -> runtime.liveTaskCount() == 0);
  }

  @Test
  @Contract({128, 138})
  void everyOutcomeComesWithItsKey() throws Exception {
    map.spawn("value", runtime.task(), () -> 1);
    map.spawn(
        "panic",
        runtime.task(),
        () -> {
          throw new IOException("down");
        });
    spawnForever("cancelled").abort();
    assertThat(map.keys()).containsExactly("value", "panic", "cancelled");
    assertThat(map.containsKey("value")).isTrue();
    for (int i = 0; i < 3; i++) {
      FinishedEntry<String, Integer> next = map.next();
      boolean right =
          switch (next.outcome()) {
            case Success<Integer> _ -> next.key().equals("value");
            case Panicked<Integer> _ -> next.key().equals("panic");
            case Cancelled<Integer> _ -> next.key().equals("cancelled");
          };
      assertThat(right).isTrue();
      assertThat(map.containsKey(next.key())).isFalse();
    }
    assertThat(map.next()).isNull();
    assertThat(map.keys()).isEmpty();
  }

  @Test
  @Contract({129, 131, 135})
  @Semantics(9)
  void aTaskUnderATakenKeyReplacesTheOldOneWhichIsNeverTold() throws Exception {
    AbortHandle old = spawnForever("key");
    CountDownLatch gate = new CountDownLatch(1);
    AbortHandle young =
        map.spawn(
            "key",
            runtime.task(),
            () -> {
              gate.await();
              return 2;
            });
    assertThat(map.size()).isEqualTo(1);
    Kit.eventually("the old one has stopped", old::isFinished);
    assertThat(map.tryNext()).isEmpty();
    gate.countDown();
    assertThat(map.next()).isEqualTo(new FinishedEntry<>("key", young.id(), new Success<>(2)));
    assertThat(map.next()).isNull();
  }

  @Test
  @Contract({130, 139})
  void aFinishedTaskIsReplacedToo() throws Exception {
    map.spawn("key", runtime.task(), () -> 1);
    map.spawn("other", runtime.task(), () -> 3);
    awaitFinished();
    map.spawn("key", runtime.task(), () -> 2);
    awaitFinished();
    assertThat(map.size()).isEqualTo(2);
    int sum = map.tryNext().orElseThrow().outcome().orThrow();
    sum += map.tryNext().orElseThrow().outcome().orThrow();
    assertThat(sum).isEqualTo(5);
    assertThat(map.tryNext()).isEmpty();
  }

  @Test
  @Contract(132)
  void aFailureOfAReplacedTaskIsReportedAndAKeyThatThrowsHarmsNothing() throws Exception {
    map.spawn(
        "key",
        runtime.task(),
        () -> {
          throw new IOException("replaced");
        });
    awaitFinished();
    map.spawn("key", runtime.task(), () -> 2);
    assertThat(reports.only().cause()).hasMessage("replaced");
    assertThat(map.next().outcome().orThrow()).isEqualTo(2);
    record Bad() {
      @Override
      public int hashCode() {
        throw new IllegalStateException("hash");
      }
    }
    try (JoinMap<Object, Integer> bad = new JoinMap<>()) {
      assertThatThrownBy(() -> bad.spawn(new Bad(), runtime.task(), () -> 1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("hash");
      assertThat(bad.isEmpty()).isTrue();
    }
    awaitFinished();
  }

  @Test
  @Contract({133, 134})
  @Semantics(4)
  void aReplacedTaskThatNeedsTimeIsWaitedForByClosing() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger ended = new AtomicInteger();
    map.spawnBlocking(
        "key",
        runtime.task(),
        () -> {
          running.countDown();
          Kit.awaitStubbornly(release);
          return ended.incrementAndGet();
        });
    Kit.await(running);
    map.spawn("key", runtime.task(), () -> 2);
    assertThat(map.next().outcome().orThrow()).isEqualTo(2);
    assertThat(map.next()).as("the replaced one does not hold up the end").isNull();
    AtomicReference<Thread> closer = new AtomicReference<>();
    JoinHandle<?> closing =
        Task.spawn(() -> {
          closer.set(Thread.currentThread());
          map.close();
          return ended.get();
        });
    Kit.awaitParked(Kit.thread(closer));
    release.countDown();
    assertThat(closing.join()).isEqualTo(1);
  }

  @Test
  @Contract({136, 137})
  void tasksAreAbortedByKeyAndByPredicate() throws Exception {
    map.spawn("done", runtime.task(), () -> 1);
    awaitFinished();
    spawnForever("a1");
    spawnForever("a2");
    spawnForever("b1");
    assertThat(map.abort("done")).isTrue();
    assertThat(map.abort("a1")).isTrue();
    assertThat(map.abort("nobody")).isFalse();
    map.abortMatching(key -> key.startsWith("a"));
    assertThat(map.size()).isEqualTo(4);
    assertThat(map.next().outcome().orThrow()).as("it keeps its value").isEqualTo(1);
    assertThat(map.next().outcome().isCancelled()).isTrue();
    assertThat(map.next().outcome().isCancelled()).isTrue();
    assertThat(map.keys()).containsExactly("b1");
  }

  @Test
  @Contract(141)
  void closingAndShutdownEndAll() throws Exception {
    spawnForever("one");
    map.shutdown();
    assertThat(map.isEmpty()).isTrue();
    AbortHandle two = spawnForever("two");
    map.close();
    assertThat(two.isFinished()).isTrue();
    assertThatThrownBy(() -> map.spawn("three", () -> 3)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  @Contract(142)
  void detachedTasksRunOnAndHaveNoKeyAnyMore() throws Exception {
    AbortHandle handle = spawnForever("key");
    map.detachAll();
    assertThat(map.isEmpty()).isTrue();
    assertThat(map.abort("key")).isFalse();
    assertThat(handle.isFinished()).isFalse();
    handle.abort();
    Kit.eventually("it has ended", handle::isFinished);
  }

  @Test
  @Contract(143)
  void aTaskOfARuntimeThatIsGoneIsCancelled() throws Exception {
    TaskRuntime gone = TaskRuntime.create();
    gone.close();
    map.spawn("key", gone.task(), () -> 1);
    FinishedEntry<String, Integer> next = map.next();
    assertThat(next.key()).isEqualTo("key");
    assertThat(next.outcome().isCancelled()).isTrue();
  }

  /** A key whose hash and comparison can be made to fail. */
  private static final class Brittle {
    private final AtomicBoolean broken;

    Brittle(AtomicBoolean broken) {
      this.broken = broken;
    }

    @Override
    public int hashCode() {
      check();
      return 7;
    }

    @Override
    public boolean equals(Object other) {
      check();
      return this == other;
    }

    private void check() {
      if (broken.get()) {
        throw new IllegalStateException("broken key");
      }
    }
  }

  /** Keys are foreign code, and an event of the library must not fail with them. */
  @Test
  void keysThatBreakLaterKeepNobodyFromComingOut() throws Exception {
    AtomicBoolean broken = new AtomicBoolean();
    JoinMap<Brittle, Integer> brittle = new JoinMap<>();
    CountDownLatch go = new CountDownLatch(1);
    List<Brittle> keys = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      Brittle key = new Brittle(broken);
      keys.add(key);
      brittle.spawn(
          key,
          runtime.task(),
          () -> {
            go.await();
            return 1;
          });
    }
    AtomicReference<Thread> waiter = new AtomicReference<>();
    JoinHandle<Integer> waiting =
        Task.spawn(() -> {
          waiter.set(Thread.currentThread());
          int sum = 0;
          for (int i = 0; i < 10; i++) {
            sum += ((Success<Integer>) brittle.next(Kit.SOON).outcome()).value();
          }
          return sum;
        });
    Kit.awaitParked(Kit.thread(waiter));
    broken.set(true);
    go.countDown();
    assertThat(waiting.join(Kit.SOON)).isEqualTo(10);
    broken.set(false);
    assertThat(brittle.isEmpty()).isTrue();
    assertThat(keys).noneMatch(brittle::containsKey);
    assertThat(brittle.keys()).isEmpty();
    brittle.spawn(keys.getFirst(), runtime.task(), () -> 2);
    assertThat(brittle.next(Kit.SOON).outcome()).isEqualTo(new Success<>(2));
    brittle.close();
  }

  @Test
  void aKeyThatCannotBeHashedOrComparedIsTheSpawnersProblemAlone() throws Exception {
    AtomicBoolean broken = new AtomicBoolean();
    JoinMap<Brittle, Integer> brittle = new JoinMap<>();
    Brittle first = new Brittle(broken);
    brittle.spawn(first, runtime.task(), () -> 1);
    broken.set(true);
    assertThatThrownBy(() -> brittle.spawn(new Brittle(broken), runtime.task(), () -> 2))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("broken key");
    assertThat(brittle.size()).isEqualTo(1);
    assertThat(brittle.next(Kit.SOON).outcome()).isEqualTo(new Success<>(1));
    brittle.close();
  }
}
