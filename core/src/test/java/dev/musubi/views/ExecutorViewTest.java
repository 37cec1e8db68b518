package dev.musubi.views;

import static java.util.concurrent.TimeUnit.DAYS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.musubi.Task;
import dev.musubi.TaskId;
import dev.musubi.TaskLocal;
import dev.musubi.UnobservedFailure;
import dev.musubi.contract.Semantics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs that run on an executor view: what {@link ExecutorService} promises for each method. */
@Semantics({15})
class ExecutorViewTest {
  @AutoClose private final Bench bench = new Bench();
  private final ExecutorService view = bench.runtime.asExecutorService();
  private final IOException boom = new IOException("boom");

  private Callable<String> failing() {
    return () -> {
      throw boom;
    };
  }

  // ---------------------------------------------------------------- execute, submit

  @Test
  void eachJobIsATaskOnAVirtualThreadOfItsOwn() throws Exception {
    int jobs = 50;
    CyclicBarrier together = new CyclicBarrier(jobs);
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    Set<TaskId> ids = ConcurrentHashMap.newKeySet();
    List<Future<?>> futures = new ArrayList<>();
    for (int i = 0; i < jobs; i++) {
      futures.add(
          view.submit(() -> {
            threads.add(Thread.currentThread());
            ids.add(Task.currentId());
            return together.await();
          }));
    }
    for (Future<?> future : futures) {
      future.get(20, SECONDS);
    }
    assertThat(threads).hasSize(jobs).allMatch(Thread::isVirtual);
    assertThat(ids).hasSize(jobs);
  }

  @Test
  void executeRunsTheJob() throws Exception {
    CountDownLatch ran = new CountDownLatch(1);
    view.execute(ran::countDown);
    Bench.await(ran);
  }

  @Test
  void jobsInheritTheTaskLocalsOfTheSubmitter() throws Exception {
    TaskLocal<String> user = TaskLocal.named("user");
    AtomicReference<String> executed = new AtomicReference<>();
    Future<String> submitted =
        user.callWhere(
            "ada",
            () -> {
              view.execute(() -> executed.set(user.get()));
              return view.submit(() -> user.get());
            });
    assertThat(submitted.get()).isEqualTo("ada");
    Bench.eventually("it ran", () -> executed.get() != null);
    assertThat(executed.get()).isEqualTo("ada");
  }

  @Test
  void submitGivesTheValueOfEachKindOfJob() throws Exception {
    AtomicInteger ran = new AtomicInteger();
    assertThat(view.submit(() -> "value").get()).isEqualTo("value");
    assertThat(view.submit((Callable<Object>) () -> null).get()).isNull();
    assertThat(view.submit((Runnable) ran::incrementAndGet).get()).isNull();
    assertThat(view.submit(ran::incrementAndGet, "result").get()).isEqualTo("result");
    assertThat(view.submit(ran::incrementAndGet, null).get()).isNull();
    assertThat(ran).hasValue(3);
  }

  @Test
  void aSubmittedJobsFailureIsTheVeryThrowable() {
    Error error = new StackOverflowError("too deep");
    RuntimeException unchecked = new IllegalStateException("odd");
    assertThatThrownBy(() -> view.submit(failing()).get())
        .isInstanceOf(ExecutionException.class)
        .satisfies(e -> assertThat(e.getCause()).isSameAs(boom));
    Runnable throwsError =
        () -> {
          throw error;
        };
    Runnable throwsUnchecked =
        () -> {
          throw unchecked;
        };
    assertThatThrownBy(() -> view.submit(throwsError).get())
        .isInstanceOf(ExecutionException.class)
        .satisfies(e -> assertThat(e.getCause()).isSameAs(error));
    assertThatThrownBy(() -> view.submit(throwsUnchecked, "result").get())
        .isInstanceOf(ExecutionException.class)
        .satisfies(e -> assertThat(e.getCause()).isSameAs(unchecked));
    bench.nothingIsReportedAtTheEnd();
  }

