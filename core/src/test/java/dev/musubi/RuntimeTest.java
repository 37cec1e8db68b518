package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Running a main program, which runtime is the current one, and what a runtime tells of itself. */
class RuntimeTest {
  @AutoClose private final TaskRuntime runtime = TaskRuntime.builder().name("one").build();
  @AutoClose private final TaskRuntime other = TaskRuntime.builder().name("two").build();

  @Test
  @Contract(270)
  void blockOnRunsOnTheCallersThreadAndReturnsWhenTheRootIsDone() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    record Seen(Thread thread, JoinHandle<String> task) {}
    Seen seen =
        runtime.blockOn(() ->
            new Seen(
                Thread.currentThread(),
                Task.spawn(() -> {
                  release.await();
                  return "later";
                })));
    assertThat(seen.thread).isSameAs(Thread.currentThread());
    assertThat(seen.task.isFinished()).isFalse();
    release.countDown();
    assertThat(seen.task.join(Kit.SOON)).isEqualTo("later");
  }

  @Test
  @Contract({11, 270})
  void theRootIsNotATask() throws Exception {
    runtime.blockOn(() -> {
      assertThat(Task.tryCurrentId()).isEmpty();
      assertThat(runtime.liveTaskCount()).isZero();
      Task.checkAborted();
      assertThat(Task.isAbortRequested()).isFalse();
      assertThat(TaskRuntime.current()).isSameAs(runtime);
    });
  }

  @Test
  @Contract(273)
  void aRuntimeCanBeMadeAndEnteredInsideAnother() throws Exception {
    runtime.blockOn(() -> {
      try (TaskRuntime inner = TaskRuntime.create()) {
        assertThat(TaskRuntime.current()).isSameAs(runtime);
        inner.blockOn(() -> assertThat(TaskRuntime.current()).isSameAs(inner));
        assertThat(TaskRuntime.current()).isSameAs(runtime);
        assertThat(inner.spawn(TaskRuntime::current).join()).isSameAs(inner);
      }
    });
    assertThat(TaskRuntime.current()).isSameAs(TaskRuntime.global());
  }

  @Test
  @Contract(273)
  void aRuntimeCanBeEnteredInsideATaskOfAnother() throws Exception {
    runtime
        .spawn(() -> {
          assertThat(TaskRuntime.current()).isSameAs(runtime);
          other.blockOn(() -> assertThat(TaskRuntime.current()).isSameAs(other));
          assertThat(TaskRuntime.current()).isSameAs(runtime);
        })
        .join(Kit.SOON);
  }

  @Test
  @Contract(273)
  void aTaskSpawnedElsewhereWhileEnteredKnowsItsOwnRuntime() throws Exception {
    runtime.blockOn(() -> {
      assertThat(other.spawn(TaskRuntime::current).join()).isSameAs(other);
      assertThat(other.spawnBlocking(TaskRuntime::current).join()).isSameAs(other);
    });
  }

  @Test
  @Contract(274)
  void severalThreadsMayBlockOnTheSameRuntime() throws Exception {
    int threads = 4;
    CyclicBarrier together = new CyclicBarrier(threads);
    List<JoinHandle<Integer>> roots =
        java.util.stream.IntStream.range(0, threads)
            .mapToObj(i ->
                other.spawnBlocking(() ->
                    runtime.blockOn(() -> {
                      JoinHandle<Integer> task =
                          Task.spawn(() -> {
                            together.await(); // all four at once
                            return i;
                          });
                      return task.join();
                    })))
            .toList();
    for (int i = 0; i < threads; i++) {
      assertThat(roots.get(i).join(Kit.SOON)).isEqualTo(i);
    }
  }

  @Test
  @Contract(276)
  void whatHoldsARuntimeDoesNotKeepItFromEnding() throws Exception {
    TaskRuntime closed = TaskRuntime.create();
    JoinHandle<String> before = closed.spawn(() -> "v");
    before.join(Kit.SOON);
    closed.close();
    assertThat(before.join()).isEqualTo("v");
    JoinHandle<String> after = closed.spawn(() -> "never");
    assertThat(after.poll().orElseThrow().isCancelled()).isTrue();
    assertThat(closed.isShutdown()).isTrue();
  }

  @Test
  @Contract({277, 5})
  void outsideOfARuntimeTheGlobalOneIsCurrent() throws Exception {
    assertThat(TaskRuntime.current()).isSameAs(TaskRuntime.global());
    assertThat(Task.spawn(TaskRuntime::current).join(Kit.SOON)).isSameAs(TaskRuntime.global());
  }

  @Test
  @Contract({279, 31})
  void tasksWaitForTasksOfOtherRuntimes() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    JoinHandle<String> target =
        other.spawn(() -> {
          release.await();
          return "v";
        });
    JoinHandle<String> joiner = runtime.spawn(() -> target.join());
    release.countDown();
    assertThat(joiner.join(Kit.SOON)).isEqualTo("v");
  }

  @Test
  @Contract(280)
  void aRuntimeHasAnIdAndPerhapsAName() {
    assertThat(runtime.id()).isEqualTo(runtime.id()).isNotEqualTo(other.id());
    assertThat(runtime.name()).contains("one");
    assertThat(other.name()).contains("two");
    try (TaskRuntime nameless = TaskRuntime.create()) {
      assertThat(nameless.name()).isEmpty();
    }
  }

  @Test
  @Contract({281, 303})
  void aBuilderRejectsNonsenseAtTheCall() {
    TaskRuntime.Builder builder = TaskRuntime.builder();
    List<VoidBody<RuntimeException>> calls =
        List.of(
            () -> builder.name(" "),
            () -> builder.maxBacklog(0),
            () -> builder.maxBlockingThreads(0),
            () -> builder.maxBlockingQueue(0, QueueFull.REJECT),
            () -> builder.blockingKeepAlive(Duration.ofNanos(-1)),
            () -> builder.closeDeadline(Duration.ofNanos(-1)),
            () -> builder.unobservedFailureLimit(Duration.ZERO));
    for (VoidBody<RuntimeException> call : calls) {
      assertThatThrownBy(call::run).isInstanceOf(IllegalArgumentException.class);
    }
    List<VoidBody<RuntimeException>> nulls =
        List.of(
            () -> builder.name(null),
            () -> builder.hooks(null),
            () -> builder.failureHook(null),
            () -> builder.abortPolicy(null),
            () -> builder.blockingAbortPolicy(null),
            () -> builder.contextCarrier(null),
            () -> builder.onClosed(null),
            () -> builder.maxBlockingQueue(1, null));
    for (VoidBody<RuntimeException> call : nulls) {
      assertThatThrownBy(call::run).isInstanceOf(NullPointerException.class);
    }
  }

  // ---------------------------------------------------------------- live tasks

  @Test
  @Semantics({1, 10, 12})
  void liveTasksAreListedWithNameStateAndWhomTheyWaitFor() throws Exception {
    try (TaskRuntime small =
        TaskRuntime.builder().maxBlockingThreads(1).abortPolicy(AbortPolicy.once()).build()) {
      CountDownLatch release = new CountDownLatch(1);
      JoinHandle<Void> busy =
          small.task().name("busy").spawnBlocking(() -> Kit.awaitStubbornly(release));
      Kit.eventually(
          "it is in its body", // it is RUNNING before
          () ->
              info(small, busy).stack().stream()
                  .anyMatch(frame -> frame.getMethodName().equals("awaitStubbornly")));
      JoinHandle<Void> queued = small.task().name("queued").spawnBlocking(() -> {});
      JoinHandle<Void> middle =
          small
              .task()
              .name("middle")
              .spawn(() -> {
                busy.join();
              });
      JoinHandle<Void> end =
          small
              .task()
              .name("end")
              .spawn(() -> {
                middle.outcome();
              });
      Kit.eventually(
          "both wait",
          () ->
              info(small, end).waitingFor().isPresent()
                  && info(small, middle).waitingFor().isPresent());
      assertThat(small.liveTaskCount()).isEqualTo(4);
      assertThat(small.liveTasks())
          .extracting(info -> info.id().name().orElseThrow())
          .containsExactlyInAnyOrder("busy", "queued", "middle", "end");
      // the chain can be followed: end, middle, busy
      assertThat(info(small, end).waitingFor()).contains(middle.id());
      assertThat(info(small, middle).waitingFor()).contains(busy.id());
      assertThat(info(small, busy).waitingFor()).isEmpty();
      assertThat(info(small, end).toString()).contains("waiting for task " + middle.id());
      assertThat(info(small, busy).state()).isEqualTo(TaskState.RUNNING);
      assertThat(info(small, busy).blocking()).isTrue();
      assertThat(info(small, queued).state()).isEqualTo(TaskState.SCHEDULED);
      assertThat(info(small, queued).thread()).isEmpty();
      assertThat(info(small, queued).stack()).isEmpty();
      assertThat(info(small, end).blocking()).isFalse();
      busy.abort();
      assertThat(info(small, busy).abortRequested()).isTrue();
      assertThat(info(small, end).abortRequested()).isFalse();
      release.countDown();
      end.join(Kit.SOON);
      queued.join(Kit.SOON);
      assertThat(small.liveTaskCount()).isZero();
    }
  }

  @Test
  @Semantics(12)
  void aCycleOfJoinersCanBeSeenAndBroken() throws Exception {
    var first = new java.util.concurrent.CompletableFuture<JoinHandle<Void>>();
    var second = new java.util.concurrent.CompletableFuture<JoinHandle<Void>>();
    JoinHandle<Void> one =
        runtime.spawn(() -> {
          second.get().join();
        });
    JoinHandle<Void> two =
        runtime.spawn(() -> {
          first.get().join();
        });
    first.complete(one);
    second.complete(two);
    Kit.eventually(
        "the cycle is closed",
        () ->
            info(runtime, one).waitingFor().equals(Optional.of(two.id()))
                && info(runtime, two).waitingFor().equals(Optional.of(one.id())));
    one.abort();
    assertThat(one.outcome(Kit.SOON).isCancelled()).isTrue();
    assertThat(two.outcome(Kit.SOON).isPanic()).isTrue(); // it was not aborted, its target was
  }

  private static TaskInfo info(TaskRuntime runtime, JoinHandle<?> handle) {
    return runtime.liveTasks().stream()
        .filter(info -> info.id().equals(handle.id()))
        .findAny()
        .orElseThrow();
  }

  @Test
  @Contract(46)
  void finishedTasksAreForgotten() throws Exception {
    for (int i = 0; i < 20_000; i++) {
      runtime.spawn(() -> {}).detach();
    }
    Kit.eventually("all ended", () -> runtime.liveTaskCount() == 0);
    assertThat(runtime.liveTasks()).isEmpty();
  }

  // ---------------------------------------------------------------- main programs

  /** A main that spawns, joins, and may throw. */
  static final class MainProgram {
    public static void main(String[] arguments) throws Exception {
      try (TaskRuntime main = TaskRuntime.create()) {
        int sum =
            main.blockOn(() -> {
              JoinHandle<Integer> one = Task.spawn(() -> 40);
              JoinHandle<Integer> two = Task.spawnBlocking(() -> 2);
              return one.join() + two.join();
            });
        System.out.println("sum " + sum);
        if (arguments.length > 0) {
          main.blockOn(() -> {
            throw new IOException("main failed");
          });
        }
      }
    }
  }

  @Test
  @Contract({270, 84})
  void aMainProgramExitsWithTheRightCode() throws Exception {
    Kit.Exit good = Kit.java(MainProgram.class);
    assertThat(good.code()).as(good.out()).isZero();
    assertThat(good.out()).contains("sum 42");
    Kit.Exit bad = Kit.java(MainProgram.class, "throw");
    assertThat(bad.code()).as(bad.out()).isEqualTo(1);
    assertThat(bad.out()).contains("sum 42").contains("IOException: main failed");
  }

  /** Leaves tasks behind on the global runtime. */
  static final class LeavesTasks {
    public static void main(String[] arguments) throws Exception {
      CountDownLatch inside = new CountDownLatch(2);
      JoinHandle<?> plain =
          Task.spawn(() -> {
            inside.countDown();
            try {
              Kit.sleepForever();
            } finally {
              System.out.println("cleaned up");
            }
          });
      Task.spawnBlocking(() -> {
        inside.countDown();
        Kit.sleepForever();
      });
      JoinHandle<?> failed =
          Task.builder()
              .name("forgotten")
              .spawn(() -> {
                throw new IOException("nobody looked");
              });
      inside.await();
      while (!failed.isFinished()) {
        Thread.sleep(1);
      }
      if (arguments.length > 0) {
        System.exit(Integer.parseInt(arguments[0]));
      }
      java.lang.ref.Reference.reachabilityFence(plain);
      java.lang.ref.Reference.reachabilityFence(failed);
    }
  }

  @Test
  @Contract({283, 322})
  @Semantics({8, 11})
  void theEndOfTheJvmAbortsTheGlobalRuntimeAndReportsFailures() throws Exception {
    for (String[] arguments : new String[][] {{}, {"7"}}) {
      Kit.Exit exit = Kit.java(LeavesTasks.class, arguments);
      assertThat(exit.code()).as(exit.out()).isEqualTo(arguments.length == 0 ? 0 : 7);
      assertThat(exit.out())
          .contains("cleaned up")
          .contains("\"forgotten\"")
          .contains("IOException: nobody looked");
    }
  }

  /** A task that ends the JVM. */
  static final class ExitsInATask {
    public static void main(String[] arguments) throws Exception {
      TaskRuntime own = TaskRuntime.create();
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(() -> {
                long begin = System.nanoTime();
                own.close(); // up to 30 s
                System.out.println(
                    "closed in time "
                        + (Duration.ofNanos(System.nanoTime() - begin).toSeconds() < 10));
              }));
      JoinHandle<?> global = Task.spawn(() -> System.exit(5));
      JoinHandle<?> mine = own.spawn(() -> System.exit(5));
      global.outcome();
      mine.outcome();
    }
  }

  @Test
  @Semantics(11)
  void aTaskInsideSystemExitIsNotWaitedFor() throws Exception {
    Kit.Exit exit = Kit.java(ExitsInATask.class);
    assertThat(exit.code()).as(exit.out()).isEqualTo(5);
    assertThat(exit.out()).contains("closed in time true");
  }
}
