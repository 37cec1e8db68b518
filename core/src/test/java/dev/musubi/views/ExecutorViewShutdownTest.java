package dev.musubi.views;

import static java.util.concurrent.TimeUnit.DAYS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.musubi.AbortPolicy;
import dev.musubi.AbortReason;
import dev.musubi.JoinException;
import dev.musubi.JoinHandle;
import dev.musubi.TaskAbortedException;
import dev.musubi.TaskHooks;
import dev.musubi.TaskId;
import dev.musubi.TaskRuntime;
import dev.musubi.contract.Semantics;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
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

/** How an executor view ends. */
@Semantics({11, 15})
class ExecutorViewShutdownTest {
  @AutoClose private final Bench bench = new Bench();
  private final ExecutorService view = bench.runtime.asExecutorService();
  private final Bench.Stubborn stubborn = bench.new Stubborn();

  private interface Use {
    void on(ExecutorService view, Callable<String> job) throws Exception;
  }

  static Stream<Arguments> submissions() {
    return Stream.of(
        arguments("execute", (Use) (v, job) -> v.execute(runnable(job))),
        arguments("submit(Runnable)", (Use) (v, job) -> v.submit(runnable(job))),
        arguments("submit(Runnable, T)", (Use) (v, job) -> v.submit(runnable(job), "result")),
        arguments("submit(Callable)", (Use) (v, job) -> v.submit(job)),
        arguments("invokeAll", (Use) (v, job) -> v.invokeAll(List.of(job))),
        arguments("timed invokeAll", (Use) (v, job) -> v.invokeAll(List.of(job), 1, DAYS)),
        arguments("invokeAny", (Use) (v, job) -> v.invokeAny(List.of(job))),
        arguments("timed invokeAny", (Use) (v, job) -> v.invokeAny(List.of(job), 1, DAYS)));
  }

