package dev.musubi.views;

import static java.util.concurrent.TimeUnit.DAYS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.musubi.AbortPolicy;
import dev.musubi.AbortReason;
import dev.musubi.JoinException;
import dev.musubi.JoinHandle;
import dev.musubi.JoinTimeoutException;
import dev.musubi.TaskAbortedException;
import dev.musubi.contract.Semantics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A task seen as a {@link Future}, which follows the real end. */
@Semantics({15})
class FutureViewTest {
  @AutoClose private final Bench bench = new Bench();
  private final Bench.Stubborn stubborn = bench.new Stubborn();

  private <T> Future<T> future(Callable<T> body) {
    return bench.runtime.spawn(body).asFuture();
  }

  private Future<String> running(Callable<String> body) throws InterruptedException {
    Future<String> future = future(body);
    Bench.await(stubborn.running);
    return future;
  }

  private static <T> Future<T> ended(Future<T> future) {
    Bench.eventually("it ended", future::isDone);
    return future;
  }

  // ---------------------------------------------------------------- get

  @Test
  void getWaitsForTheValue() throws Exception {
    Future<String> future = running(() -> stubborn.run("value"));
    AtomicReference<String> got = new AtomicReference<>();
    Thread getter =
        Thread.ofPlatform()
            .start(() -> {
              try {
                got.set(future.get());
              } catch (InterruptedException | ExecutionException e) {
                // got stays null
              }
            });
    Bench.awaitParked(getter);
    assertThat(getter.join(Bench.A_WHILE)).isFalse();
    bench.release.countDown();
    assertThat(getter.join(Bench.SOON)).isTrue();
    assertThat(got.get()).isEqualTo("value");
    assertThat(future.get()).isEqualTo("value");
    assertThat(future.get(0, DAYS)).isEqualTo("value");
    assertThat(future.get(-1, DAYS)).isEqualTo("value");
  }