  @Test
  @Semantics({8, 15})
  void theFailureOfAnExecutedJobIsReportedAtOnce() {
    RuntimeException odd = new IllegalStateException("odd");
    view.execute(() -> {
      throw odd;
    });
    Bench.eventually("it is reported", () -> !bench.reports.isEmpty());
    UnobservedFailure failure = bench.onlyReportAtTheEnd();
    assertThat(failure.cause()).isSameAs(odd);
    assertThat(failure.kind()).isEqualTo(UnobservedFailure.Kind.DETACHED);
  }

  @Test
  @Semantics({8, 15})
  void theFailureOfASubmittedJobThatNobodyLooksAtIsReported() {
    Future<String> kept = view.submit(failing());
    Bench.eventually("it failed", kept::isDone);
    assertThat(bench.onlyReportAtTheEnd().cause()).isSameAs(boom);
    assertThat(kept.state()).isEqualTo(Future.State.FAILED);
  }

  @Test
  void aJobMaySubmitJobsAndWaitForThem() throws Exception {
    assertThat(sumUpTo(12)).isEqualTo(78);
  }

  private int sumUpTo(int n) throws Exception {
    return n == 0 ? 0 : n + view.submit(() -> sumUpTo(n - 1)).get();
  }

  // ---------------------------------------------------------------- nulls, empty collections

  private interface Use {
    void on(ExecutorService view) throws Exception;
  }

  private static Arguments use(String name, Use use) {
    return arguments(name, use);
  }

