package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A task that is aborted before it starts never runs, and is finished at once. */
@Semantics(2)
class AbortBeforeStartTest {
  private final TaskRuntime runtime = TaskRuntime.builder().maxBlockingThreads(1).build();
  private final AtomicBoolean release = new AtomicBoolean();
  private final List<Thread> occupied = new ArrayList<>();

  /** Keeps what starts tasks busy: the pool's only thread, or every carrier. */
  private void occupy(boolean blocking) throws Exception {
    if (blocking) {
      JoinHandle<Void> busy = runtime.spawnBlocking(() -> spin(new CountDownLatch(1)));
      Kit.eventually("it runs", () -> busy.state() == TaskState.RUNNING);
      return;
    }
    int carriers = Runtime.getRuntime().availableProcessors();
    CountDownLatch spinning = new CountDownLatch(carriers);
    for (int i = 0; i < carriers; i++) {
      occupied.add(Thread.startVirtualThread(() -> spin(spinning)));
    }
    Kit.await(spinning);
  }

  private void spin(CountDownLatch spinning) {
    spinning.countDown();
    while (!release.get()) {
      Thread.onSpinWait();
    }
  }

  @AfterEach
  void shutDown() throws Exception {
    release.set(true);
    for (Thread each : occupied) {
      each.join();
    }
    runtime.close();
  }

  private <T> JoinHandle<T> spawn(boolean blocking, java.util.concurrent.Callable<T> body) {
    return blocking ? runtime.spawnBlocking(body) : runtime.spawn(body);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Contract({51, 67})
  void theBodyNeverRunsAndTheHandleIsFinishedAtOnce(boolean blocking) throws Exception {
    occupy(blocking);
    AtomicInteger ran = new AtomicInteger();
    List<JoinHandle<Integer>> handles = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      handles.add(spawn(blocking, ran::incrementAndGet));
    }
    assertThat(runtime.liveTaskCount()).isEqualTo(100 + (blocking ? 1 : 0));
    for (JoinHandle<Integer> handle : handles) {
      assertThat(handle.state()).isEqualTo(TaskState.SCHEDULED);
      assertThat(handle.abort("not needed")).isTrue();
      assertThat(handle.isFinished()).isTrue();
      assertThat(handle.state()).isEqualTo(TaskState.CANCELLED);
      Cancelled<Integer> outcome = (Cancelled<Integer>) handle.poll().orElseThrow();
      assertThat(outcome.reason().message()).contains("not needed");
      assertThat(outcome.reason().thrown()).isEmpty();
      assertThat(handle.abort()).isFalse();
    }
    assertThat(runtime.liveTaskCount()).isEqualTo(blocking ? 1 : 0);
    release.set(true);
    assertThat(spawn(blocking, () -> "next").join(Kit.SOON)).isEqualTo("next");
    runtime.close();
    assertThat(ran).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Contract({51, 46})
  void whatTheBodyCapturedIsLetGoAtOnce(boolean blocking) throws Exception {
    occupy(blocking);
    byte[] captured = new byte[1_000];
    WeakReference<byte[]> reference = new WeakReference<>(captured);
    JoinHandle<Integer> handle = spawn(blocking, lengthOf(captured));
    captured = null;
    System.gc();
    assertThat(reference.get()).as("the scheduled task holds it").isNotNull();
    handle.abort();
    Kit.eventually(
        "collected",
        () -> {
          System.gc();
          return reference.refersTo(null);
        });
    assertThat(handle.isFinished()).isTrue();
  }

  private static java.util.concurrent.Callable<Integer> lengthOf(byte[] captured) {
    return () -> captured.length;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Contract(50)
  void nothingOfTheUsersRunsOnTheAbortingThread(boolean blocking) throws Exception {
    occupy(blocking);
    JoinHandle<String> handle = spawn(blocking, () -> "never");
    CompletableFuture<Thread> dependent =
        handle.toCompletableFuture().handle((_, _) -> Thread.currentThread());
    handle.abort();
    release.set(true);
    Thread on = dependent.get(20, TimeUnit.SECONDS);
    assertThat(on).isNotSameAs(Thread.currentThread());
    assertThat(on.isVirtual()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Contract({51, 59, 69})
  void anAbortThatRacesWithTheStartHasOneWinner(boolean blocking) throws Exception {
    AtomicInteger never = new AtomicInteger();
    AtomicInteger begun = new AtomicInteger();
    for (int i = 0; i < 3_000; i++) {
      AtomicBoolean ran = new AtomicBoolean();
      JoinHandle<Boolean> handle =
          spawn(
              blocking,
              () -> {
                ran.set(true);
                return true;
              });
      if (i % 10 == 0) { // most rounds may be won by the abort on a busy machine
        Kit.eventually("it has begun", ran::get);
      }
      for (int n = 0; n < i % 100 * 10; n++) {
        Thread.onSpinWait();
      }
      boolean accepted = handle.abort();
      Outcome<Boolean> outcome = handle.outcome(Kit.SOON);
      if (outcome.isCancelled()) {
        assertThat(accepted).isTrue();
        assertThat(ran).isFalse();
        never.incrementAndGet();
      } else {
        assertThat(outcome).isEqualTo(new Success<>(true));
        begun.incrementAndGet();
      }
    }
    assertThat(never.get() + begun.get()).isEqualTo(3_000);
    assertThat(begun.get()).as("the race took place").isPositive();
  }
}