  private static Runnable runnable(Callable<?> job) {
    return () -> {
      try {
        job.call();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    };
  }

  // ---------------------------------------------------------------- shutdown

  @ParameterizedTest(name = "{0}")
  @MethodSource("submissions")
  void afterShutdownJobsAreRejected(String name, Use submit) throws Exception {
    AtomicInteger ran = new AtomicInteger();
    submit.on(
        view,
        () -> {
          ran.incrementAndGet();
          return "before";
        });
    view.shutdown();
    assertThatThrownBy(() -> submit.on(view, () -> "after " + ran.incrementAndGet()))
        .isInstanceOf(RejectedExecutionException.class);
    Bench.awaitEnd(view);
    assertThat(ran).hasValue(1);
  }

  @Test
  void aViewWithoutJobsTerminatesAtOnce() throws Exception {
    assertThat(view.isShutdown()).isFalse();
    assertThat(view.isTerminated()).isFalse();
    view.shutdown();
    view.shutdown();
    assertThat(view.isShutdown()).isTrue();
    assertThat(view.isTerminated()).isTrue();
    assertThat(view.awaitTermination(0, NANOSECONDS)).isTrue();
    assertThat(view.awaitTermination(-1, DAYS)).isTrue();
    assertThat(view.shutdownNow()).isEmpty();
  }

  @Test
  void shutdownLetsRunningAndWaitingJobsComeToTheirEnd() throws Exception {
    Future<String> running = view.submit(() -> stubborn.run("running"));
    Bench.await(stubborn.running);
    bench.occupyCarriers();
    Future<String> waiting = view.submit(() -> "waiting");
    view.shutdown();
    assertThat(view.isShutdown()).isTrue();
    assertThat(view.isTerminated()).isFalse();
    assertThat(view.awaitTermination(0, NANOSECONDS)).isFalse();
    bench.freeCarriers();
    assertThat(waiting.get()).isEqualTo("waiting");
    assertThat(view.isTerminated()).isFalse();
    bench.release.countDown();
    assertThat(running.get()).isEqualTo("running");
    Bench.awaitEnd(view);
    assertThat(view.isTerminated()).isTrue();
  }

  @Test
  void terminationIsNotToldWhileAJobRuns() throws Exception {
    for (int round = 0; round < 200; round++) {
      ExecutorService own = bench.runtime.asExecutorService();
      AtomicBoolean early = new AtomicBoolean();
      for (int i = 0; i < 8; i++) {
        own.execute(() -> {
          Thread.yield();
          if (own.isTerminated()) {
            early.set(true);
          }
        });
      }
      own.shutdown();
      Bench.awaitEnd(own);
      assertThat(early).isFalse();
    }
  }

  // ---------------------------------------------------------------- shutdownNow

  @Test
  void shutdownNowStopsRunningJobsAndReturnsThoseThatHaveNotBegun() throws Exception {
    Future<String> running = view.submit(() -> stubborn.run("running"));
    Bench.await(stubborn.running);
    bench.occupyCarriers();
    Queue<String> ran = new ConcurrentLinkedQueue<>();
    Runnable executed = () -> ran.add("executed");
    view.execute(executed);
    Future<Boolean> submitted = view.submit(() -> ran.add("submitted"));
    List<Runnable> unstarted = view.shutdownNow();
    assertThat(unstarted).hasSize(2).contains(executed);
    assertThat(submitted.isCancelled()).isTrue();
    assertThatThrownBy(submitted::get).isInstanceOf(CancellationException.class);
    assertThat(view.isShutdown()).isTrue();
    assertThat(view.isTerminated()).as("the first one runs").isFalse();
    bench.freeCarriers();
    Bench.await(stubborn.interrupted);
    assertThat(running.isDone()).isFalse();
    assertThat(view.shutdownNow()).isEmpty();
    assertThat(view.isTerminated()).isFalse();
    bench.release.countDown();
    Bench.awaitEnd(view);
    assertThat(running.isCancelled()).isTrue();
    assertThat(ran).isEmpty();
    unstarted.forEach(Runnable::run);
    assertThat(ran).as("they are the jobs").containsExactlyInAnyOrder("executed", "submitted");
  }

  @Test
  @Semantics({9, 15})
  void aJobThatShutdownNowStoppedSaysWhy() throws Exception {
    Future<String> running = view.submit(() -> stubborn.run("running"));
    Bench.await(stubborn.running);
    view.shutdownNow();
    Bench.await(stubborn.interrupted);
    bench.release.countDown();
    assertThatThrownBy(running::get)
        .isInstanceOf(CancellationException.class)
        .cause()
        .isInstanceOfSatisfying(
            JoinException.class,
            e -> assertThat(e.reason().kind()).isEqualTo(AbortReason.Kind.PARENT_CLOSED));
  }

  @Test
  void aReturnedJobThatFailsThrowsWhereItIsRun() throws Exception {
    bench.occupyCarriers();
    IOException boom = new IOException("boom");
    view.submit(() -> {
      throw boom;
    });
    List<Runnable> unstarted = view.shutdownNow();
    assertThat(unstarted).hasSize(1);
    assertThatThrownBy(unstarted.getFirst()::run).hasCause(boom);
  }

  @Test
  void aJobMayShutItsOwnExecutorDown() throws Exception {
    Future<String> future =
        view.submit(() -> {
          assertThat(view.shutdownNow()).isEmpty();
          return Bench.sleepForever(); // its own interrupt wakes it
        });
    Bench.awaitEnd(view);
    assertThat(future.isCancelled()).isTrue();
  }

  @Test
  void aShutdownAmidASubmissionDoesNotMissTheJob() throws Exception {
    AtomicReference<ExecutorService> target = new AtomicReference<>();
    Queue<Runnable> returned = new ConcurrentLinkedQueue<>();
    TaskHooks hooks =
        new TaskHooks() {
          @Override
          public void onSpawn(TaskId id) {
            returned.addAll(target.get().shutdownNow());
          }
        };
    try (TaskRuntime runtime = TaskRuntime.builder().hooks(hooks).build()) {
      target.set(runtime.asExecutorService());
      AtomicBoolean ran = new AtomicBoolean();
      try {
        Future<?> future = target.get().submit(() -> ran.set(true));
        assertThat(future.isCancelled()).isTrue();
        assertThat(returned).hasSize(1);
      } catch (RejectedExecutionException e) {
        assertThat(returned).isEmpty();
      }
      assertThat(target.get().isTerminated()).isTrue();
      assertThat(ran).isFalse();
    }
  }

  // ---------------------------------------------------------------- awaitTermination

  @Test
  void awaitTerminationWaitsForTheLastJobAndWakesAllWhoWait() throws Exception {
    view.submit(() -> stubborn.run("running"));
    Bench.await(stubborn.running);
    assertThat(view.awaitTermination(1, MILLISECONDS)).isFalse();
    view.shutdown();
    assertThat(view.awaitTermination(1, MILLISECONDS)).isFalse();
    CountDownLatch told = new CountDownLatch(6);
    for (int i = 0; i < 6; i++) {
      Thread.Builder kind = i % 2 == 0 ? Thread.ofVirtual() : Thread.ofPlatform();
      Bench.awaitParked(
          kind.start(() -> {
            try {
              Bench.awaitEnd(view);
              told.countDown();
            } catch (InterruptedException e) {
              // not told
            }
          }));
    }
    assertThat(told.getCount()).isEqualTo(6);
    bench.release.countDown();
    Bench.await(told);
  }

  @Test
  void awaitTerminationCanBeInterrupted() throws Exception {
    view.submit(() -> stubborn.run("running"));
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicBoolean flag = new AtomicBoolean(true);
    Thread waiting =
        Thread.ofPlatform()
            .start(() -> {
              try {
                view.awaitTermination(1, DAYS);
              } catch (Throwable e) {
                thrown.set(e);
                flag.set(Thread.currentThread().isInterrupted());
              }
            });
    Bench.awaitParked(waiting);
    waiting.interrupt();
    assertThat(waiting.join(Bench.SOON)).isTrue();
    assertThat(thrown.get()).isExactlyInstanceOf(InterruptedException.class);
    assertThat(flag).isFalse();
  }

  /** Also one that no interrupt reaches: Musubi's own waits see the abort. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @Semantics({4, 15})
  void aTaskThatIsAbortedStopsAwaitingTermination(boolean interrupts) throws Exception {
    view.submit(() -> stubborn.run("running"));
    AtomicReference<Thread> waiting = new AtomicReference<>();
    JoinHandle<Boolean> handle =
        bench
            .runtime
            .task()
            .abortPolicy(interrupts ? AbortPolicy.once() : AbortPolicy.never())
            .spawn(() -> {
              waiting.set(Thread.currentThread());
              return view.awaitTermination(1, DAYS);
            });
    Bench.eventually("it runs", () -> waiting.get() != null);
    Bench.awaitParked(waiting.get());
    handle.abort();
    assertThat(handle.outcome(Bench.SOON).isCancelled()).isTrue();
    assertThatThrownBy(handle::join)
        .hasStackTraceContaining(TaskAbortedException.class.getSimpleName());
  }

  // ---------------------------------------------------------------- close

  @Test
  void closeWaitsForTheEndOfAllJobs() throws Exception {
    Future<String> running = view.submit(() -> stubborn.run("running"));
    Bench.await(stubborn.running);
    Thread closing = Thread.ofPlatform().start(view::close);
    Bench.awaitParked(closing);
    assertThat(view.isShutdown()).isTrue();
    assertThat(closing.join(Bench.A_WHILE)).isFalse();
    bench.release.countDown();
    assertThat(closing.join(Bench.SOON)).isTrue();
    assertThat(view.isTerminated()).isTrue();
    assertThat(running.get()).as("nobody stopped it").isEqualTo("running");
    view.close();
  }

  /** A thread that closes the view, and whether its flag was set in the end. */
  private final class Closer {
    final AtomicBoolean flag = new AtomicBoolean();
    final Thread thread;

    Closer(boolean interruptedBefore) {
      thread =
          Thread.ofPlatform()
              .start(() -> {
                if (interruptedBefore) {
                  Thread.currentThread().interrupt();
                }
                view.close();
                flag.set(Thread.interrupted());
              });
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anInterruptedCloseStopsTheJobsAndStillWaitsForTheirRealEnd(boolean before) throws Exception {
    Future<String> running = view.submit(() -> stubborn.run("running"));
    Bench.await(stubborn.running);
    Closer closer = new Closer(before);
    if (!before) {
      Bench.awaitParked(closer.thread);
      assertThat(stubborn.interrupted.getCount()).isEqualTo(1);
      closer.thread.interrupt();
    }
    Bench.await(stubborn.interrupted);
    assertThat(closer.thread.join(Bench.A_WHILE)).isFalse();
    closer.thread.interrupt(); // a second one changes nothing
    Bench.awaitParked(closer.thread);
    bench.release.countDown();
    assertThat(closer.thread.join(Bench.SOON)).isTrue();
    assertThat(closer.flag).isTrue();
    assertThat(running.isCancelled()).isTrue();
  }

  @Test
  void closingAnIdleViewLeavesTheInterruptAlone() throws Exception {
    Closer closer = new Closer(true);
    assertThat(closer.thread.join(Bench.SOON)).isTrue();
    assertThat(closer.flag).isTrue();
    assertThat(view.isTerminated()).isTrue();
  }

  @Test
  @Semantics({4, 15})
  void anAbortedTaskThatClosesAViewStopsTheJobsAndWaitsParked() throws Exception {
    view.submit(() -> stubborn.run("running"));
    Bench.await(stubborn.running);
    AtomicReference<Thread> closer = new AtomicReference<>();
    JoinHandle<String> closing =
        bench.runtime.spawn(() -> {
          try (view) {
            closer.set(Thread.currentThread());
            return Bench.sleepForever();
          }
        });
    Bench.eventually("it runs", () -> closer.get() != null);
    closing.abort();
    Bench.await(stubborn.interrupted);
    assertThat(closing.isFinished()).isFalse();
    try {
      Bench.awaitParked(closer.get()); // it does not spin
    } finally {
      bench.release.countDown();
    }
    assertThat(closing.outcome(Bench.SOON).isCancelled()).isTrue();
    assertThat(view.isTerminated()).isTrue();
  }

  @Test
  @Semantics({11, 15})
  void aJobCannotCloseItsOwnExecutor() throws Exception {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Future<String> future =
        view.submit(() -> {
          try {
            view.close();
          } catch (IllegalStateException e) {
            thrown.set(e);
          }
          return "ended";
        });
    try {
      Bench.eventually("it is refused", future::isDone);
    } finally {
      future.cancel(true);
    }
    assertThat(thrown.get()).isInstanceOf(IllegalStateException.class);
    assertThat(view.isShutdown()).as("nothing has happened").isFalse();
  }

  // ---------------------------------------------------------------- several views, the runtime

  @Test
  void twoViewsOfOneRuntimeAreIndependent() throws Exception {
    ExecutorService other = bench.runtime.asExecutorService();
    Future<String> running = other.submit(() -> stubborn.run("other"));
    Bench.await(stubborn.running);
    JoinHandle<String> task = bench.runtime.spawn(() -> bench.new Stubborn().run("task"));
    Future<String> own = view.submit(() -> Bench.sleepForever());
    Bench.eventually("they run", () -> bench.runtime.liveTaskCount() == 3);
    view.shutdownNow();
    Bench.awaitEnd(view);
    assertThat(own.isCancelled()).isTrue();
    assertThat(other.isShutdown()).isFalse();
    assertThat(other.submit(() -> "goes on").get()).isEqualTo("goes on");
    assertThat(bench.runtime.spawn(() -> "as well").join()).isEqualTo("as well");
    assertThat(stubborn.interrupted.getCount()).isEqualTo(1);
    assertThat(running.isDone()).isFalse();
    other.shutdown();
    assertThat(other.isTerminated()).isFalse();
    bench.release.countDown();
    Bench.awaitEnd(other);
    assertThat(running.get()).isEqualTo("other");
    assertThat(task.join()).isEqualTo("task");
  }

  @Test
  void aRuntimeShutDownUnderAViewStopsItsJobsAndRejectsMore() throws Exception {
    Future<String> running = view.submit(() -> stubborn.run("running"));
    Bench.await(stubborn.running);
    bench.runtime.shutdown(Duration.ZERO);
    Bench.await(stubborn.interrupted);
    AtomicBoolean ran = new AtomicBoolean();
    assertThatThrownBy(() -> view.execute(() -> ran.set(true)))
        .isInstanceOf(RejectedExecutionException.class);
    view.shutdown();
    assertThat(view.isTerminated()).as("its body still runs").isFalse();
    bench.release.countDown();
    Bench.awaitEnd(view);
    assertThat(running.isCancelled()).isTrue();
    assertThatThrownBy(running::get)
        .cause()
        .isInstanceOfSatisfying(
            JoinException.class,
            e -> assertThat(e.reason().kind()).isEqualTo(AbortReason.Kind.RUNTIME_SHUTDOWN));
    assertThat(ran).isFalse();
  }

  /** Who waits in invokeAll must not wait for jobs that never begin. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aShutdownEndsTheInvokeAllOfJobsThatHaveNotBegun(boolean ofTheRuntime) throws Exception {
    bench.occupyCarriers();
    List<Callable<String>> jobs = List.of(() -> "a", () -> "b");
    AtomicReference<List<Future<String>>> futures = new AtomicReference<>();
    Thread caller =
        Thread.ofPlatform()
            .start(() -> {
              try {
                futures.set(view.invokeAll(jobs));
              } catch (InterruptedException e) {
                // the test has failed
              }
            });
    try {
      Bench.awaitParked(caller);
      if (ofTheRuntime) {
        bench.runtime.shutdown(Duration.ZERO);
      } else {
        view.shutdownNow();
      }
      bench.freeCarriers();
      assertThat(caller.join(Bench.SOON)).isTrue();
    } finally {
      caller.interrupt();
    }
    assertThat(futures.get()).hasSize(2).allMatch(Future::isCancelled);
  }

  // ---------------------------------------------------------------- races

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whenAShutdownRacesWithSubmissionsEachAcceptedJobHasEndedWhenTerminationIsTold(boolean submit)
      throws Exception {
    for (int round = 0; round < 500; round++) {
      ExecutorService own = bench.runtime.asExecutorService();
      AtomicInteger accepted = new AtomicInteger();
      AtomicInteger ended = new AtomicInteger();
      CyclicBarrier start = new CyclicBarrier(3);
      Runnable job =
          () -> {
            Thread.yield();
            ended.incrementAndGet();
          };
      List<Thread> submitters = new ArrayList<>();
      for (int s = 0; s < 2; s++) {
        submitters.add(
            Thread.ofPlatform()
                .start(() -> {
                  meet(start);
                  try {
                    for (; ; ) {
                      if (submit) {
                        own.submit(job);
                      } else {
                        own.execute(job);
                      }
                      accepted.incrementAndGet();
                    }
                  } catch (RejectedExecutionException e) {
                    // the end of the race
                  }
                }));
      }
      meet(start);
      pause(round);
      own.shutdown();
      Bench.awaitEnd(own);
      int endedThen = ended.get();
      for (Thread submitter : submitters) {
        assertThat(submitter.join(Bench.SOON)).isTrue();
      }
      assertThat(endedThen).isEqualTo(accepted.get());
    }
  }

  @Test
  void whenAShutdownNowRacesWithSubmissionsNoJobIsMissed() throws Exception {
    for (int round = 0; round < 1_000; round++) {
      ExecutorService own = bench.runtime.asExecutorService();
      Queue<Future<?>> accepted = new ConcurrentLinkedQueue<>();
      AtomicInteger began = new AtomicInteger();
      AtomicInteger ended = new AtomicInteger();
      CyclicBarrier start = new CyclicBarrier(2);
      Callable<Object> endless =
          () -> {
            began.incrementAndGet();
            try {
              return Bench.sleepForever();
            } finally {
              ended.incrementAndGet();
            }
          };
      Thread submitter =
          Thread.ofPlatform()
              .start(() -> {
                meet(start);
                try {
                  for (; ; ) {
                    accepted.add(own.submit(endless));
                  }
                } catch (RejectedExecutionException e) {
                  // the end of the race
                }
              });
      meet(start);
      pause(round);
      int returned = own.shutdownNow().size();
      assertThat(submitter.join(Bench.SOON)).isTrue();
      Bench.awaitEnd(own);
      assertThat(ended.get()).isEqualTo(began.get());
      assertThat(accepted).allMatch(Future::isCancelled);
      assertThat(began.get() + returned).isEqualTo(accepted.size());
    }
  }

  private static void pause(int round) {
    for (int i = 0; i < round % 50 * 20; i++) {
      Thread.onSpinWait();
    }
  }

  private static void meet(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