  static Stream<Arguments> nulls() {
    List<Callable<String>> none = null;
    List<Callable<String>> one = List.of(() -> "v");
    List<Callable<String>> hole = Arrays.asList(Bench::sleepForever, null);
    return Stream.of(
        use("execute", v -> v.execute(null)),
        use("submit(Runnable)", v -> v.submit((Runnable) null)),
        use("submit(Runnable, T)", v -> v.submit(null, "result")),
        use("submit(Callable)", v -> v.submit((Callable<String>) null)),
        use("invokeAll", v -> v.invokeAll(none)),
        use("invokeAll element", v -> v.invokeAll(hole)),
        use("timed invokeAll", v -> v.invokeAll(none, 1, DAYS)),
        use("timed invokeAll element", v -> v.invokeAll(hole, 1, DAYS)),
        use("timed invokeAll unit", v -> v.invokeAll(one, 1, null)),
        use("invokeAny", v -> v.invokeAny(none)),
        use("invokeAny element", v -> v.invokeAny(hole)),
        use("timed invokeAny", v -> v.invokeAny(none, 1, DAYS)),
        use("timed invokeAny element", v -> v.invokeAny(hole, 1, DAYS)),
        use("timed invokeAny unit", v -> v.invokeAny(one, 1, null)),
        use("awaitTermination", v -> v.awaitTermination(1, null)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nulls")
  void aNullIsRefusedAndLeavesNoJobBehind(String name, Use use) throws Exception {
    assertThatNullPointerException().isThrownBy(() -> use.on(view));
    view.shutdown();
    Bench.awaitEnd(view);
  }

  @Test
  void anEmptyCollectionHasAllButNotAny() throws Exception {
    List<Callable<String>> empty = Collections.emptyList();
    assertThat(view.invokeAll(empty)).isEmpty();
    assertThat(view.invokeAll(empty, 1, DAYS)).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> view.invokeAny(empty));
    assertThatIllegalArgumentException().isThrownBy(() -> view.invokeAny(empty, 1, DAYS));
  }

  // ---------------------------------------------------------------- invokeAll

  private List<Future<String>> invokeAll(boolean timed, List<Callable<String>> jobs)
      throws InterruptedException {
    return timed ? view.invokeAll(jobs, 1, DAYS) : view.invokeAll(jobs);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void invokeAllGivesFuturesInTheOrderOfTheJobs(boolean timed) throws Exception {
    List<Callable<String>> jobs = new ArrayList<>();
    IntStream.range(0, 200).forEach(i -> jobs.add(() -> "v" + i));
    jobs.add(100, failing());
    List<Future<String>> futures = invokeAll(timed, jobs);
    assertThat(futures).hasSize(201).allMatch(Future::isDone);
    assertThat(futures.get(99).get()).isEqualTo("v99");
    assertThatThrownBy(() -> futures.get(100).get())
        .isInstanceOf(ExecutionException.class)
        .satisfies(e -> assertThat(e.getCause()).isSameAs(boom));
    assertThat(futures.get(101).get()).isEqualTo("v100");
    bench.nothingIsReportedAtTheEnd();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void invokeAllWaitsForTheLast(boolean timed) throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicReference<List<Future<String>>> result = new AtomicReference<>();
    Thread caller =
        Thread.ofPlatform()
            .start(() -> {
              try {
                result.set(
                    invokeAll(
                        timed,
                        List.of(
                            () -> "quick",
                            () -> {
                              go.await();
                              return "slow";
                            })));
              } catch (InterruptedException e) {
                // the result stays null
              }
            });
    Bench.awaitParked(caller);
    assertThat(caller.join(Bench.A_WHILE)).isFalse();
    go.countDown();
    assertThat(caller.join(Bench.SOON)).isTrue();
    assertThat(result.get()).extracting(Future::resultNow).containsExactly("quick", "slow");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anInterruptedInvokeAllStopsItsJobs(boolean timed) throws Exception {
    CountDownLatch running = new CountDownLatch(2);
    CountDownLatch stopped = new CountDownLatch(2);
    Callable<String> job =
        () -> {
          running.countDown();
          try {
            return Bench.sleepForever();
          } catch (InterruptedException e) {
            stopped.countDown();
            throw e;
          }
        };
    interrupted(running, () -> invokeAll(timed, List.of(job, job)));
    Bench.await(stopped);
    view.shutdown();
    Bench.awaitEnd(view);
  }

  /** Interrupts a call once the jobs run; it must end with an InterruptedException. */
  private void interrupted(CountDownLatch running, Callable<?> call) throws Exception {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread caller =
        Thread.ofPlatform()
            .start(() -> {
              try {
                call.call();
              } catch (Throwable e) {
                thrown.set(e);
              }
            });
    Bench.await(running);
    caller.interrupt();
    assertThat(caller.join(Bench.SOON)).isTrue();
    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
  }

  @Test
  void invokeAllWithALimitReturnsOnTimeWithFuturesThatAreDoneAlthoughABodyRunsOn()
      throws Exception {
    Bench.Stubborn stubborn = bench.new Stubborn();
    List<Future<String>> futures =
        view.invokeAll(
            List.of(() -> "quick", () -> stubborn.run("late"), failing()), 300, MILLISECONDS);
    assertThat(futures).hasSize(3).allMatch(Future::isDone);
    assertThat(futures.get(1).isCancelled()).isTrue();
    if (stubborn.running.getCount() == 0) { // as good as always: the limit is long
      Bench.await(stubborn.interrupted);
      view.shutdown();
      assertThat(view.isTerminated()).as("its body still runs").isFalse();
    }
    bench.release.countDown();
    view.shutdown();
    Bench.awaitEnd(view);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void invokeAllWithoutAnyTimeRunsNothing(long limit) throws Exception {
    AtomicInteger ran = new AtomicInteger();
    Callable<Integer> job = ran::incrementAndGet;
    List<Future<Integer>> futures = view.invokeAll(List.of(job, job), limit, NANOSECONDS);
    assertThat(futures).hasSize(2).allMatch(Future::isCancelled);
    view.shutdown();
    Bench.awaitEnd(view);
    assertThat(ran).hasValue(0);
  }

  // ---------------------------------------------------------------- invokeAny

  private String invokeAny(boolean timed, List<Callable<String>> jobs) throws Exception {
    return timed ? view.invokeAny(jobs, 1, DAYS) : view.invokeAny(jobs);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void invokeAnyGivesTheFirstValueAndStopsTheOthers(boolean timed) throws Exception {
    CountDownLatch running = new CountDownLatch(2);
    CountDownLatch stopped = new CountDownLatch(2);
    Callable<String> slow =
        () -> {
          running.countDown();
          try {
            return Bench.sleepForever();
          } finally {
            stopped.countDown();
          }
        };
    Callable<String> first =
        () -> {
          running.await();
          return "first";
        };
    assertThat(invokeAny(timed, List.of(slow, failing(), slow, first))).isEqualTo("first");
    Bench.await(stopped);
    bench.nothingIsReportedAtTheEnd();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void invokeAnyOfFailuresFails(boolean timed) {
    assertThatThrownBy(() -> invokeAny(timed, List.of(failing(), failing())))
        .isInstanceOf(ExecutionException.class)
        .satisfies(e -> assertThat(e.getCause()).isSameAs(boom));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anInterruptedInvokeAnyStopsItsJobs(boolean timed) throws Exception {
    CountDownLatch running = new CountDownLatch(2);
    CountDownLatch stopped = new CountDownLatch(2);
    Callable<String> job =
        () -> {
          running.countDown();
          try {
            return Bench.sleepForever();
          } finally {
            stopped.countDown();
          }
        };
    interrupted(running, () -> invokeAny(timed, List.of(job, job)));
    Bench.await(stopped);
  }

  @Test
  void invokeAnyWithALimitTimesOutAndStopsItsJobs() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    Callable<String> job =
        () -> {
          running.countDown();
          try {
            return Bench.sleepForever();
          } finally {
            stopped.countDown();
          }
        };
    assertThatThrownBy(() -> view.invokeAny(List.of(job), 300, MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    if (running.getCount() == 0) {
      Bench.await(stopped);
    }
    view.shutdown();
    Bench.awaitEnd(view);
  }

  // ---------------------------------------------------------------- where we are stricter

  @Test
  void aSubmittedJobThatWasCancelledIsNotDoneWhileItRuns() throws Exception {
    Bench.Stubborn stubborn = bench.new Stubborn();
    Future<String> future = view.submit(() -> stubborn.run("value"));
    Bench.await(stubborn.running);
    assertThat(future.cancel(true)).isTrue();
    Bench.await(stubborn.interrupted);
    assertThat(future.isDone()).isFalse();
    assertThat(future.isCancelled()).isFalse();
    bench.release.countDown();
    Bench.eventually("it ended", future::isDone);
    assertThat(future.isCancelled()).isTrue();
  }

  @Test
  void aCancelledJobThatHasNotBegunNeverBegins() throws Exception {
    AtomicBoolean ran = new AtomicBoolean();
    bench.occupyCarriers();
    Future<?> future = view.submit(() -> ran.set(true));
    assertThat(future.cancel(false)).isTrue();
    assertThat(future.isDone()).isTrue();
    assertThat(future.isCancelled()).isTrue();
    view.shutdown();
    assertThat(view.isTerminated()).as("it was the only job").isTrue();
    bench.freeCarriers();
    bench.runtime.spawn(() -> "later than the job would have been").join();
    assertThat(ran).isFalse();
  }

  @Test
  void aJobAbortedByTheCallerWaitsNoLongerForAnother() throws Exception {
    Future<Optional<TaskId>> inner = view.submit(() -> Bench.sleepForever());
    CountDownLatch running = new CountDownLatch(1);
    Future<Object> outer =
        view.submit(() -> {
          running.countDown();
          return inner.get();
        });
    Bench.await(running);
    outer.cancel(true);
    Bench.eventually("it ended", outer::isDone);
    assertThat(outer.isCancelled()).isTrue();
    assertThat(inner.isDone()).isFalse();
  }
}
