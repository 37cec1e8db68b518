package dev.musubi.views;

import static java.util.concurrent.TimeUnit.DAYS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.musubi.JoinHandle;
import dev.musubi.Peek;
import dev.musubi.Task;
import dev.musubi.TaskId;
import dev.musubi.TaskLocal;
import dev.musubi.TaskRuntime;
import dev.musubi.TaskState;
import dev.musubi.contract.Semantics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
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
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A task seen as a {@link CompletableFuture}, which anyone may complete. */
@Semantics({15})
class CompletableViewTest {
  @AutoClose private final Bench bench = new Bench();
  private final Bench.Stubborn stubborn = bench.new Stubborn();
  private final IOException boom = new IOException("boom");

  private <T> CompletableFuture<T> future(Callable<T> body) {
    return bench.runtime.spawn(body).toCompletableFuture();
  }

  private JoinHandle<String> running(Callable<String> body) throws InterruptedException {
    JoinHandle<String> handle = bench.runtime.spawn(body);
    Bench.await(stubborn.running);
    return handle;
  }

  private String failing() throws IOException {
    throw boom;
  }

  private static <T extends Future<?>> T done(T future) {
    Bench.eventually("it is done", future::isDone);
    return future;
  }

  // ---------------------------------------------------------------- the task's end

  @Test
  void theValueArrives() throws Exception {
    assertThat(future(() -> "value").get(20, SECONDS)).isEqualTo("value");
    assertThat(future(() -> "value").join()).isEqualTo("value");
    assertThat(future(() -> null).get(20, SECONDS)).isNull();
    CompletableFuture<String> done = done(future(() -> "value"));
    assertThat(done.getNow("absent")).isEqualTo("value");
    assertThat(done.resultNow()).isEqualTo("value");
    assertThat(done.state()).isEqualTo(Future.State.SUCCESS);
    assertThat(done.isCompletedExceptionally()).isFalse();
  }

