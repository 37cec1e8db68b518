package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import java.io.IOException;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A failure that nobody looks at is reported, once. */
@Semantics(8)
class UnobservedFailureTest {
  private final Kit.Reports reports = new Kit.Reports();
  private final TaskRuntime runtime =
      TaskRuntime.builder().name("reports").failureHook(reports).build();
  private final IOException boom = new IOException("boom");

  @AfterEach
  void shutDown() {
    runtime.close();
  }

  private JoinHandle<String> failing(TaskRuntime on) {
    return on.spawn(() -> {
      throw boom;
    });
  }

  private JoinHandle<String> failed(TaskRuntime on) {
    JoinHandle<String> handle = failing(on);
    Kit.eventually("it failed", handle::isFinished);
    return handle;
  }

  /** Shuts down, which reports what is left and waits for the hooks; then nothing more can come. */
  private void nothingElseIsReported(int reported) {
    runtime.shutdown(Kit.SOON);
    assertThat(reports.all).hasSize(reported);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Contract(83)
  void aDetachedTasksFailureIsReportedAtOnce(boolean failsFirst) throws Exception {
    CountDownLatch go = new CountDownLatch(failsFirst ? 0 : 1);
    JoinHandle<String> handle =
        runtime
            .task()
            .name("fetch")
            .spawn(() -> {
              go.await();
              throw boom;
            });
    if (failsFirst) {
      Kit.eventually("it failed", handle::isFinished);
    }
    handle.detach();
    go.countDown();
    UnobservedFailure failure = reports.only();
    assertThat(failure.kind()).isEqualTo(UnobservedFailure.Kind.DETACHED);
    assertThat(failure.cause()).isSameAs(boom);
    assertThat(failure.id()).isEqualTo(handle.id());
    assertThat(failure.id().name()).contains("fetch");
    handle.detach();
    nothingElseIsReported(1);
  }

  @Test
  @Contract(83)
  void aFailureWhoseHandleWasLetGoIsReported() {
    failing(runtime); // nobody keeps the handle
    Kit.eventually(
        "reported",
        () -> {
          System.gc();
          return !reports.all.isEmpty();
        });
    assertThat(reports.only().kind()).isEqualTo(UnobservedFailure.Kind.UNREACHABLE);
    nothingElseIsReported(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"join handle", "future", "completable future"})
  void aFailureIsNotReportedWhileSomebodyCanStillLook(String kept) throws Exception {
    Object holder =
        switch (kept) {
          case "join handle" -> failed(runtime);
          case "future" -> failing(runtime).asFuture();
          default -> failing(runtime).toCompletableFuture();
        };
    if (holder instanceof Future<?> future) {
      Kit.eventually("it failed", future::isDone);
    }
    for (int i = 0; i < 5; i++) {
      System.gc();
      Thread.sleep(5); // for the cleaner
    }
    assertThat(reports.all).isEmpty();
    Reference.reachabilityFence(holder);
    holder = null;
    Kit.eventually(
        "reported",
        () -> {
          System.gc();
          return !reports.all.isEmpty();
        });
    assertThat(reports.only().kind()).isEqualTo(UnobservedFailure.Kind.UNREACHABLE);
  }

  @Test
  void anAbortHandleIsNoReasonToKeepSilent() {
    AbortHandle kept = failing(runtime).abortHandle();
    Kit.eventually(
        "reported",
        () -> {
          System.gc();
          return !reports.all.isEmpty();
        });
    assertThat(kept.isFinished()).isTrue();
  }

  private static final class Refers extends Exception {
    private static final long serialVersionUID = 1;

    @SuppressWarnings("unused")
    private final transient Object handle;

    Refers(Object handle) {
      super("refers to its handle");
      this.handle = handle;
    }
  }

  @Test
  void aThrowableThatRefersToItsHandleIsReportedAllTheSame() {
    Kit.Reports own = new Kit.Reports();
    try (TaskRuntime impatient =
        TaskRuntime.builder()
            .failureHook(own)
            .unobservedFailureLimit(Duration.ofMillis(100))
            .build()) {
      AtomicReference<Object> handle = new AtomicReference<>();
      handle.set(
          impatient.spawn(() -> {
            Kit.eventually("set", () -> handle.get() != null);
            throw new Refers(handle.getAndSet(null));
          }));
      Kit.eventually(
          "reported",
          () -> {
            System.gc();
            return !own.all.isEmpty();
          });
      assertThat(own.only().cause()).isInstanceOf(Refers.class);
    }
    assertThat(own.all).hasSize(1);
  }

  @Test
  void aFailureThatIsNotJoinedForLongIsReportedAndCanStillBeJoined() {
    Kit.Reports own = new Kit.Reports();
    long begin = System.nanoTime();
    try (TaskRuntime impatient =
        TaskRuntime.builder()
            .failureHook(own)
            .unobservedFailureLimit(Duration.ofMillis(100))
            .build()) {
      JoinHandle<String> handle = failing(impatient);
      UnobservedFailure failure = own.only();
      assertThat(failure.kind()).isEqualTo(UnobservedFailure.Kind.NOT_JOINED_YET);
      assertThat(System.nanoTime() - begin).isGreaterThan(Duration.ofMillis(100).toNanos());
      assertThatThrownBy(handle::join).hasCause(boom);
      handle.detach();
    }
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    assertThat(own.all).as("never twice").hasSize(1);
  }

  @Test
  @Semantics({8, 11})
  void aShutdownReportsWhatNobodyLookedAtBeforeItReturns() {
    JoinHandle<String> handle = failed(runtime);
    runtime.shutdown(Kit.SOON);
    assertThat(reports.all).hasSize(1);
    assertThat(reports.only().kind()).isEqualTo(UnobservedFailure.Kind.SHUTDOWN);
    nothingElseIsReported(1);
    assertThat(handle.poll().orElseThrow().isPanic()).isTrue();
  }

  @Test
  void aCloseOfTheOwnerReportsWhatItFinds() {
    try (OwnedHandle<String> handle = failed(runtime).abortOnClose()) {
      assertThat(handle.isFinished()).isTrue();
    }
    assertThat(reports.only().kind()).isEqualTo(UnobservedFailure.Kind.CLOSED);
    nothingElseIsReported(1);
  }

  private interface Look {
    void look(JoinHandle<String> handle) throws Exception;
  }

  static Stream<Arguments> looks() {
    return Stream.of(
        arguments("join", (Look) JoinHandle::join),
        arguments("join(limit)", (Look) h -> h.join(Kit.SOON)),
        arguments("join(class)", (Look) h -> h.join(IOException.class)),
        arguments("outcome", (Look) JoinHandle::outcome),
        arguments("poll", (Look) JoinHandle::poll),
        arguments("resultNow", (Look) JoinHandle::resultNow),
        arguments("abortAndJoin", (Look) JoinHandle::abortAndJoin),
        arguments("Future.get", (Look) h -> h.asFuture().get()),
        arguments("Future.exceptionNow", (Look) h -> h.asFuture().exceptionNow()),
        arguments("Future.resultNow", (Look) h -> h.asFuture().resultNow()),
        arguments("CompletableFuture.get", (Look) h -> h.toCompletableFuture().get()),
        arguments("CompletableFuture.join", (Look) h -> h.toCompletableFuture().join()),
        arguments(
            "CompletableFuture dependent",
            (Look) h -> h.toCompletableFuture().exceptionally(e -> "e").get(20, TimeUnit.SECONDS)),
        arguments(
            "CompletableFuture as the other one",
            (Look)
                h ->
                    CompletableFuture.completedFuture("v")
                        .thenCombine(h.toCompletableFuture(), (v, _) -> v)
                        .join()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("looks")
  void whatCountsAsLooking(String what, Look look) {
    JoinHandle<String> handle = failed(runtime);
    try {
      look.look(handle);
    } catch (Exception e) {
      // one way to look
    }
    handle.detach();
    nothingElseIsReported(0);
  }

  static Stream<Arguments> glances() {
    return Stream.of(
        arguments("isFinished", (Look) JoinHandle::isFinished),
        arguments("state", (Look) JoinHandle::state),
        arguments("isAbortRequested", (Look) JoinHandle::isAbortRequested),
        arguments("abort", (Look) JoinHandle::abort),
        arguments("toString", (Look) JoinHandle::toString),
        arguments("Future.isDone", (Look) h -> h.asFuture().isDone()),
        arguments("Future.isCancelled", (Look) h -> h.asFuture().isCancelled()),
        arguments("Future.state", (Look) h -> h.asFuture().state()),
        arguments("Future.cancel", (Look) h -> h.asFuture().cancel(true)),
        arguments("bare CompletableFuture", (Look) h -> h.toCompletableFuture()),
        arguments("CompletableFuture.isDone", (Look) h -> h.toCompletableFuture().isDone()),
        arguments("liveTasks", (Look) _ -> TaskRuntime.global().liveTasks()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("glances")
  void whatDoesNotCountAsLooking(String what, Look look) throws Exception {
    JoinHandle<String> handle = failed(runtime);
    look.look(handle);
    nothingElseIsReported(1);
    assertThat(reports.only().kind()).isEqualTo(UnobservedFailure.Kind.SHUTDOWN);
  }

  @Test
  void aDependentThatWasPutOnBeforeTheFailureCounts() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CompletableFuture<String> dependent =
        runtime
            .spawn(() -> {
              go.await();
              throw boom;
            })
            .toCompletableFuture()
            .handle((_, e) -> e.getMessage());
    go.countDown();
    assertThat(dependent.get(20, TimeUnit.SECONDS)).isEqualTo("boom");
    nothingElseIsReported(0);
  }

  @Test
  void aCombinationThatWasPutOnBeforeTheFailureCounts() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CompletableFuture<Void> all =
        CompletableFuture.allOf(
            runtime
                .spawn(() -> {
                  go.await();
                  throw boom;
                })
                .toCompletableFuture());
    go.countDown();
    assertThatThrownBy(() -> all.get(20, TimeUnit.SECONDS)).hasCause(boom);
    nothingElseIsReported(0);
  }

  @Test
  void successesAndCancellationsAreNotReported() throws Exception {
    runtime.spawn(() -> "v").detach();
    runtime.spawn(() -> "v");
    JoinHandle<String> stopped = runtime.spawn(() -> Kit.sleepForever());
    stopped.abort();
    stopped.detach();
    Kit.eventually("all ended", () -> runtime.liveTaskCount() == 0);
    System.gc();
    nothingElseIsReported(0);
  }

  @Test
  void aFailureIsReportedOnceWhoeverRaces() throws Exception {
    int rounds = 300;
    Map<TaskId, Integer> counts = new ConcurrentHashMap<>();
    Map<TaskId, Boolean> seen = new ConcurrentHashMap<>();
    List<AbortHandle> all = new ArrayList<>();
    try (TaskRuntime busy =
        TaskRuntime.builder()
            .failureHook(failure -> counts.merge(failure.id(), 1, Integer::sum))
            .unobservedFailureLimit(Duration.ofMillis(1))
            .build()) {
      for (int i = 0; i < rounds; i++) {
        JoinHandle<String> handle = failing(busy);
        all.add(handle.abortHandle());
        Thread joiner =
            Thread.startVirtualThread(() -> {
              try {
                handle.poll().ifPresent(_ -> seen.put(handle.id(), true));
              } catch (IllegalStateException e) {
                // detached meanwhile
              }
            });
        if (i % 3 == 0) {
          System.gc();
        } else if (i % 3 == 1) {
          handle.detach();
        } else {
          handle.abortOnClose().close();
        }
        joiner.join();
      }
    }
    for (AbortHandle each : all) {
      boolean panicked = each.state() == TaskState.PANICKED;
      if (panicked && !seen.containsKey(each.id())) {
        Kit.eventually(each + " is reported", () -> counts.containsKey(each.id()));
      }
      assertThat(counts.getOrDefault(each.id(), 0))
          .as("reports of %s, %s", each, each.state())
          .isLessThanOrEqualTo(panicked ? 1 : 0);
    }
    assertThat(counts).as("some were reported").isNotEmpty();
  }

  @Test
  void theHookRunsOnAVirtualThreadOfItsOwnOutsideOfEveryTask() {
    AtomicReference<String> seen = new AtomicReference<>();
    AtomicReference<Thread> body = new AtomicReference<>();
    try (TaskRuntime own =
        TaskRuntime.builder()
            .failureHook(_ ->
                seen.set(
                    "%s %s %s"
                        .formatted(
                            Thread.currentThread().isVirtual(),
                            Thread.currentThread() == body.get(),
                            Task.tryCurrentId().isPresent())))
            .build()) {
      own.spawn(
              () -> {
                body.set(Thread.currentThread());
                throw boom;
              })
          .detach();
      Kit.eventually("reported", () -> seen.get() != null);
    }
    assertThat(seen).hasValue("true false false");
  }

  @Test
  void aSlowHookDoesNotHoldUpTheTaskOrOtherReports() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger entered = new AtomicInteger();
    try (TaskRuntime own =
        TaskRuntime.builder()
            .failureHook(_ -> {
              entered.incrementAndGet();
              Kit.awaitStubbornly(release);
            })
            .build()) {
      failing(own).detach();
      failing(own).detach();
      Kit.eventually("both are reported", () -> entered.get() == 2);
      assertThat(own.spawn(() -> "alive").join(Kit.SOON)).isEqualTo("alive");
      release.countDown();
    }
  }

  @Test
  void ifTheHookThrowsTheLogGetsBoth() {
    try (var log = LogCapture.listenFor("\"hook-throws\"");
        TaskRuntime own =
            TaskRuntime.builder()
                .failureHook(_ -> {
                  throw new IllegalStateException("broken hook");
                })
                .build()) {
      own.task()
          .name("hook-throws")
          .spawn(() -> {
            throw boom;
          })
          .detach();
      LogCapture.Line line = log.first();
      assertThat(line.level()).isEqualTo(System.Logger.Level.ERROR);
      assertThat(line.thrown()).hasMessage("broken hook").hasSuppressedException(boom);
    }
  }

  @Test
  void byDefaultItIsLoud() {
    try (var log = LogCapture.listenFor("\"loud\"");
        TaskRuntime own = TaskRuntime.create()) {
      JoinHandle<String> handle =
          own.task()
              .name("loud")
              .spawn(() -> {
                throw boom;
              });
      handle.detach();
      LogCapture.Line line = log.first();
      assertThat(line.level()).isEqualTo(System.Logger.Level.ERROR);
      assertThat(line.thrown()).isSameAs(boom);
      assertThat(line.message()).contains(handle.id().toString());
    }
  }

  // ---------------------------------------------------------------- nothing else is lost either

  @Test
  @Contract(18)
  void aJoinerThatWasInterruptedOrTimedOutCanJoinAgain() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    JoinHandle<String> handle =
        runtime.spawn(() -> {
          release.await();
          return "v";
        });
    assertThatThrownBy(() -> handle.join(Duration.ofMillis(1)))
        .isInstanceOf(JoinTimeoutException.class)
        .hasMessageContaining("task " + handle.id())
        .hasMessageContaining("PT0.001S");
    assertThatThrownBy(() -> handle.join(Duration.ZERO)).isInstanceOf(JoinTimeoutException.class);
    Thread.currentThread().interrupt();
    assertThatThrownBy(handle::join).isExactlyInstanceOf(InterruptedException.class);
    release.countDown();
    assertThat(handle.join(Kit.SOON)).isEqualTo("v");
    assertThat(handle.join()).isEqualTo("v");
  }

  @Test
  @Semantics({4, 8})
  void anAbortAndJoinThatTimesOutLeavesTheAbortRequestedAndTheHandleJoinable() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    JoinHandle<String> handle =
        runtime
            .task()
            .name("stubborn")
            .spawn(() -> {
              inside.countDown();
              Kit.awaitStubbornly(release);
              return "late";
            });
    Kit.await(inside);
    assertThatThrownBy(() -> handle.abortAndJoin(Duration.ofMillis(5)))
        .isInstanceOf(JoinTimeoutException.class)
        .hasMessageContaining("\"stubborn\"")
        .hasMessageContaining("abort");
    assertThat(handle.isAbortRequested()).isTrue();
    assertThat(handle.isFinished()).isFalse();
    release.countDown();
    assertThat(handle.join(Kit.SOON)).isEqualTo("late");
  }
}
