package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A swallowed interrupt does not save a task. */
@Semantics(4)
class RepeatedInterruptTest {
  private static final Duration FIVE = Duration.ofMillis(5);

  @AutoClose private final TaskRuntime runtime = TaskRuntime.create();

  /** Swallows interrupts, noting when they came, until it has seen enough. */
  private static final class Swallower implements VoidBody<InterruptedException> {
    final Queue<Long> times = new ConcurrentLinkedQueue<>();
    final CountDownLatch inside = new CountDownLatch(1);
    final CountDownLatch release = new CountDownLatch(1);
    final int enough;

    Swallower(int enough) {
      this.enough = enough;
    }

    @Override
    public void run() throws InterruptedException {
      inside.countDown();
      for (; ; ) {
        try {
          release.await();
          return;
        } catch (InterruptedException e) {
          times.add(System.nanoTime());
          if (times.size() == enough) {
            throw e;
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Contract({54, 313})
  void aSwallowedInterruptIsRepeatedUntilTheBodyEnds(boolean blocking) throws Exception {
    Swallower body = new Swallower(6);
    TaskBuilder builder = runtime.task().abortPolicy(AbortPolicy.repeating(FIVE, FIVE));
    JoinHandle<Void> handle = blocking ? builder.spawnBlocking(body) : builder.spawn(body);
    Kit.await(body.inside);
    handle.abort();
    assertThat(handle.outcome(Kit.SOON).isCancelled()).isTrue();
    assertThat(body.times).hasSize(6);
  }

  @Test
  void thePausesAreDoubledUpToTheLongest() throws Exception {
    Swallower body = new Swallower(6);
    JoinHandle<Void> handle =
        runtime
            .task()
            .abortPolicy(AbortPolicy.repeating(Duration.ofMillis(10), Duration.ofMillis(30)))
            .spawn(body);
    Kit.await(body.inside);
    long begin = System.nanoTime();
    handle.abort();
    assertThat(handle.outcome(Kit.SOON).isCancelled()).isTrue();
    List<Long> times = new ArrayList<>(body.times);
    long[] earliest = {0, 10, 30, 60, 90, 120}; // pauses of 10, 20, 30, 30, 30
    for (int i = 0; i < earliest.length; i++) {
      assertThat(Duration.ofNanos(times.get(i) - begin))
          .as("interrupt " + i)
          .isGreaterThanOrEqualTo(Duration.ofMillis(earliest[i]));
    }
  }

  @Test
  void byDefaultTheFirstRepeatComesAfterTwoSeconds() throws Exception {
    Swallower body = new Swallower(2);
    JoinHandle<Void> handle = runtime.spawn(body);
    Kit.await(body.inside);
    long begin = System.nanoTime();
    handle.abort();
    assertThat(handle.outcome(Kit.SOON).isCancelled()).isTrue();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofSeconds(2));
    assertThat(AbortPolicy.repeating()).hasToString("AbortPolicy[repeating from PT2S up to PT30S]");
  }

  @Test
  void oncePolicyInterruptsOnce() throws Exception {
    Swallower body = new Swallower(100);
    JoinHandle<Void> handle = runtime.task().abortPolicy(AbortPolicy.once()).spawn(body);
    Kit.await(body.inside);
    handle.abort();
    Kit.eventually("the interrupt came", () -> body.times.size() == 1);
    Thread.sleep(Kit.A_WHILE);
    body.release.countDown();
    assertThat(handle.outcome(Kit.SOON).isSuccess()).isTrue();
    assertThat(body.times).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Contract({66, 313})
  void neverPolicyDoesNotInterruptButMusubisWaitsSeeTheAbort(boolean blocking) throws Exception {
    Swallower quiet = new Swallower(1);
    TaskBuilder builder = runtime.task().abortPolicy(AbortPolicy.never());
    VoidBody<InterruptedException> body =
        () -> {
          quiet.run();
          Task.sleep(Duration.ofHours(1));
        };
    JoinHandle<Void> handle = blocking ? builder.spawnBlocking(body) : builder.spawn(body);
    Kit.await(quiet.inside);
    assertThat(handle.abort()).isTrue();
    Thread.sleep(Kit.A_WHILE);
    assertThat(quiet.times).isEmpty();
    quiet.release.countDown();
    Outcome<Void> outcome = handle.outcome(Kit.SOON);
    assertThat(outcome).isInstanceOf(Cancelled.class);
    assertThat(((Cancelled<Void>) outcome).reason().thrown().orElseThrow())
        .isInstanceOf(TaskAbortedException.class);
  }

  @Test
  void neverPolicyWakesAMusubiWait() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    AtomicInteger flags = new AtomicInteger();
    JoinHandle<Void> handle =
        runtime
            .task()
            .abortPolicy(AbortPolicy.never())
            .spawn(() -> {
              inside.countDown();
              try {
                Task.sleep(Duration.ofHours(1));
              } finally {
                if (Thread.currentThread().isInterrupted()) {
                  flags.incrementAndGet();
                }
              }
            });
    Kit.await(inside);
    handle.abort();
    assertThat(handle.outcome(Kit.SOON).isCancelled()).isTrue();
    assertThat(flags).hasValue(0);
  }

  @Test
  void aTasksPolicyWinsOverItsRuntimes() throws Exception {
    try (TaskRuntime once =
        TaskRuntime.builder()
            .abortPolicy(AbortPolicy.repeating(FIVE, FIVE))
            .blockingAbortPolicy(AbortPolicy.never())
            .build()) {
      Swallower plain = new Swallower(3);
      Swallower blocking = new Swallower(1);
      Swallower own = new Swallower(3);
      JoinHandle<Void> first = once.spawn(plain);
      JoinHandle<Void> second = once.spawnBlocking(blocking);
      JoinHandle<Void> third =
          once.task().abortPolicy(AbortPolicy.repeating(FIVE, FIVE)).spawnBlocking(own);
      for (Swallower each : List.of(plain, blocking, own)) {
        Kit.await(each.inside);
      }
      first.abort();
      second.abort();
      third.abort();
      assertThat(first.outcome(Kit.SOON).isCancelled()).isTrue();
      assertThat(third.outcome(Kit.SOON).isCancelled()).isTrue();
      assertThat(blocking.times).isEmpty();
      assertThat(second.isFinished()).isFalse();
      blocking.release.countDown();
      assertThat(second.outcome(Kit.SOON).isSuccess()).isTrue();
    }
  }

  @Test
  @Contract({55, 68})
  void whoSwallowsTheAbortGetsItAgainAtTheNextWait() throws Exception {
    AtomicInteger thrown = new AtomicInteger();
    JoinHandle<String> handle =
        runtime
            .task()
            .abortPolicy(AbortPolicy.once())
            .spawn(() -> {
              JoinHandle<String> ready = Task.spawn(() -> "ready");
              Kit.eventually("aborted", Task::isAbortRequested);
              for (VoidBody<Exception> wait :
                  List.<VoidBody<Exception>>of(
                      () -> Task.sleep(Duration.ofHours(1)),
                      Task::yieldNow,
                      Task::checkAborted,
                      () -> Task.sleep(Duration.ZERO),
                      ready::join)) {
                try {
                  wait.run();
                } catch (TaskAbortedException e) {
                  thrown.incrementAndGet();
                }
              }
              return "stubborn";
            });
    Kit.eventually("it runs", () -> handle.state() == TaskState.RUNNING);
    handle.abort();
    assertThat(handle.join(Kit.SOON)).isEqualTo("stubborn");
    assertThat(thrown).hasValue(5);
  }

  @Test
  @Semantics({4, 9})
  void theExceptionTellsWhoAndWhy() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    JoinHandle<TaskAbortedException> handle =
        runtime
            .task()
            .name("pump")
            .spawn(() -> {
              inside.countDown();
              try {
                Task.sleep(Duration.ofHours(1));
                throw new AssertionError();
              } catch (TaskAbortedException e) {
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
                return e;
              }
            });
    Kit.await(inside);
    handle.abort("enough");
    TaskAbortedException e = handle.join(Kit.SOON);
    assertThat(e.id()).isEqualTo(handle.id());
    assertThat(e.reason().kind()).isEqualTo(AbortReason.Kind.USER);
    assertThat(e.reason().message()).contains("enough");
    assertThat(e).hasMessageContaining("\"pump\"").hasMessageContaining("enough");
  }

  /** The timer of its repeats would hold the task, and its result, until it is due. */
  @Test
  void anAbortThatRacesWithTheEndHoldsNothing() throws Exception {
    Duration hour = Duration.ofHours(1);
    List<WeakReference<Object>> results = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      results.add(new WeakReference<>(resultOfOneThatIsAbortedAsItEnds(hour)));
    }
    Kit.eventually(
        "all results are let go",
        () -> {
          System.gc();
          return results.stream().allMatch(result -> result.refersTo(null));
        });
  }

  private Object resultOfOneThatIsAbortedAsItEnds(Duration pause) throws InterruptedException {
    AtomicBoolean inside = new AtomicBoolean();
    AtomicBoolean go = new AtomicBoolean();
    JoinHandle<Object> handle =
        runtime
            .task()
            .abortPolicy(AbortPolicy.repeating(pause, pause))
            .spawn(() -> {
              inside.set(true);
              while (!go.get()) {
                Thread.onSpinWait();
              }
              return new Object();
            });
    while (!inside.get()) {
      Thread.onSpinWait();
    }
    go.set(true);
    handle.abort();
    return handle.join();
  }

  @Test
  void aPolicyRejectsNonsense() {
    assertThatThrownBy(() -> AbortPolicy.repeating(Duration.ZERO, FIVE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> AbortPolicy.repeating(Duration.ofMillis(6), FIVE))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
