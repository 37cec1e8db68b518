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
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waiting for several tasks. */
@Timeout(60)
class JoinTest {
  private static <T> JoinHandle<T> failing(String message) {
    return Task.spawn(() -> {
      throw new IOException(message);
    });
  }

  private static JoinHandle<String> pending(CountDownLatch running, AtomicBoolean cleaned) {
    return Task.spawn(() -> {
      try {
        running.countDown();
        return Kit.<String>sleepForever();
      } finally {
        cleaned.set(true);
      }
    });
  }

  @Test
  @Contract({215, 224})
  void resultsComeInTheOrderOfTheHandlesWhateverEndsFirst() throws Exception {
    CountDownLatch second = new CountDownLatch(1);
    JoinHandle<String> a =
        Task.spawn(() -> {
          second.await();
          return "a";
        });
    JoinHandle<Integer> b =
        Task.spawn(() -> {
          second.countDown(); // needs the two to run at the same time
          return 2;
        });
    assertThat(Join.<String, Integer, String, RuntimeException>tryJoin(a, b, (x, y) -> x + y))
        .isEqualTo("a2");
    List<JoinHandle<Integer>> many = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      int n = i;
      many.add(Task.spawn(() -> n));
    }
    List<Integer> values = Join.tryJoin(many);
    assertThat(values).hasSize(100).isSorted();
    assertThat(Join.join(many)).allMatch(Outcome::isSuccess).hasSize(100);
  }

  @Test
  @Contract(215)
  void twoToFiveAreTyped() throws Exception {
    JoinHandle<Integer> one = Task.spawn(() -> 1);
    JoinHandle<String> two = Task.spawn(() -> "2");
    JoinHandle<Long> three = Task.spawn(() -> 3L);
    JoinHandle<Character> four = Task.spawn(() -> '4');
    JoinHandle<Boolean> five = Task.spawn(() -> true);
    String result = Join.tryJoin(one, two, three, (a, b, c) -> a + b + c);
    assertThat(result).isEqualTo("123");
    result = Join.tryJoin(one, two, three, four, (a, b, c, d) -> a + b + c + d);
    assertThat(result).isEqualTo("1234");
    result = Join.tryJoin(one, two, three, four, five, (a, b, c, d, e) -> a + b + c + d + e);
    assertThat(result).isEqualTo("1234true");
    int sum = Join.join(one, two, (a, b) -> a.orThrow() + b.orThrow().length());
    assertThat(sum).isEqualTo(2);
    result =
        Join.join(one, two, three, (a, b, c) -> "" + a.isSuccess() + b.isSuccess() + c.orThrow());
    assertThat(result).isEqualTo("truetrue3");
    result = Join.join(one, two, three, four, (a, b, c, d) -> b.orThrow() + d.orThrow());
    assertThat(result).isEqualTo("24");
    result = Join.join(one, two, three, four, five, (a, b, c, d, e) -> b.orThrow() + e.orThrow());
    assertThat(result).isEqualTo("2true");
    IOException own = new IOException("own");
    assertThatThrownBy(() ->
            Join.tryJoin(
                one,
                two,
                (_, _) -> {
                  throw own;
                }))
        .isSameAs(own);
  }

  @Test
  @Contract(216)
  void joinDoesNotLookAtTheResults() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    JoinHandle<String> fails = failing("down");
    JoinHandle<String> slow =
        Task.spawn(() -> {
          release.await();
          return "slow";
        });
    JoinHandle<List<Outcome<String>>> joining = Task.spawn(() -> Join.join(List.of(fails, slow)));
    Kit.eventually("the failure is there", fails::isFinished);
    assertThat(slow.isAbortRequested()).isFalse();
    release.countDown();
    List<Outcome<String>> outcomes = joining.join();
    assertThat(outcomes.get(0).isPanic()).isTrue();
    assertThat(outcomes.get(1).orThrow()).isEqualTo("slow");
  }

  @Test
  @Contract({217, 219})
  @Semantics({8, 9})
  void theFirstFailureAbortsTheRestAndIsThrownWhenTheyHaveEnded() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    AtomicBoolean cleaned = new AtomicBoolean();
    JoinHandle<String> slow = pending(running, cleaned);
    Kit.await(running);
    JoinHandle<String> fails = failing("down");
    assertThatThrownBy(() -> Join.tryJoin(slow, fails, (a, b) -> a + b))
        .isInstanceOf(JoinException.class)
        .hasMessageContaining("down")
        .hasNoSuppressedExceptions();
    assertThat(cleaned).as("the rest has really ended").isTrue();
    assertThat(slow.outcome())
        .isInstanceOfSatisfying(
            Cancelled.class,
            c -> assertThat(c.reason().kind()).isEqualTo(AbortReason.Kind.SIBLING_FAILED));
  }

  @Test
  @Contract(218)
  void whatIsThrownIsTheFailureThatCameFirstInTime() throws Exception {
    for (int i = 0; i < 200; i++) {
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch go = new CountDownLatch(1);
      JoinHandle<String> later =
          Task.spawn(() -> {
            try {
              begun.countDown();
              go.await();
            } catch (InterruptedException e) {
              // it fails in its own way
            }
            throw new IOException("later");
          });
      Kit.await(begun); // or it would be aborted before it can fail
      JoinHandle<String> first = failing("first");
      assertThatThrownBy(() -> Join.tryJoin(List.of(later, first)))
          .isInstanceOf(JoinException.class)
          .hasRootCauseMessage("first")
          .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1))
          .satisfies(e -> assertThat(e.getSuppressed()[0]).hasRootCauseMessage("later"));
    }
  }

  @Test
  @Contract(223)
  void ofNothingThereIsNothingToWaitFor() throws Exception {
    assertThat(Join.join(List.<JoinHandle<String>>of())).isEmpty();
    assertThat(Join.tryJoin(List.<JoinHandle<String>>of())).isEmpty();
    assertThatThrownBy(() -> Join.race(List.<JoinHandle<String>>of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void valuesMayBeNull() throws Exception {
    assertThat(Join.tryJoin(List.of(Task.spawn(() -> {}), Task.spawn(() -> {}))))
        .containsExactly(null, null);
  }

  @Test
  @Semantics({8, 9})
  void aRaceGivesTheFirstValueAndEndsTheRest() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    AtomicBoolean cleaned = new AtomicBoolean();
    JoinHandle<String> slow = pending(running, cleaned);
    Kit.await(running);
    JoinHandle<String> fails = failing("out of the race");
    assertThat(Join.race(List.of(slow, fails, Task.spawn(() -> "first")))).isEqualTo("first");
    assertThat(cleaned).isTrue();
    assertThat(((Cancelled<String>) slow.outcome()).reason().kind())
        .isEqualTo(AbortReason.Kind.LOST);
    assertThat(fails.outcome().isPanic()).isTrue();
  }

  @Test
  @Semantics(8)
  void whenAllFailTheOthersAreSuppressedInTheFirst() {
    List<JoinHandle<String>> all = List.of(failing("one"), failing("two"), failing("three"));
    assertThatThrownBy(() -> Join.race(all))
        .isInstanceOf(JoinException.class)
        .hasRootCauseMessage("one")
        .satisfies(e ->
            assertThat(e.getSuppressed())
                .extracting(s -> s.getCause().getMessage())
                .containsExactly("two", "three"));
  }

  @Test
  @Semantics({4, 8})
  void anAbortedWaitLeavesTheTasksAlone() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    List<JoinHandle<String>> tasks = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      tasks.add(
          Task.spawn(() -> {
            release.await();
            return "value";
          }));
    }
    List<JoinHandle<?>> waits =
        List.of(
            parked(() -> Join.join(tasks)),
            parked(() -> Join.tryJoin(tasks)),
            parked(() -> Join.race(tasks)));
    for (JoinHandle<?> wait : waits) {
      assertThat(wait.abortAndJoin().isCancelled()).isTrue();
    }
    assertThat(tasks).noneMatch(JoinHandle::isAbortRequested);
    release.countDown();
    assertThat(Join.tryJoin(tasks)).containsExactly("value", "value", "value");
  }

  private static <T> JoinHandle<T> parked(java.util.concurrent.Callable<T> body) {
    AtomicReference<Thread> waiter = new AtomicReference<>();
    JoinHandle<T> handle =
        Task.spawn(() -> {
          waiter.set(Thread.currentThread());
          return body.call();
        });
    Kit.awaitParked(Kit.thread(waiter));
    return handle;
  }

  @Test
  void aDetachedHandleOrOneselfIsRefusedBeforeAnything() throws Exception {
    JoinHandle<String> detached = Task.spawn(() -> "detached");
    detached.detach();
    JoinHandle<String> fails = failing("down");
    assertThatThrownBy(() -> Join.tryJoin(List.of(fails, detached)))
        .isInstanceOf(IllegalStateException.class);
    fails.outcome();
    AtomicReference<JoinHandle<?>> own = new AtomicReference<>();
    CountDownLatch known = new CountDownLatch(1);
    JoinHandle<Object> self =
        Task.spawn(() -> {
          known.await();
          return Join.join(own.get(), own.get(), (a, b) -> "?");
        });
    own.set(self);
    known.countDown();
    assertThatThrownBy(self::join).hasRootCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  @Semantics(8)
  void manyFailAtTheSameTimeAndNothingIsLost() throws Exception {
    Kit.Reports reports = new Kit.Reports();
    try (TaskRuntime runtime = TaskRuntime.builder().failureHook(reports).build()) {
      for (int i = 0; i < 300; i++) {
        List<JoinHandle<String>> all = new ArrayList<>();
        for (int k = 0; k < 4; k++) {
          all.add(
              runtime.spawn(() -> {
                throw new IOException("down");
              }));
        }
        assertThatThrownBy(() -> Join.tryJoin(all)).isInstanceOf(JoinException.class);
      }
    }
    assertThat(reports.all).as("all have been thrown or suppressed, or aborted in time").isEmpty();
  }
}