  @Test
  void aTaskWithoutAValueGivesNull() throws Exception {
    AtomicBoolean ran = new AtomicBoolean();
    assertThat(bench.runtime.spawn(() -> ran.set(true)).asFuture().get(20, SECONDS)).isNull();
    assertThat(ran).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 0, -1, Long.MIN_VALUE})
  void aTimedGetThatIsTooEarlyLosesNothing(long limit) throws Exception {
    Future<String> future = running(() -> stubborn.run("value"));
    assertThatThrownBy(() -> future.get(limit, NANOSECONDS))
        .isInstanceOf(TimeoutException.class)
        .isInstanceOf(JoinTimeoutException.class);
    assertThat(future.isDone()).isFalse();
    assertThat(stubborn.interrupted.getCount()).as("nobody stopped it").isEqualTo(1);
    bench.release.countDown();
    assertThat(future.get(Long.MAX_VALUE, DAYS)).isEqualTo("value");
  }

  @Test
  void aNullUnitIsRefused() {
    Future<String> future = future(() -> "value");
    assertThatNullPointerException().isThrownBy(() -> future.get(1, null));
  }

  static Stream<Throwable> failures() {
    return Stream.of(
        new IOException("checked"),
        new IllegalStateException("unchecked"),
        new StackOverflowError("error"),
        new InterruptedException("nobody aborted it"),
        new CancellationException("nobody aborted it"),
        new ExecutionException("outer", new IOException("inner")),
        new CompletionException("outer", new IOException("inner")));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void theFailureOfTheBodyIsTheVeryCause(Throwable failure) {
    Future<String> future =
        future(() -> {
          throw sneaky(failure);
        });
    assertThatThrownBy(future::get)
        .isExactlyInstanceOf(ExecutionException.class)
        .satisfies(e -> assertThat(e.getCause()).isSameAs(failure));
    assertThatThrownBy(() -> future.get(1, DAYS))
        .isExactlyInstanceOf(ExecutionException.class)
        .satisfies(e -> assertThat(e.getCause()).isSameAs(failure));
    assertThat(future.exceptionNow()).isSameAs(failure);
    assertThat(future.state()).isEqualTo(Future.State.FAILED);
    assertThat(future.isCancelled()).isFalse();
    assertThat(future.isDone()).isTrue();
  }

  @SuppressWarnings("unchecked")
  private static <X extends Throwable> RuntimeException sneaky(Throwable failure) throws X {
    throw (X) failure;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anInterruptedGetThrowsAndCanBeRepeated(boolean timed) throws Exception {
    Future<String> future = running(() -> stubborn.run("value"));
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicReference<Object> second = new AtomicReference<>();
    Thread getter =
        Thread.ofPlatform()
            .start(() -> {
              try {
                Object _ = timed ? future.get(1, DAYS) : future.get();
              } catch (InterruptedException | ExecutionException | TimeoutException e) {
                thrown.set(e);
              }
              try {
                second.set(future.get());
              } catch (InterruptedException | ExecutionException e) {
                second.set(e);
              }
            });
    Bench.awaitParked(getter);
    getter.interrupt();
    Bench.eventually("it was interrupted", () -> thrown.get() != null);
    assertThat(thrown.get()).isExactlyInstanceOf(InterruptedException.class);
    assertThat(future.isDone()).isFalse();
    assertThat(stubborn.interrupted.getCount()).as("the getter's, not the task's").isEqualTo(1);
    bench.release.countDown();
    assertThat(getter.join(Bench.SOON)).isTrue();
    assertThat(second.get()).as("the flag was cleared").isEqualTo("value");
  }

  /** Where the JDK's futures give the value: our waits look at the flag first. */
  @Test
  @Semantics({4, 15})
  void anInterruptedThreadDoesNotGetEvenOfAFinishedTaskButMayAskWithoutWaiting() {
    Future<String> future = ended(future(() -> "value"));
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(future::get).isInstanceOf(InterruptedException.class);
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
      Thread.currentThread().interrupt();
      assertThat(future.resultNow()).isEqualTo("value");
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      Thread.interrupted();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @Semantics({4, 15})
  void aTaskThatIsAbortedStopsGetting(boolean interrupts) throws Exception {
    Future<String> future = running(() -> stubborn.run("value"));
    AtomicReference<Thread> getter = new AtomicReference<>();
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    JoinHandle<Object> handle =
        bench
            .runtime
            .task()
            .abortPolicy(interrupts ? AbortPolicy.once() : AbortPolicy.never())
            .spawn(() -> {
              getter.set(Thread.currentThread());
              try {
                return future.get();
              } catch (InterruptedException e) {
                thrown.set(e);
                throw e;
              }
            });
    Bench.eventually("it runs", () -> getter.get() != null);
    Bench.awaitParked(getter.get());
    handle.abort();
    assertThat(handle.outcome(Bench.SOON).isCancelled()).isTrue();
    assertThat(thrown.get()).isInstanceOf(TaskAbortedException.class);
    assertThat(future.isDone()).isFalse();
  }

  @Test
  @Semantics({11, 15})
  void aTaskCannotGetItself() throws Exception {
    AtomicReference<Future<?>> own = new AtomicReference<>();
    CountDownLatch set = new CountDownLatch(1);
    Future<String> future =
        future(() -> {
          set.await();
          assertThatIllegalStateException().isThrownBy(() -> own.get().get());
          assertThatIllegalStateException().isThrownBy(() -> own.get().get(1, DAYS));
          return "refused";
        });
    own.set(future);
    set.countDown();
    assertThat(future.get(20, SECONDS)).isEqualTo("refused");
  }

  // ---------------------------------------------------------------- cancel

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void cancelBeforeTheStartEndsTheTaskAtOnce(boolean mayInterrupt) throws Exception {
    AtomicBoolean ran = new AtomicBoolean();
    bench.occupyCarriers();
    Future<?> future = bench.runtime.spawn(() -> ran.set(true)).asFuture();
    assertThat(future.state()).isEqualTo(Future.State.RUNNING);
    assertThat(future.isDone()).isFalse();
    assertThat(future.cancel(mayInterrupt)).isTrue();
    assertThat(future.isDone()).isTrue();
    assertThat(future.isCancelled()).isTrue();
    assertThat(future.state()).isEqualTo(Future.State.CANCELLED);
    assertThatThrownBy(future::get).isInstanceOf(CancellationException.class);
    assertThat(future.cancel(true)).isFalse();
    bench.freeCarriers();
    bench.runtime.spawn(() -> "later than the task would have been").join();
    assertThat(ran).isFalse();
  }

  @Test
  void cancelWhileRunningIsDoneWhenTheBodyHasEnded() throws Exception {
    Future<String> future = running(() -> stubborn.run("value"));
    assertThat(future.cancel(true)).isTrue();
    Bench.await(stubborn.interrupted);
    assertThat(future.isDone()).isFalse();
    assertThat(future.isCancelled()).isFalse();
    assertThat(future.state()).isEqualTo(Future.State.RUNNING);
    assertThat(future.cancel(true)).as("it was requested before").isFalse();
    assertThatThrownBy(() -> future.get(1, MILLISECONDS)).isInstanceOf(TimeoutException.class);
    bench.release.countDown();
    ended(future);
    assertThat(future.isCancelled()).isTrue();
    assertThat(future.state()).isEqualTo(Future.State.CANCELLED);
  }

  @Test
  void getAfterCancelWaitsForTheRealEnd() throws Exception {
    AtomicBoolean left = new AtomicBoolean();
    Future<String> future =
        running(() -> {
          try {
            return stubborn.run("value");
          } finally {
            left.set(true);
          }
        });
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicBoolean leftThen = new AtomicBoolean();
    future.cancel(true);
    Bench.await(stubborn.interrupted);
    Thread getter =
        Thread.ofPlatform()
            .start(() -> {
              try {
                future.get();
              } catch (Throwable e) {
                leftThen.set(left.get());
                thrown.set(e);
              }
            });
    Bench.awaitParked(getter);
    assertThat(getter.join(Bench.A_WHILE)).isFalse();
    bench.release.countDown();
    assertThat(getter.join(Bench.SOON)).isTrue();
    assertThat(thrown.get()).isInstanceOf(CancellationException.class);
    assertThat(leftThen).isTrue();
  }

  @Test
  @Semantics({9, 15})
  void aCancellationSaysWhyAndWhere() throws Exception {
    Future<String> future = running(() -> stubborn.run("value"));
    future.cancel(true);
    bench.release.countDown();
    assertThatThrownBy(future::get)
        .isInstanceOf(CancellationException.class)
        .cause()
        .isInstanceOfSatisfying(
            JoinException.class,
            e -> {
              assertThat(e.isCancelled()).isTrue();
              assertThat(e.reason().kind()).isEqualTo(AbortReason.Kind.USER);
              assertThat(e.reason().message()).contains("its future was cancelled");
              assertThat(e.reason().thrown().orElseThrow())
                  .isInstanceOf(InterruptedException.class);
            });
  }

  @Test
  void aBodyThatReturnsAValueInSpiteOfCancelWasNotCancelled() throws Exception {
    Future<String> future = running(() -> stubborn.runToTheEnd("value"));
    assertThat(future.cancel(true)).isTrue();
    Bench.await(stubborn.interrupted);
    bench.release.countDown();
    assertThat(future.get(20, SECONDS)).isEqualTo("value");
    assertThat(future.isDone()).isTrue();
    assertThat(future.isCancelled()).isFalse();
    assertThat(future.state()).isEqualTo(Future.State.SUCCESS);
  }

  @Test
  void aBodyThatFailsOtherwiseInSpiteOfCancelHasFailed() throws Exception {
    IOException boom = new IOException("boom");
    Future<String> future =
        running(() -> {
          stubborn.runToTheEnd("");
          throw boom;
        });
    assertThat(future.cancel(true)).isTrue();
    bench.release.countDown();
    assertThatThrownBy(future::get)
        .isInstanceOf(ExecutionException.class)
        .satisfies(e -> assertThat(e.getCause()).isSameAs(boom));
    assertThat(future.isCancelled()).isFalse();
    assertThat(future.state()).isEqualTo(Future.State.FAILED);
  }

  @Test
  void cancelWithoutInterruptIsRefusedByATaskThatRuns() throws Exception {
    JoinHandle<String> handle = bench.runtime.spawn(() -> stubborn.run("value"));
    Bench.await(stubborn.running);
    Future<String> future = handle.asFuture();
    assertThat(future.cancel(false)).isFalse();
    assertThat(handle.isAbortRequested()).isFalse();
    assertThat(future.isDone()).isFalse();
    bench.release.countDown();
    assertThat(future.get(20, SECONDS)).isEqualTo("value");
    assertThat(stubborn.interrupted.getCount()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void cancelAfterTheEndIsRefused(boolean mayInterrupt) throws Exception {
    Future<String> value = ended(future(() -> "value"));
    Future<String> failure =
        ended(
            future(() -> {
              throw new IOException("boom");
            }));
    assertThat(value.cancel(mayInterrupt)).isFalse();
    assertThat(failure.cancel(mayInterrupt)).isFalse();
    assertThat(value.isCancelled()).isFalse();
    assertThat(failure.isCancelled()).isFalse();
    assertThat(value.get()).isEqualTo("value");
    assertThatThrownBy(failure::get).isInstanceOf(ExecutionException.class);
  }

  @Test
  void ofManyWhoCancelOneIsAccepted() throws Exception {
    for (int round = 0; round < 200; round++) {
      Future<?> future = future(() -> Bench.sleepForever());
      int many = 4;
      CyclicBarrier together = new CyclicBarrier(many);
      AtomicInteger accepted = new AtomicInteger();
      List<Thread> cancellers = new ArrayList<>();
      for (int i = 0; i < many; i++) {
        cancellers.add(
            Thread.ofVirtual()
                .start(() -> {
                  try {
                    together.await();
                  } catch (Exception e) {
                    throw new AssertionError(e);
                  }
                  if (future.cancel(true)) {
                    accepted.incrementAndGet();
                  }
                }));
      }
      for (Thread canceller : cancellers) {
        canceller.join();
      }
      assertThat(accepted).hasValue(1);
      assertThat(ended(future).isCancelled()).isTrue();
    }
  }

  /** Whatever wins: the answers agree with each other, and with whether the body ran. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void cancelRacingWithTheTaskGivesOneConsistentAnswer(boolean mayInterrupt) throws Exception {
    for (int round = 0; round < 1_000; round++) {
      AtomicBoolean began = new AtomicBoolean();
      Future<String> future =
          future(() -> {
            began.set(true);
            return "value";
          });
      for (int i = 0; i < round % 40; i++) {
        Thread.onSpinWait();
      }
      boolean accepted = future.cancel(mayInterrupt);
      try {
        assertThat(future.get(20, SECONDS)).isEqualTo("value");
        assertThat(began).isTrue();
        assertThat(future.isCancelled()).isFalse();
        if (!mayInterrupt) {
          assertThat(accepted).as("accepted only before the start").isFalse();
        }
      } catch (CancellationException e) {
        assertThat(accepted).isTrue();
        assertThat(began).isFalse();
        assertThat(future.isCancelled()).isTrue();
      }
    }
  }

  // ---------------------------------------------------------------- without waiting

  @Test
  void whatCanBeAskedWithoutWaiting() throws Exception {
    Future<String> running = running(() -> stubborn.run("value"));
    assertThat(running.state()).isEqualTo(Future.State.RUNNING);
    assertThatIllegalStateException().isThrownBy(running::resultNow);
    assertThatIllegalStateException().isThrownBy(running::exceptionNow);

    bench.release.countDown();
    Future<String> success = ended(running);
    assertThat(success.state()).isEqualTo(Future.State.SUCCESS);
    assertThat(success.resultNow()).isEqualTo("value");
    assertThatIllegalStateException().isThrownBy(success::exceptionNow);

    IOException boom = new IOException("boom");
    Future<String> failed =
        ended(
            future(() -> {
              throw boom;
            }));
    assertThat(failed.state()).isEqualTo(Future.State.FAILED);
    assertThat(failed.exceptionNow()).isSameAs(boom);
    assertThatIllegalStateException().isThrownBy(failed::resultNow);

    Future<String> cancelled = future(() -> Bench.sleepForever());
    cancelled.cancel(true);
    assertThat(ended(cancelled).state()).isEqualTo(Future.State.CANCELLED);
    assertThatIllegalStateException().isThrownBy(cancelled::resultNow);
    assertThatIllegalStateException().isThrownBy(cancelled::exceptionNow);
  }

  // ---------------------------------------------------------------- several views

  @Test
  void allViewsOfAHandleAgreeWithIt() throws Exception {
    JoinHandle<String> handle = bench.runtime.spawn(() -> stubborn.run("value"));
    Bench.await(stubborn.running);
    Future<String> one = handle.asFuture();
    Future<String> two = handle.asFuture();
    assertThat(one.cancel(true)).isTrue();
    assertThat(two.cancel(true)).isFalse();
    assertThat(handle.isAbortRequested()).isTrue();
    assertThat(two.isDone()).isFalse();
    bench.release.countDown();
    assertThat(handle.outcome().isCancelled()).isTrue();
    assertThat(one.isCancelled()).isTrue();
    assertThat(two.isCancelled()).isTrue();
  }

  @Test
  void anAbortOfTheHandleCancelsTheFuture() throws Exception {
    JoinHandle<String> handle = bench.runtime.spawn(() -> Bench.sleepForever());
    Future<String> future = handle.asFuture();
    handle.abort("enough");
    assertThatThrownBy(future::get)
        .isInstanceOf(CancellationException.class)
        .hasMessageContaining("enough");
    assertThat(future.isCancelled()).isTrue();
  }

  @Test
  void aBlockingTaskHasTheSameView() throws Exception {
    Future<String> future = bench.runtime.spawnBlocking(() -> stubborn.run("value")).asFuture();
    Bench.await(stubborn.running);
    assertThat(future.cancel(false)).isFalse();
    assertThat(future.cancel(true)).isTrue();
    Bench.await(stubborn.interrupted);
    assertThat(future.isDone()).isFalse();
    bench.release.countDown();
    assertThat(ended(future).isCancelled()).isTrue();
  }

  @Test
  void aDetachedHandleGivesNoFuture() {
    JoinHandle<String> handle = bench.runtime.spawn(() -> "value");
    handle.detach();
    assertThatIllegalStateException().isThrownBy(handle::asFuture);
  }
}
