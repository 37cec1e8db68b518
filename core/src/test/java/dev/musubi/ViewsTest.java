package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.musubi.contract.Semantics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A task as a Future, as a CompletableFuture; a runtime as an executor. */
@Semantics(15)
class ViewsTest {
  private final TaskRuntime runtime =
      TaskRuntime.builder().maxBlockingThreads(1).abortPolicy(AbortPolicy.once()).build();

  private final CountDownLatch inside = new CountDownLatch(1);
  private final CountDownLatch release = new CountDownLatch(1);

  @AfterEach
  void shutDown() {
    release.countDown();
    runtime.close();
  }

  /** Ends some time after it was asked to. */
  private JoinHandle<String> slowToStop() throws Exception {
    JoinHandle<String> handle =
        runtime.spawn(() -> {
          inside.countDown();
          try {
            return Kit.sleepForever();
          } finally {
            Kit.awaitStubbornly(release);
          }
        });
    Kit.await(inside);
    return handle;
  }

  @Test
  void aFutureFollowsTheRealEnd() throws Exception {
    JoinHandle<String> handle = slowToStop();
    Future<String> future = handle.asFuture();
    assertThat(future.cancel(false)).as("it has started").isFalse();
    assertThat(handle.isAbortRequested()).isFalse();
    assertThat(future.cancel(true)).isTrue();
    assertThat(future.cancel(true)).as("not accepted twice").isFalse();
    assertThat(handle.isAbortRequested()).isTrue();
    assertThat(future.isDone()).isFalse();
    assertThat(future.isCancelled()).isFalse();
    assertThat(future.state()).isEqualTo(Future.State.RUNNING);
    assertThatThrownBy(() -> future.get(1, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    release.countDown();
    assertThatThrownBy(future::get).isInstanceOf(CancellationException.class);
    assertThat(future.isDone()).isTrue();
    assertThat(future.isCancelled()).isTrue();
    assertThat(future.state()).isEqualTo(Future.State.CANCELLED);
  }

  @Test
  @Semantics({2, 15})
  void aFutureCancelsWithoutInterruptWhatHasNotStarted() {
    JoinHandle<Void> busy = runtime.spawnBlocking(() -> Kit.awaitStubbornly(release));
    Kit.eventually("it runs", () -> busy.state() == TaskState.RUNNING);
    Future<Void> future = runtime.spawnBlocking(() -> {}).asFuture();
    assertThat(future.cancel(false)).isTrue();
    assertThat(future.isDone()).isTrue();
    assertThat(future.isCancelled()).isTrue();
  }

  @Test
  void aFutureOfASuccessOfADespisedCancelIsNoCancellation() throws Exception {
    JoinHandle<String> handle =
        runtime.spawn(() -> {
          inside.countDown();
          Kit.awaitStubbornly(release);
          return "v";
        });
    Kit.await(inside);
    Future<String> future = handle.asFuture();
    assertThat(future.cancel(true)).isTrue();
    release.countDown();
    assertThat(future.get()).isEqualTo("v");
    assertThat(future.isCancelled()).isFalse();
    assertThat(future.cancel(true)).isFalse();
  }

  static Stream<Arguments> completions() {
    return Stream.of(
        arguments("cancel", (Consumer<CompletableFuture<String>>) f -> f.cancel(true)),
        arguments("cancel(false)", (Consumer<CompletableFuture<String>>) f -> f.cancel(false)),
        arguments("complete", (Consumer<CompletableFuture<String>>) f -> f.complete("other")),
        arguments(
            "completeExceptionally",
            (Consumer<CompletableFuture<String>>)
                f -> f.completeExceptionally(new IllegalStateException())),
        arguments(
            "completeAsync",
            (Consumer<CompletableFuture<String>>)
                f -> f.completeAsync(() -> "other", Runnable::run)),
        arguments(
            "orTimeout",
            (Consumer<CompletableFuture<String>>) f -> f.orTimeout(1, TimeUnit.MILLISECONDS)),
        arguments(
            "completeOnTimeout",
            (Consumer<CompletableFuture<String>>)
                f -> f.completeOnTimeout("other", 1, TimeUnit.MILLISECONDS)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("completions")
  void completingACompletableFutureFromOutsideAbortsTheTask(
      String what, Consumer<CompletableFuture<String>> complete) throws Exception {
    JoinHandle<String> handle = slowToStop();
    CompletableFuture<String> future = handle.toCompletableFuture();
    complete.accept(future);
    Kit.eventually("the future is done", future::isDone);
    Kit.eventually("the task is aborted", handle::isAbortRequested);
    assertThat(handle.isFinished()).as("the handle tells the real end").isFalse();
    release.countDown();
    assertThat(handle.outcome(Kit.SOON).isCancelled()).isTrue();
  }

  @Test
  void aCompletableFutureEndsLikeTheTask() throws Exception {
    assertThat(runtime.spawn(() -> "v").toCompletableFuture().get(20, TimeUnit.SECONDS))
        .isEqualTo("v");
    IllegalStateException boom = new IllegalStateException("boom");
    assertThatThrownBy(
            runtime
                    .spawn(() -> {
                      throw boom;
                    })
                    .toCompletableFuture()
                ::join)
        .hasCause(boom);
    JoinHandle<String> stopped = slowToStop();
    CompletableFuture<String> future = stopped.toCompletableFuture();
    release.countDown();
    stopped.abortAndJoin(Kit.SOON);
    assertThatThrownBy(future::join).isInstanceOf(CancellationException.class);
    assertThat(future.isCancelled()).isTrue();
  }

  @Test
  @Semantics({14, 15})
  void dependentsRunOnAVirtualThreadOutsideOfTheTask() throws Exception {
    TaskLocal<String> local = TaskLocal.named("local");
    AtomicReference<Thread> body = new AtomicReference<>();
    CompletableFuture<String> seen =
        runtime
            .task()
            .taskLocal(local, "bound")
            .spawn(() -> {
              body.set(Thread.currentThread());
              Kit.awaitStubbornly(release);
            })
            .toCompletableFuture()
            .thenApply(_ ->
                Thread.currentThread().isVirtual()
                    + " "
                    + (Thread.currentThread() == body.get())
                    + " "
                    + Task.tryCurrentId().isPresent()
                    + " "
                    + local.tryGet().isPresent());
    release.countDown();
    assertThat(seen.get(20, TimeUnit.SECONDS)).isEqualTo("true false false false");
  }

  // ---------------------------------------------------------------- the executor

  @Test
  void eachExecutorViewHasALifeOfItsOwn() throws Exception {
    ExecutorService one = runtime.asExecutorService();
    ExecutorService two = runtime.asExecutorService();
    Future<TaskRuntime> future = one.submit(TaskRuntime::current);
    assertThat(future.get(20, TimeUnit.SECONDS)).isSameAs(runtime);
    one.shutdown();
    assertThat(one.isShutdown()).isTrue();
    assertThat(one.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    assertThat(one.isTerminated()).isTrue();
    assertThatThrownBy(() -> one.submit(() -> "late"))
        .isInstanceOf(RejectedExecutionException.class);
    assertThatThrownBy(() -> one.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    assertThat(two.isShutdown()).isFalse();
    assertThat(two.submit(() -> "v").get(20, TimeUnit.SECONDS)).isEqualTo("v");
    assertThat(runtime.isShutdown()).isFalse();
    two.close();
  }

  @Test
  void awaitTerminationWaitsForItsOwnJobsAlone() throws Exception {
    JoinHandle<Void> foreign = runtime.spawn(() -> Kit.sleepForever());
    ExecutorService view = runtime.asExecutorService();
    view.execute(() -> Kit.awaitStubbornly(release));
    view.shutdown();
    assertThat(view.awaitTermination(5, TimeUnit.MILLISECONDS)).isFalse();
    assertThat(view.isTerminated()).isFalse();
    release.countDown();
    assertThat(view.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    assertThat(foreign.isFinished()).isFalse();
  }

  @Test
  void shutdownNowAbortsWhatRunsAndReturnsWhatHasNotStarted() throws Exception {
    ExecutorService view = runtime.asExecutorService();
    Future<String> running =
        view.submit(() -> {
          inside.countDown();
          return Kit.sleepForever();
        });
    Kit.await(inside);
    int carriers = Runtime.getRuntime().availableProcessors();
    CountDownLatch spinning = new CountDownLatch(carriers);
    for (int i = 0; i < carriers; i++) {
      Thread.startVirtualThread(() -> {
        spinning.countDown();
        while (release.getCount() > 0) {
          Thread.onSpinWait();
        }
      });
    }
    Kit.await(spinning);
    Runnable unstarted = () -> {};
    view.execute(unstarted);
    List<Runnable> back = view.shutdownNow();
    assertThat(back).containsExactly(unstarted);
    release.countDown();
    assertThat(view.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    assertThat(running.isCancelled()).isTrue();
  }

  @Test
  void invokeAllWithALimitReturnsOnTimeWithFuturesThatAreDone() throws Exception {
    ExecutorService view = runtime.asExecutorService();
    List<Callable<String>> jobs = new ArrayList<>();
    jobs.add(() -> "quick");
    jobs.add(() -> {
      Kit.awaitStubbornly(release);
      return "slow";
    });
    List<Future<String>> futures = view.invokeAll(jobs, 200, TimeUnit.MILLISECONDS);
    assertThat(futures).hasSize(2).allMatch(Future::isDone);
    assertThat(futures.get(1).isCancelled()).isTrue();
    assertThat(runtime.liveTaskCount()).as("the body runs on").isEqualTo(1);
    release.countDown();
    view.shutdown();
    assertThat(view.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void anExecutorOfARuntimeThatWasShutDownRejects() {
    ExecutorService view = runtime.asExecutorService();
    runtime.close();
    assertThatThrownBy(() -> view.submit(() -> "late"))
        .isInstanceOf(RejectedExecutionException.class);
  }
}