  @Test
  void itIsNotDoneWhileTheBodyRuns() throws Exception {
    CompletableFuture<String> future = running(() -> stubborn.run("value")).toCompletableFuture();
    assertThat(future.isDone()).isFalse();
    assertThat(future.getNow("absent")).isEqualTo("absent");
    assertThatThrownBy(() -> future.get(1, MILLISECONDS)).isInstanceOf(TimeoutException.class);
    bench.release.countDown();
    assertThat(future.get(20, SECONDS)).isEqualTo("value");
    assertThat(stubborn.interrupted.getCount()).as("to ask is no abort").isEqualTo(1);
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
  void aPanicArrivesAsTheVeryThrowableAndIsNoCancellation(Throwable failure) throws Exception {
    JoinHandle<String> handle =
        bench.runtime.spawn(() -> {
          throw sneaky(failure);
        });
    CompletableFuture<String> future = done(handle.toCompletableFuture());
    assertThat(handle.state()).isEqualTo(TaskState.PANICKED);
    assertThatThrownBy(future::get)
        .isExactlyInstanceOf(ExecutionException.class)
        .satisfies(e -> assertThat(e.getCause()).isSameAs(failure));
    assertThatThrownBy(future::join)
        .isInstanceOf(CompletionException.class)
        .satisfies(e -> assertThat(e == failure || e.getCause() == failure).isTrue());
    assertThat(future.isCancelled()).isFalse();
    assertThat(future.isCompletedExceptionally()).isTrue();
    assertThat(future.state()).isEqualTo(Future.State.FAILED);
    assertThat(future.exceptionNow()).isSameAs(failure);
    AtomicReference<Throwable> seen = new AtomicReference<>();
    future.whenComplete((_, e) -> seen.set(e));
    assertThat(seen.get() == failure || seen.get().getCause() == failure).isTrue();
  }

  @SuppressWarnings("unchecked")
  private static <X extends Throwable> RuntimeException sneaky(Throwable failure) throws X {
    throw (X) failure;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anAbortOfTheTaskCancelsTheFuture(boolean unstarted) throws Exception {
    if (unstarted) {
      bench.occupyCarriers();
    }
    JoinHandle<String> handle = bench.runtime.spawn(() -> Bench.sleepForever());
    CompletableFuture<String> future = handle.toCompletableFuture();
    handle.abort("enough");
    bench.freeCarriers();
    assertThatThrownBy(() -> future.get(20, SECONDS))
        .isInstanceOf(CancellationException.class)
        .hasStackTraceContaining("enough");
    assertThat(future.isCancelled()).isTrue();
    assertThat(future.state()).isEqualTo(Future.State.CANCELLED);
  }

  @Test
  void theEndOfTheTaskIsNoCompletionFromOutside() throws Exception {
    JoinHandle<String> handle = bench.runtime.spawn(() -> "value");
    CompletableFuture<String> future = done(handle.toCompletableFuture());
    assertThat(future.complete("other")).isFalse();
    assertThat(future.cancel(true)).isFalse();
    assertThat(handle.isAbortRequested()).isFalse();
    assertThat(future.join()).isEqualTo("value");
  }

  @Test
  void aViewOfATaskThatHasEndedIsDoneAtOnce() throws Exception {
    JoinHandle<String> handle = bench.runtime.spawn(() -> "value");
    handle.join();
    assertThat(handle.toCompletableFuture().getNow("absent")).isEqualTo("value");
  }

  // ---------------------------------------------------------------- completed from outside

  private interface Complete {
    void on(CompletableFuture<String> future);
  }

  private static Arguments completion(String name, Future.State state, Complete complete) {
    return arguments(name, state, complete);
  }

  static Stream<Arguments> completions() {
    return Stream.of(
        completion("cancel(true)", Future.State.CANCELLED, f -> f.cancel(true)),
        completion("cancel(false)", Future.State.CANCELLED, f -> f.cancel(false)),
        completion("complete", Future.State.SUCCESS, f -> f.complete("outside")),
        completion("complete(null)", Future.State.SUCCESS, f -> f.complete(null)),
        completion(
            "completeExceptionally",
            Future.State.FAILED,
            f -> f.completeExceptionally(new IOException("outside"))),
        completion("orTimeout", Future.State.FAILED, f -> f.orTimeout(1, MILLISECONDS)),
        completion(
            "completeOnTimeout",
            Future.State.SUCCESS,
            f -> f.completeOnTimeout("outside", 1, MILLISECONDS)),
        completion("completeAsync", Future.State.SUCCESS, f -> f.completeAsync(() -> "outside")),
        completion(
            "completeAsync on an executor",
            Future.State.SUCCESS,
            f -> f.completeAsync(() -> "outside", Runnable::run)),
        completion("obtrudeValue", Future.State.SUCCESS, f -> f.obtrudeValue("outside")),
        completion(
            "obtrudeException",
            Future.State.FAILED,
            f -> f.obtrudeException(new IOException("outside"))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("completions")
  void whoeverCompletesItAbortsTheTaskAndTheHandleTellsTheRealEndLater(
      String name, Future.State state, Complete complete) throws Exception {
    JoinHandle<String> handle = running(() -> stubborn.run("value"));
    CompletableFuture<String> future = handle.toCompletableFuture();
    complete.on(future);
    assertThat(done(future).state()).isEqualTo(state);
    Bench.await(stubborn.interrupted);
    assertThat(handle.isAbortRequested()).isTrue();
    assertThat(handle.isFinished()).isFalse();
    assertThat(handle.state()).isEqualTo(TaskState.RUNNING);
    bench.release.countDown();
    assertThat(handle.outcome(Bench.SOON).isCancelled()).isTrue();
    assertThat(future.state()).as("it stays so").isEqualTo(state);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("completions")
  void whoeverCompletesItBeforeTheBodyBeginsKeepsItFromBeginning(
      String name, Future.State state, Complete complete) throws Exception {
    AtomicBoolean ran = new AtomicBoolean();
    bench.occupyCarriers();
    JoinHandle<String> handle =
        bench.runtime.spawn(() -> {
          ran.set(true);
          return "value";
        });
    CompletableFuture<String> future = handle.toCompletableFuture();
    complete.on(future);
    assertThat(done(future).state()).isEqualTo(state);
    Bench.eventually("the task is finished", handle::isFinished);
    bench.freeCarriers();
    assertThat(handle.outcome().isCancelled()).isTrue();
    assertThat(ran).isFalse();
  }

  @Test
  @Semantics({9, 15})
  void theReasonOfTheAbortIsTold() throws Exception {
    JoinHandle<String> handle = running(() -> stubborn.run("value"));
    handle.toCompletableFuture().cancel(true);
    bench.release.countDown();
    assertThatThrownBy(handle::join).hasMessageContaining("its CompletableFuture was completed");
  }

  @Test
  void aBodyThatReturnsAValueInSpiteOfThatIsASuccessForTheHandleAlone() throws Exception {
    JoinHandle<String> handle = running(() -> stubborn.runToTheEnd("value"));
    CompletableFuture<String> future = handle.toCompletableFuture();
    future.cancel(true);
    Bench.await(stubborn.interrupted);
    bench.release.countDown();
    assertThat(handle.join(Bench.SOON)).isEqualTo("value");
    assertThat(future.isCancelled()).isTrue();
  }

  @Test
  void toCompleteADerivedFutureDoesNotAbortTheTask() throws Exception {
    JoinHandle<String> handle = running(() -> stubborn.run("value"));
    CompletableFuture<String> future = handle.toCompletableFuture();
    future.thenApply(v -> v).cancel(true);
    future.copy().complete("copy");
    future.minimalCompletionStage().toCompletableFuture().complete("stage");
    assertThat(future.isDone()).isFalse();
    assertThat(handle.isAbortRequested()).isFalse();
    bench.release.countDown();
    assertThat(future.get(20, SECONDS)).isEqualTo("value");
  }

  @Test
  @Semantics({8, 15})
  void aPanicAfterACompletionFromOutsideIsNotLost() throws Exception {
    JoinHandle<String> handle =
        running(() -> {
          stubborn.runToTheEnd("");
          return failing();
        });
    CompletableFuture<String> future = handle.toCompletableFuture();
    CompletableFuture<String> dependent = future.handle((_, e) -> e.getClass().getSimpleName());
    future.cancel(true);
    assertThat(dependent.get(20, SECONDS)).isEqualTo("CancellationException");
    assertThatThrownBy(future::get).isInstanceOf(CancellationException.class);
    Bench.await(stubborn.interrupted);
    bench.release.countDown();
    Bench.eventually("it ended", handle::isFinished);
    assertThat(bench.onlyReportAtTheEnd().cause()).as("nobody has seen it").isSameAs(boom);
  }

  // ---------------------------------------------------------------- dependents

  private record Where(
      Thread thread, Optional<TaskId> task, boolean interrupted, boolean bound, TaskRuntime on) {}

  @ParameterizedTest
  @ValueSource(strings = {"value", "panic", "abort"})
  void dependentsRunOnAVirtualThreadOutsideTheTask(String end) throws Exception {
    TaskLocal<String> local = TaskLocal.named("local");
    AtomicReference<Thread> own = new AtomicReference<>();
    JoinHandle<String> handle =
        local.callWhere(
            "bound",
            () ->
                bench.runtime.spawn(() -> {
                  own.set(Thread.currentThread());
                  stubborn.run("");
                  return end.equals("panic") ? failing() : local.get();
                }));
    Bench.await(stubborn.running);
    CompletableFuture<Where> where =
        handle
            .toCompletableFuture()
            .handle((_, _) ->
                new Where(
                    Thread.currentThread(),
                    Task.tryCurrentId(),
                    Thread.currentThread().isInterrupted(),
                    local.tryGet().isPresent(),
                    TaskRuntime.current()));
    if (end.equals("abort")) {
      handle.abort();
      Bench.await(stubborn.interrupted);
    }
    bench.release.countDown();
    Where there = where.get(20, SECONDS);
    assertThat(there.thread.isVirtual()).isTrue();
    assertThat(there.thread).isNotSameAs(own.get());
    assertThat(there.task).isEmpty();
    assertThat(there.interrupted).isFalse();
    assertThat(there.bound).isFalse();
    assertThat(there.on).isSameAs(TaskRuntime.global());
  }

  @Test
  @Semantics({2, 15})
  void aDependentOfATaskAbortedBeforeTheStartDoesNotRunOnTheAborter() throws Exception {
    bench.occupyCarriers();
    JoinHandle<String> handle = bench.runtime.spawn(() -> Bench.sleepForever());
    CompletableFuture<Thread> where =
        handle.toCompletableFuture().handle((_, _) -> Thread.currentThread());
    handle.abort();
    assertThat(handle.isFinished()).isTrue();
    bench.freeCarriers();
    assertThat(where.get(20, SECONDS).isVirtual()).isTrue();
    assertThat(where.get()).isNotSameAs(Thread.currentThread());
  }

  @Test
  void aDependentThatBlocksDelaysNeitherJoinNorShutdown() throws Exception {
    JoinHandle<String> handle = running(() -> stubborn.run("value"));
    CountDownLatch in = new CountDownLatch(1);
    CountDownLatch out = new CountDownLatch(1);
    CompletableFuture<String> dependent =
        handle
            .toCompletableFuture()
            .thenApply(v -> {
              in.countDown();
              Bench.awaitStubbornly(out);
              return v;
            });
    bench.release.countDown();
    Bench.await(in);
    assertThat(handle.join(Bench.SOON)).isEqualTo("value");
    assertThat(bench.runtime.shutdown(Bench.SOON).isComplete()).isTrue();
    assertThat(dependent.isDone()).isFalse();
    out.countDown();
    assertThat(dependent.get(20, SECONDS)).isEqualTo("value");
  }

  @Test
  void aDependentThatThrowsHarmsNobodyElse() throws Exception {
    JoinHandle<String> handle = running(() -> stubborn.run("value"));
    CompletableFuture<String> future = handle.toCompletableFuture();
    CompletableFuture<String> bad =
        future.thenApply(_ -> {
          throw new IllegalStateException("odd");
        });
    CompletableFuture<String> good = future.thenApply(v -> v + "!");
    bench.release.countDown();
    assertThat(good.get(20, SECONDS)).isEqualTo("value!");
    assertThatThrownBy(() -> bad.get(20, SECONDS)).hasCauseInstanceOf(IllegalStateException.class);
    assertThat(handle.join()).isEqualTo("value");
    bench.nothingIsReportedAtTheEnd();
  }

  @Test
  void eachOfManyDependentsRunsOnce() throws Exception {
    CompletableFuture<String> future = running(() -> stubborn.run("value")).toCompletableFuture();
    int many = 10_000;
    AtomicInteger ran = new AtomicInteger();
    List<CompletableFuture<Integer>> dependents = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      if (i == many / 2) {
        bench.release.countDown(); // the other half races with the end
      }
      dependents.add(future.thenApply(_ -> ran.incrementAndGet()));
    }
    CompletableFuture.allOf(dependents.toArray(CompletableFuture<?>[]::new)).get(20, SECONDS);
    assertThat(ran).hasValue(many);
  }

  @Test
  void stagesCombine() throws Exception {
    CompletionStage<Integer> three = future(() -> 3);
    CompletableFuture<Integer> four = future(() -> 4);
    assertThat(four.thenCombine(three, (a, b) -> a * b).get(20, SECONDS)).isEqualTo(12);
    assertThat(four.thenCompose(n -> future(() -> n + 1)).get(20, SECONDS)).isEqualTo(5);
    assertThat(future(() -> failing()).exceptionally(_ -> "instead").get(20, SECONDS))
        .isEqualTo("instead");
    CompletableFuture<String> never = future(() -> Bench.sleepForever());
    assertThat(never.applyToEither(future(() -> "first"), v -> v).get(20, SECONDS))
        .isEqualTo("first");
    assertThat(four.thenApplyAsync(n -> n - 4, bench.runtime.asExecutorService()).get(20, SECONDS))
        .isZero();
  }

  @Test
  void allOfWaitsForAllAndAnyOfForOne() throws Exception {
    List<CompletableFuture<Integer>> many = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      int value = i;
      many.add(future(() -> value));
    }
    CompletableFuture.allOf(many.toArray(CompletableFuture<?>[]::new)).get(20, SECONDS);
    assertThat(many).allMatch(Future::isDone);
    assertThat(many).extracting(Future::resultNow).startsWith(0, 1, 2).endsWith(998, 999);

    CompletableFuture<String> slow = running(() -> stubborn.run("slow")).toCompletableFuture();
    assertThat(CompletableFuture.anyOf(slow, future(() -> "quick")).get(20, SECONDS))
        .isEqualTo("quick");
    CompletableFuture<Void> all = CompletableFuture.allOf(slow, future(() -> "quick"));
    assertThat(all.isDone()).isFalse();
    bench.release.countDown();
    all.get(20, SECONDS);
    assertThat(slow.resultNow()).isEqualTo("slow");
  }

  // ---------------------------------------------------------------- who has looked

  /** Uses the view of a task that fails only then. */
  private JoinHandle<String> whenItFailsAfter(Complete use) throws Exception {
    JoinHandle<String> handle =
        running(() -> {
          stubborn.run("");
          return failing();
        });
    CompletableFuture<String> future = handle.toCompletableFuture();
    use.on(future);
    bench.release.countDown();
    done(future);
    return handle;
  }

  @Test
  @Semantics({8, 15})
  void aFutureThatNobodyAsksDoesNotLook() throws Exception {
    whenItFailsAfter(_ -> {});
    assertThat(bench.onlyReportAtTheEnd().cause()).isSameAs(boom);
  }

  static Stream<Arguments> glances() {
    return Stream.of(
        arguments("isDone", (Complete) CompletableFuture::isDone),
        arguments("getNow", (Complete) f -> f.getNow("absent")),
        arguments("state", (Complete) CompletableFuture::state),
        arguments("toString", (Complete) CompletableFuture::toString),
        arguments(
            "a get that times out",
            (Complete)
                f ->
                    assertThatThrownBy(() -> f.get(1, MILLISECONDS))
                        .isInstanceOf(TimeoutException.class)),
        arguments(
            "a get that is interrupted",
            (Complete)
                f -> {
                  Thread.currentThread().interrupt();
                  assertThatThrownBy(f::get).isInstanceOf(InterruptedException.class);
                }),
        arguments(
            "a timed get that is interrupted",
            (Complete)
                f -> {
                  Thread.currentThread().interrupt();
                  assertThatThrownBy(() -> f.get(1, DAYS)).isInstanceOf(InterruptedException.class);
                }),
        arguments("orTimeout that does not strike", (Complete) f -> f.orTimeout(1, DAYS)),
        arguments(
            "completeOnTimeout that does not strike",
            (Complete) f -> f.completeOnTimeout("late", 1, DAYS)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("glances")
  @Semantics({8, 15})
  void whoGoesAwayBeforeTheFailureHasNotLooked(String name, Complete glance) throws Exception {
    whenItFailsAfter(glance);
    assertThat(bench.onlyReportAtTheEnd().cause()).isSameAs(boom);
  }

  static Stream<Arguments> looks() {
    return Stream.of(
        arguments("thenApply", (Complete) f -> f.thenApply(v -> v)),
        arguments("whenComplete", (Complete) f -> f.whenComplete((_, _) -> {})),
        arguments("thenAcceptAsync", (Complete) f -> f.thenAcceptAsync(_ -> {})),
        arguments("copy", (Complete) CompletableFuture::copy),
        arguments("minimalCompletionStage", (Complete) CompletableFuture::minimalCompletionStage),
        arguments("allOf", (Complete) f -> CompletableFuture.allOf(f, f)),
        arguments("anyOf", (Complete) f -> CompletableFuture.anyOf(f, new CompletableFuture<>())),
        arguments(
            "the other one of a combination",
            (Complete) f -> new CompletableFuture<>().thenCombine(f, (_, v) -> v)),
        arguments(
            "a get that waits",
            (Complete)
                f ->
                    Bench.awaitParked(
                        Thread.ofPlatform()
                            .start(() -> {
                              try {
                                f.get();
                              } catch (InterruptedException | ExecutionException e) {
                                // it has looked
                              }
                            }))),
        arguments(
            "a join that waits",
            (Complete)
                f ->
                    Bench.awaitParked(
                        Thread.ofPlatform()
                            .start(() -> {
                              try {
                                f.join();
                              } catch (CompletionException e) {
                                // it has looked
                              }
                            }))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("looks")
  @Semantics({8, 15})
  void aDependentOrAGetThatIsThereAtTheFailureLooks(String name, Complete look) throws Exception {
    JoinHandle<String> handle = whenItFailsAfter(look);
    Bench.eventually("it has looked", () -> Peek.isObserved(handle)); // after the future is done
    bench.nothingIsReportedAtTheEnd();
  }

  @Test
  @Semantics({8, 15})
  void aDependentThatBlocksHasLookedAllTheSame() throws Exception {
    CountDownLatch in = new CountDownLatch(1);
    CountDownLatch out = new CountDownLatch(1);
    try {
      whenItFailsAfter(f ->
          f.exceptionally(_ -> {
            in.countDown();
            Bench.awaitStubbornly(out);
            return "";
          }));
      Bench.await(in);
      bench.nothingIsReportedAtTheEnd();
    } finally {
      out.countDown();
    }
  }

  /** The threads that this test has waiting for a future. */

  // ---------------------------------------------------------------- several views

  @Test
  void ofSeveralViewsTheOthersFollowTheRealEnd() throws Exception {
    JoinHandle<String> handle = running(() -> stubborn.run("value"));
    CompletableFuture<String> one = handle.toCompletableFuture();
    CompletableFuture<String> two = handle.toCompletableFuture();
    Future<String> three = handle.asFuture();
    assertThat(one).isNotSameAs(two);
    one.complete("outside");
    Bench.await(stubborn.interrupted);
    assertThat(two.isDone()).isFalse();
    assertThat(three.isDone()).isFalse();
    bench.release.countDown();
    assertThatThrownBy(() -> two.get(20, SECONDS)).isInstanceOf(CancellationException.class);
    assertThat(three.isCancelled()).isTrue();
    assertThat(one.join()).isEqualTo("outside");
  }

  @Test
  void aDetachedHandleGivesNoFuture() {
    JoinHandle<String> handle = bench.runtime.spawn(() -> "value");
    handle.detach();
    assertThatIllegalStateException().isThrownBy(handle::toCompletableFuture);
  }

  @Test
  void completionsThatRaceWithTheEndLeaveNoContradiction() throws Exception {
    for (int round = 0; round < 1_000; round++) {
      JoinHandle<String> handle = bench.runtime.spawn(() -> "value");
      CompletableFuture<String> future = handle.toCompletableFuture();
      for (int i = 0; i < round % 40; i++) {
        Thread.onSpinWait();
      }
      boolean outside = future.complete("outside");
      assertThat(future.join()).isEqualTo(outside ? "outside" : "value");
      boolean succeeded = handle.outcome(Bench.SOON).isSuccess();
      if (!outside) {
        assertThat(succeeded).isTrue();
        assertThat(handle.isAbortRequested()).isFalse();
      }
    }
  }
}
