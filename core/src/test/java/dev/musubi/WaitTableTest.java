package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The table of waits: kind of wait, what happens to the waiting thread, shield or not, and what
 * comes out. The rows are the data below; each cell is run for real, and {@code docs/wait-table.md}
 * is written from the same rows ({@code -Dmusubi.contract.write=true}).
 */
class WaitTableTest {
  private enum Target {
    NONE("–"),
    FINISHED("finished"),
    RUNNING("running");

    final String text;

    Target(String text) {
      this.text = text;
    }
  }

  private enum State {
    PLAIN("nothing"),
    FLAG_BEFORE("interrupted by others before"),
    INTERRUPT_WHILE("interrupted by others while waiting"),
    ABORT_BEFORE("own task aborted before"),
    ABORT_WHILE("own task aborted while waiting");

    final String text;

    State(String text) {
      this.text = text;
    }

    boolean isAbort() {
      return this == ABORT_BEFORE || this == ABORT_WHILE;
    }

    boolean isWhile() {
      return this == INTERRUPT_WHILE || this == ABORT_WHILE;
    }
  }

  /** On which thread the waiting is done. The cells are the same on all of them. */
  private enum Place {
    TASK,
    BLOCKING_TASK,
    PLAIN_THREAD
  }

  private enum Kind {
    JOIN("join()"),
    JOIN_LIMIT("join(limit)"),
    JOIN_OR_ABORT("joinOrAbort(limit)"),
    SELECT("Select.select(handle.onJoin(...))"),
    TRY_JOIN("Join.tryJoin(handles)"),
    OUTCOME("outcome()"),
    OUTCOME_LIMIT("outcome(limit)"),
    POLL("poll()"),
    RESULT_NOW("resultNow()"),
    ABORT_AND_JOIN("abortAndJoin()"),
    ABORT_AND_JOIN_LIMIT("abortAndJoin(limit)"),
    CLOSE("OwnedHandle.close()"),
    SHUTDOWN("TaskRuntime.shutdown(deadline)"),
    FUTURE_GET("asFuture().get()"),
    FUTURE_GET_LIMIT("asFuture().get(limit)"),
    COMPLETABLE_GET("toCompletableFuture().get()"),
    SLEEP("Task.sleep(time)"),
    YIELD_NOW("Task.yieldNow()"),
    CHECK_ABORTED("Task.checkAborted()");

    final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  private record Row(Kind kind, Target target, List<String> cells) {
    Row(Kind kind, Target target, String... cells) {
      this(kind, target, List.of(cells));
    }
  }

  // The vocabulary of the cells.
  private static final String NONE = "–";
  private static final String VALUE = "value";
  private static final String VALUE_FLAG = "value; flag set";
  private static final String VALUE_LATER = "value; flag set on leaving";
  private static final String EMPTY = "empty";
  private static final String EMPTY_FLAG = "empty; flag set";
  private static final String EMPTY_LATER = "empty; flag set on leaving";
  private static final String RETURNS = "returns";
  private static final String RETURNS_FLAG = "returns; flag set";
  private static final String RETURNS_LATER = "returns; flag set on leaving";
  private static final String W_VALUE = "waits, value";
  private static final String W_VALUE_LATER = "waits, value; flag set on leaving";
  private static final String W_RETURNS = "waits, returns";
  private static final String W_RETURNS_FLAG = "waits, returns; flag set";
  private static final String W_RETURNS_LATER = "waits, returns; flag set on leaving";
  private static final String INTERRUPTED = "InterruptedException";
  private static final String ABORTED = "TaskAbortedException";
  private static final String ILLEGAL = "IllegalStateException";
  private static final String ILLEGAL_FLAG = "IllegalStateException; flag set";
  private static final String ILLEGAL_LATER = "IllegalStateException; flag set on leaving";

  private static final Target FIN = Target.FINISHED;
  private static final Target RUN = Target.RUNNING;

  /** Cells in the order of {@link State}. */
  private static final List<Row> OUTSIDE =
      List.of(
          new Row(Kind.JOIN, FIN, VALUE, INTERRUPTED, NONE, ABORTED, NONE),
          new Row(Kind.JOIN, RUN, W_VALUE, INTERRUPTED, INTERRUPTED, ABORTED, ABORTED),
          new Row(Kind.JOIN_OR_ABORT, FIN, VALUE, INTERRUPTED, NONE, ABORTED, NONE),
          new Row(Kind.JOIN_OR_ABORT, RUN, W_VALUE, INTERRUPTED, INTERRUPTED, ABORTED, ABORTED),
          new Row(Kind.SELECT, FIN, VALUE, INTERRUPTED, NONE, ABORTED, NONE),
          new Row(Kind.SELECT, RUN, W_VALUE, INTERRUPTED, INTERRUPTED, ABORTED, ABORTED),
          new Row(Kind.TRY_JOIN, FIN, VALUE, INTERRUPTED, NONE, ABORTED, NONE),
          new Row(Kind.TRY_JOIN, RUN, W_VALUE, INTERRUPTED, INTERRUPTED, ABORTED, ABORTED),
          new Row(Kind.JOIN_LIMIT, FIN, VALUE, INTERRUPTED, NONE, ABORTED, NONE),
          new Row(Kind.JOIN_LIMIT, RUN, W_VALUE, INTERRUPTED, INTERRUPTED, ABORTED, ABORTED),
          new Row(Kind.OUTCOME, FIN, VALUE, VALUE_FLAG, NONE, VALUE_FLAG, NONE),
          new Row(Kind.OUTCOME, RUN, W_VALUE, INTERRUPTED, INTERRUPTED, ABORTED, ABORTED),
          new Row(Kind.OUTCOME_LIMIT, FIN, VALUE, VALUE_FLAG, NONE, VALUE_FLAG, NONE),
          new Row(Kind.OUTCOME_LIMIT, RUN, W_VALUE, INTERRUPTED, INTERRUPTED, ABORTED, ABORTED),
          new Row(Kind.POLL, FIN, VALUE, VALUE_FLAG, NONE, VALUE_FLAG, NONE),
          new Row(Kind.POLL, RUN, EMPTY, EMPTY_FLAG, NONE, EMPTY_FLAG, NONE),
          new Row(Kind.RESULT_NOW, FIN, VALUE, VALUE_FLAG, NONE, VALUE_FLAG, NONE),
          new Row(Kind.RESULT_NOW, RUN, ILLEGAL, ILLEGAL_FLAG, NONE, ILLEGAL_FLAG, NONE),
          new Row(Kind.ABORT_AND_JOIN, FIN, VALUE, VALUE_FLAG, NONE, VALUE_FLAG, NONE),
          new Row(Kind.ABORT_AND_JOIN, RUN, W_VALUE, INTERRUPTED, INTERRUPTED, ABORTED, ABORTED),
          new Row(Kind.ABORT_AND_JOIN_LIMIT, FIN, VALUE, VALUE_FLAG, NONE, VALUE_FLAG, NONE),
          new Row(
              Kind.ABORT_AND_JOIN_LIMIT, RUN, W_VALUE, INTERRUPTED, INTERRUPTED, ABORTED, ABORTED),
          new Row(Kind.CLOSE, FIN, RETURNS, RETURNS_FLAG, NONE, RETURNS_FLAG, NONE),
          new Row(
              Kind.CLOSE,
              RUN,
              W_RETURNS,
              W_RETURNS_FLAG,
              W_RETURNS_FLAG,
              W_RETURNS_FLAG,
              W_RETURNS_FLAG),
          new Row(Kind.SHUTDOWN, FIN, RETURNS, RETURNS_FLAG, NONE, RETURNS_FLAG, NONE),
          new Row(
              Kind.SHUTDOWN,
              RUN,
              W_RETURNS,
              W_RETURNS_FLAG,
              W_RETURNS_FLAG,
              W_RETURNS_FLAG,
              W_RETURNS_FLAG),
          new Row(Kind.FUTURE_GET, FIN, VALUE, INTERRUPTED, NONE, ABORTED, NONE),
          new Row(Kind.FUTURE_GET, RUN, W_VALUE, INTERRUPTED, INTERRUPTED, ABORTED, ABORTED),
          new Row(Kind.FUTURE_GET_LIMIT, FIN, VALUE, INTERRUPTED, NONE, ABORTED, NONE),
          new Row(Kind.FUTURE_GET_LIMIT, RUN, W_VALUE, INTERRUPTED, INTERRUPTED, ABORTED, ABORTED),
          // the JDK's own wait: it knows interrupts, not aborts, and a result that is ready wins
          new Row(Kind.COMPLETABLE_GET, FIN, VALUE, VALUE_FLAG, NONE, VALUE_FLAG, NONE),
          new Row(
              Kind.COMPLETABLE_GET,
              RUN,
              W_VALUE,
              INTERRUPTED,
              INTERRUPTED,
              INTERRUPTED,
              INTERRUPTED),
          new Row(Kind.SLEEP, Target.NONE, W_RETURNS, INTERRUPTED, INTERRUPTED, ABORTED, ABORTED),
          new Row(Kind.YIELD_NOW, Target.NONE, RETURNS, INTERRUPTED, NONE, ABORTED, NONE),
          new Row(Kind.CHECK_ABORTED, Target.NONE, RETURNS, RETURNS_FLAG, NONE, ABORTED, NONE));

  /** As above; what happens to the waiting thread happens inside the shield. */
  private static final List<Row> SHIELDED =
      List.of(
          new Row(Kind.JOIN, FIN, VALUE, INTERRUPTED, NONE, VALUE_LATER, NONE),
          new Row(Kind.JOIN, RUN, W_VALUE, INTERRUPTED, INTERRUPTED, W_VALUE_LATER, W_VALUE_LATER),
          new Row(Kind.JOIN_OR_ABORT, FIN, VALUE, INTERRUPTED, NONE, VALUE_LATER, NONE),
          new Row(
              Kind.JOIN_OR_ABORT,
              RUN,
              W_VALUE,
              INTERRUPTED,
              INTERRUPTED,
              W_VALUE_LATER,
              W_VALUE_LATER),
          new Row(Kind.SELECT, FIN, VALUE, INTERRUPTED, NONE, VALUE_LATER, NONE),
          new Row(
              Kind.SELECT, RUN, W_VALUE, INTERRUPTED, INTERRUPTED, W_VALUE_LATER, W_VALUE_LATER),
          new Row(Kind.TRY_JOIN, FIN, VALUE, INTERRUPTED, NONE, VALUE_LATER, NONE),
          new Row(
              Kind.TRY_JOIN, RUN, W_VALUE, INTERRUPTED, INTERRUPTED, W_VALUE_LATER, W_VALUE_LATER),
          new Row(Kind.JOIN_LIMIT, FIN, VALUE, INTERRUPTED, NONE, VALUE_LATER, NONE),
          new Row(
              Kind.JOIN_LIMIT,
              RUN,
              W_VALUE,
              INTERRUPTED,
              INTERRUPTED,
              W_VALUE_LATER,
              W_VALUE_LATER),
          new Row(Kind.OUTCOME, FIN, VALUE, VALUE_FLAG, NONE, VALUE_LATER, NONE),
          new Row(
              Kind.OUTCOME, RUN, W_VALUE, INTERRUPTED, INTERRUPTED, W_VALUE_LATER, W_VALUE_LATER),
          new Row(Kind.OUTCOME_LIMIT, FIN, VALUE, VALUE_FLAG, NONE, VALUE_LATER, NONE),
          new Row(
              Kind.OUTCOME_LIMIT,
              RUN,
              W_VALUE,
              INTERRUPTED,
              INTERRUPTED,
              W_VALUE_LATER,
              W_VALUE_LATER),
          new Row(Kind.POLL, FIN, VALUE, VALUE_FLAG, NONE, VALUE_LATER, NONE),
          new Row(Kind.POLL, RUN, EMPTY, EMPTY_FLAG, NONE, EMPTY_LATER, NONE),
          new Row(Kind.RESULT_NOW, FIN, VALUE, VALUE_FLAG, NONE, VALUE_LATER, NONE),
          new Row(Kind.RESULT_NOW, RUN, ILLEGAL, ILLEGAL_FLAG, NONE, ILLEGAL_LATER, NONE),
          new Row(Kind.ABORT_AND_JOIN, FIN, VALUE, VALUE_FLAG, NONE, VALUE_LATER, NONE),
          new Row(
              Kind.ABORT_AND_JOIN,
              RUN,
              W_VALUE,
              INTERRUPTED,
              INTERRUPTED,
              W_VALUE_LATER,
              W_VALUE_LATER),
          new Row(Kind.ABORT_AND_JOIN_LIMIT, FIN, VALUE, VALUE_FLAG, NONE, VALUE_LATER, NONE),
          new Row(
              Kind.ABORT_AND_JOIN_LIMIT,
              RUN,
              W_VALUE,
              INTERRUPTED,
              INTERRUPTED,
              W_VALUE_LATER,
              W_VALUE_LATER),
          new Row(Kind.CLOSE, FIN, RETURNS, RETURNS_FLAG, NONE, RETURNS_LATER, NONE),
          new Row(
              Kind.CLOSE,
              RUN,
              W_RETURNS,
              W_RETURNS_FLAG,
              W_RETURNS_FLAG,
              W_RETURNS_LATER,
              W_RETURNS_LATER),
          new Row(Kind.SHUTDOWN, FIN, RETURNS, RETURNS_FLAG, NONE, RETURNS_LATER, NONE),
          new Row(
              Kind.SHUTDOWN,
              RUN,
              W_RETURNS,
              W_RETURNS_FLAG,
              W_RETURNS_FLAG,
              W_RETURNS_LATER,
              W_RETURNS_LATER),
          new Row(Kind.FUTURE_GET, FIN, VALUE, INTERRUPTED, NONE, VALUE_LATER, NONE),
          new Row(
              Kind.FUTURE_GET,
              RUN,
              W_VALUE,
              INTERRUPTED,
              INTERRUPTED,
              W_VALUE_LATER,
              W_VALUE_LATER),
          new Row(Kind.FUTURE_GET_LIMIT, FIN, VALUE, INTERRUPTED, NONE, VALUE_LATER, NONE),
          new Row(
              Kind.FUTURE_GET_LIMIT,
              RUN,
              W_VALUE,
              INTERRUPTED,
              INTERRUPTED,
              W_VALUE_LATER,
              W_VALUE_LATER),
          new Row(Kind.COMPLETABLE_GET, FIN, VALUE, VALUE_FLAG, NONE, VALUE_LATER, NONE),
          new Row(
              Kind.COMPLETABLE_GET,
              RUN,
              W_VALUE,
              INTERRUPTED,
              INTERRUPTED,
              W_VALUE_LATER,
              W_VALUE_LATER),
          new Row(
              Kind.SLEEP,
              Target.NONE,
              W_RETURNS,
              INTERRUPTED,
              INTERRUPTED,
              W_RETURNS_LATER,
              W_RETURNS_LATER),
          new Row(Kind.YIELD_NOW, Target.NONE, RETURNS, INTERRUPTED, NONE, RETURNS_LATER, NONE),
          new Row(
              Kind.CHECK_ABORTED, Target.NONE, RETURNS, RETURNS_FLAG, NONE, RETURNS_LATER, NONE));

  @TestFactory
  @Semantics({4, 5, 8})
  @Contract(56)
  Stream<DynamicTest> outsideOfAShield() {
    return cells(OUTSIDE, false);
  }

  @TestFactory
  @Semantics({4, 5, 8})
  Stream<DynamicTest> insideAShield() {
    return cells(SHIELDED, true);
  }

  private static Stream<DynamicTest> cells(List<Row> rows, boolean shield) {
    List<DynamicTest> tests = new ArrayList<>();
    for (Row row : rows) {
      for (State state : State.values()) {
        String expected = row.cells().get(state.ordinal());
        assertThat(expected.equals(NONE))
            .as("%s %s %s: a cell is empty if there is no wait", row.kind, row.target, state)
            .isEqualTo(state.isWhile() && !row.cells().getFirst().startsWith("waits"));
        if (expected.equals(NONE)) {
          continue;
        }
        for (Place place : Place.values()) {
          if (place == Place.PLAIN_THREAD && (shield || state.isAbort())) {
            continue;
          }
          tests.add(
              dynamicTest(
                  row.kind.text + ", target " + row.target.text + ", " + state.text + ", " + place,
                  () -> {
                    try (Scene scene = new Scene(row, state, shield, place, expected)) {
                      assertThat(scene.play()).isEqualTo(expected);
                      scene.nothingIsLost();
                    }
                  }));
        }
      }
    }
    return tests.stream();
  }

  /** One cell, played for real. */
  private static final class Scene implements AutoCloseable {
    private static final long SHORT = 50;

    private final Row row;
    private final State state;
    private final boolean shield;
    private final Place place;
    private final boolean lasts;
    private final TaskRuntime waiting = TaskRuntime.create();
    private final TaskRuntime targets =
        TaskRuntime.builder().abortPolicy(AbortPolicy.once()).build();
    private final CountDownLatch release = new CountDownLatch(1);
    private final CompletableFuture<Thread> ready = new CompletableFuture<>();
    private final CompletableFuture<String> done = new CompletableFuture<>();
    private final JoinHandle<String> target;
    private final CompletableFuture<String> completable;
    private volatile boolean go;
    private volatile boolean entered;

    Scene(Row row, State state, boolean shield, Place place, String expected) throws Exception {
      this.row = row;
      this.state = state;
      this.shield = shield;
      this.place = place;
      this.lasts = expected.startsWith("waits");
      this.target =
          targets.spawn(() -> {
            Kit.awaitStubbornly(release);
            return "v";
          });
      // made for its row only: a future view has effects of its own
      this.completable =
          row.kind == Kind.COMPLETABLE_GET
              ? target.toCompletableFuture()
              : CompletableFuture.completedFuture("unused");
      Kit.eventually("the target runs", () -> target.state() == TaskState.RUNNING);
      if (row.target == Target.FINISHED) {
        release.countDown();
        target.join(Kit.SOON);
        Kit.eventually("the view is complete", completable::isDone);
      }
    }

    String play() throws Exception {
      JoinHandle<Void> waiter =
          switch (place) {
            case TASK -> waiting.spawn(this::body);
            case BLOCKING_TASK -> waiting.spawnBlocking(this::body);
            case PLAIN_THREAD -> null;
          };
      if (waiter == null) {
        Thread.ofPlatform().daemon().start(this::body);
      }
      Thread thread = ready.get(20, TimeUnit.SECONDS);
      if (!state.isWhile()) {
        happens(thread, waiter);
      }
      go = true;
      if (state.isWhile() || lasts) {
        Kit.eventually(
            "the wait has begun", () -> entered && (done.isDone() || Kit.isParked(thread)));
      }
      if (state.isWhile()) {
        happens(thread, waiter);
      }
      if (lasts && row.target == Target.RUNNING) {
        if (state != State.PLAIN) {
          Thread.sleep(Kit.A_WHILE); // a wait that wrongly ends here is seen, if not always
        }
        assertThat(done.isDone()).as("the wait goes on").isFalse();
        release.countDown();
      }
      return done.get(20, TimeUnit.SECONDS);
    }

    private void happens(Thread thread, JoinHandle<?> waiter) {
      switch (state) {
        case PLAIN -> {}
        case FLAG_BEFORE, INTERRUPT_WHILE -> thread.interrupt();
        case ABORT_BEFORE, ABORT_WHILE ->
            assertThat(Objects.requireNonNull(waiter).abort()).isTrue();
      }
    }

    private void body() {
      try {
        String result;
        boolean flag;
        if (shield) {
          record Seen(String result, boolean flag) {}
          Seen seen =
              Task.shieldCall(() -> {
                String inside = waitAndTell();
                return new Seen(inside, Thread.currentThread().isInterrupted());
              });
          result = seen.result;
          flag = seen.flag;
        } else {
          result = waitAndTell();
          flag = Thread.currentThread().isInterrupted();
        }
        boolean flagAfter = Thread.interrupted();
        assertThat(flagAfter || !flag).as("a flag does not get lost on leaving").isTrue();
        done.complete(result + (flag ? "; flag set" : flagAfter ? "; flag set on leaving" : ""));
      } catch (Throwable e) {
        done.completeExceptionally(e);
      }
    }

    private String waitAndTell() {
      ready.complete(Thread.currentThread());
      while (!go) { // not a wait: what arrives here must stay where it is
        Thread.onSpinWait();
        if (!Thread.currentThread().isInterrupted()) {
          LockSupport.parkNanos(50_000);
        }
      }
      entered = true;
      try {
        Object result = doWait();
        String text =
            result instanceof Optional<?> o
                ? o.isPresent() ? "value" : "empty"
                : result == null || result instanceof ShutdownReport ? "returns" : "value";
        return (lasts ? "waits, " : "") + text;
      } catch (Throwable e) {
        return e.getClass().getSimpleName();
      }
    }

    private Object doWait() throws Exception {
      Duration limit = Duration.ofMinutes(1);
      return switch (row.kind) {
        case JOIN -> target.join();
        case JOIN_LIMIT -> target.join(limit);
        case JOIN_OR_ABORT -> target.joinOrAbort(limit);
        case SELECT -> Select.select(target.onJoin(x -> x));
        case TRY_JOIN -> Join.tryJoin(List.of(target)).getFirst();
        case OUTCOME -> target.outcome();
        case OUTCOME_LIMIT -> target.outcome(limit);
        case POLL -> target.poll();
        case RESULT_NOW -> target.resultNow();
        case ABORT_AND_JOIN -> target.abortAndJoin();
        case ABORT_AND_JOIN_LIMIT -> target.abortAndJoin(limit);
        case CLOSE -> {
          target.abortOnClose().close();
          yield null;
        }
        case SHUTDOWN -> targets.shutdown(limit);
        case FUTURE_GET -> target.asFuture().get();
        case FUTURE_GET_LIMIT -> target.asFuture().get(1, TimeUnit.MINUTES);
        case COMPLETABLE_GET -> completable.get();
        case SLEEP -> {
          long begin = System.nanoTime();
          Task.sleep(lasts ? Duration.ofMillis(SHORT) : Duration.ofHours(1));
          assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(SHORT * 1_000_000);
          yield null;
        }
        case YIELD_NOW -> {
          Task.yieldNow();
          yield null;
        }
        case CHECK_ABORTED -> {
          Task.checkAborted();
          yield null;
        }
      };
    }

    /** Whatever came out of the wait: the target's own result can still be had. */
    void nothingIsLost() throws Exception {
      release.countDown();
      assertThat(target.join(Kit.SOON)).isEqualTo("v");
    }

    @Override
    public void close() {
      release.countDown();
      waiting.close();
      targets.close();
    }
  }

  // ---------------------------------------------------------------- what the end of the target
  // gives

  private record EndRow(Kind kind, String panicked, String cancelled, String looked) {}

  private static final String YES = "yes";

  private static final List<EndRow> ENDS =
      List.of(
          new EndRow(Kind.JOIN, "JoinException", "JoinException", YES),
          new EndRow(Kind.JOIN_LIMIT, "JoinException", "JoinException", YES),
          new EndRow(Kind.OUTCOME, "Panicked", "Cancelled", YES),
          new EndRow(Kind.OUTCOME_LIMIT, "Panicked", "Cancelled", YES),
          new EndRow(Kind.POLL, "Panicked", "Cancelled", YES),
          new EndRow(Kind.RESULT_NOW, "JoinException", "JoinException", YES),
          new EndRow(Kind.ABORT_AND_JOIN, "Panicked", "Cancelled", YES),
          new EndRow(Kind.ABORT_AND_JOIN_LIMIT, "Panicked", "Cancelled", YES),
          new EndRow(Kind.CLOSE, "returns", "returns", "no: reported (CLOSED)"),
          new EndRow(Kind.SHUTDOWN, "returns", "returns", "no: reported (SHUTDOWN)"),
          new EndRow(Kind.FUTURE_GET, "ExecutionException", "CancellationException", YES),
          new EndRow(Kind.FUTURE_GET_LIMIT, "ExecutionException", "CancellationException", YES),
          new EndRow(Kind.COMPLETABLE_GET, "ExecutionException", "CancellationException", YES));

  @TestFactory
  @Semantics(8)
  Stream<DynamicTest> whatTheEndOfTheTargetGives() {
    return ENDS.stream()
        .map(row ->
            dynamicTest(
                row.kind.text,
                () -> {
                  Kit.Reports reports = new Kit.Reports();
                  TaskRuntime runtime = TaskRuntime.builder().failureHook(reports).build();
                  JoinHandle<String> panics =
                      runtime.spawn(() -> {
                        throw new IOException("boom");
                      });
                  JoinHandle<String> stops = runtime.spawn(() -> Kit.sleepForever());
                  stops.abort();
                  Kit.eventually("both end", () -> panics.isFinished() && stops.isFinished());
                  assertThat(end(row.kind, runtime, stops)).isEqualTo(row.cancelled);
                  if (row.kind != Kind.SHUTDOWN) {
                    assertThat(end(row.kind, runtime, panics)).isEqualTo(row.panicked);
                  }
                  boolean before = !reports.all.isEmpty();
                  runtime.shutdown(Kit.SOON); // reports what nobody looked at
                  if (row.looked.equals(YES)) {
                    assertThat(reports.all).isEmpty();
                  } else {
                    UnobservedFailure failure = reports.only();
                    assertThat("no: reported (" + failure.kind() + ")").isEqualTo(row.looked);
                    assertThat(before || row.kind == Kind.SHUTDOWN || row.kind == Kind.CLOSE)
                        .isTrue();
                  }
                  assertThat(panics.outcome().isPanic()).isTrue();
                }));
  }

  private static String end(Kind kind, TaskRuntime runtime, JoinHandle<String> handle) {
    Duration limit = Kit.SOON;
    try {
      Object result =
          switch (kind) {
            case JOIN -> handle.join();
            case JOIN_LIMIT -> handle.join(limit);
            case JOIN_OR_ABORT -> handle.joinOrAbort(limit);
            case SELECT -> Select.select(handle.onJoin(x -> x));
            case TRY_JOIN -> Join.tryJoin(List.of(handle)).getFirst();
            case OUTCOME -> handle.outcome();
            case OUTCOME_LIMIT -> handle.outcome(limit);
            case POLL -> handle.poll().orElseThrow();
            case RESULT_NOW -> handle.resultNow();
            case ABORT_AND_JOIN -> handle.abortAndJoin();
            case ABORT_AND_JOIN_LIMIT -> handle.abortAndJoin(limit);
            case CLOSE -> {
              handle.abortOnClose().close();
              yield "returns";
            }
            case SHUTDOWN -> {
              assertThat(runtime.shutdown(limit).isComplete()).isTrue();
              yield "returns";
            }
            case FUTURE_GET -> handle.asFuture().get();
            case FUTURE_GET_LIMIT -> handle.asFuture().get(1, TimeUnit.MINUTES);
            case COMPLETABLE_GET -> handle.toCompletableFuture().get();
            case SLEEP, YIELD_NOW, CHECK_ABORTED -> throw new AssertionError(kind);
          };
      return result instanceof Outcome<?> ? result.getClass().getSimpleName() : result.toString();
    } catch (JoinException | ExecutionException | CancellationException e) {
      return e.getClass().getSimpleName();
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  // ---------------------------------------------------------------- what ends as what

  private interface Leaves {
    Object leave() throws Throwable;
  }

  private record FateRow(String text, TaskState free, TaskState aborted, Leaves leaves) {}

  private static JoinException otherPanicked() {
    return new Panicked<>(new TaskId(1, null), new InterruptedException()).toException();
  }

  private static JoinException otherCancelled() {
    return new Cancelled<>(new TaskId(1, null), AbortReason.of(AbortReason.Kind.USER))
        .toException();
  }

  private static final List<FateRow> FATES =
      List.of(
          new FateRow("a value", TaskState.SUCCESS, TaskState.SUCCESS, () -> "v"),
          new FateRow(
              "`TaskAbortedException`",
              TaskState.PANICKED,
              TaskState.CANCELLED,
              () -> {
                throw new TaskAbortedException(
                    new TaskId(1, null), AbortReason.of(AbortReason.Kind.USER));
              }),
          new FateRow(
              "`InterruptedException`",
              TaskState.PANICKED,
              TaskState.CANCELLED,
              () -> {
                throw new InterruptedException();
              }),
          new FateRow(
              "`RuntimeException` caused by an `InterruptedException`",
              TaskState.PANICKED,
              TaskState.CANCELLED,
              () -> {
                throw new IllegalStateException(new InterruptedException());
              }),
          new FateRow(
              "`CancellationException`",
              TaskState.PANICKED,
              TaskState.CANCELLED,
              () -> {
                throw new CancellationException();
              }),
          new FateRow(
              "`JoinException` of a task that was cancelled",
              TaskState.PANICKED,
              TaskState.CANCELLED,
              () -> {
                throw otherCancelled();
              }),
          new FateRow(
              "`JoinException` of a task that panicked, whatever its cause",
              TaskState.PANICKED,
              TaskState.PANICKED,
              () -> {
                throw otherPanicked();
              }),
          new FateRow(
              "`ExecutionException`, whatever its cause",
              TaskState.PANICKED,
              TaskState.PANICKED,
              () -> {
                throw new ExecutionException(new InterruptedException());
              }),
          new FateRow(
              "`JoinTimeoutException`",
              TaskState.PANICKED,
              TaskState.PANICKED,
              () -> {
                throw new JoinTimeoutException(new TaskId(1, null), Duration.ofMillis(1), true);
              }),
          new FateRow(
              "any other throwable",
              TaskState.PANICKED,
              TaskState.PANICKED,
              () -> {
                throw new IOException();
              }));

  @TestFactory
  @Semantics(3)
  @Contract({57, 58})
  Stream<DynamicTest> whatEndsAsWhat() {
    return FATES.stream()
        .flatMap(row ->
            Stream.of(false, true)
                .map(abort ->
                    dynamicTest(
                        row.text + (abort ? ", aborted" : ""),
                        () ->
                            assertThat(fate(row.leaves, abort))
                                .isEqualTo(abort ? row.aborted : row.free))));
  }

  private static TaskState fate(Leaves leaves, boolean abort) throws Exception {
    CountDownLatch aborted = new CountDownLatch(1);
    JoinHandle<Object> handle =
        Task.spawn(() -> {
          Kit.awaitStubbornly(aborted);
          try {
            return leaves.leave();
          } catch (Exception | Error e) {
            throw e;
          } catch (Throwable e) {
            throw new AssertionError(e);
          }
        });
    if (abort) {
      Kit.eventually("it runs", () -> handle.state() == TaskState.RUNNING);
      handle.abort();
    }
    aborted.countDown();
    handle.outcome(Kit.SOON);
    return handle.state();
  }

  // ---------------------------------------------------------------- the page

  @Test
  @Semantics({3, 4, 5, 8})
  void thePageIsWrittenFromTheseRows() throws IOException {
    Path file = root().resolve("docs").resolve("wait-table.md");
    String page = page();
    if (Boolean.getBoolean("musubi.contract.write")) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, page);
    }
    assertThat(file)
        .as("the page is stale: run this test with -Dmusubi.contract.write=true")
        .exists()
        .hasContent(page);
  }

  private static Path root() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.exists(at.resolve("core").resolve("pom.xml"))) {
      at = Objects.requireNonNull(at.getParent(), "not inside the project");
    }
    return at;
  }

  private static String page() {
    StringBuilder text = new StringBuilder();
    text.append(
        """
        # The table of waits

        What comes out of each wait of Musubi, by what happens to the thread that waits. Each cell
        is executed by `WaitTableTest`, from which this page is written; do not edit it by hand.

        How to read it:

        - *target* is the task waited for. *running* means that it is still running when the wait
          begins, and does not react to an abort of its own.
        - *value* and *empty* are what the call returns; *returns* stands for calls without a
          result. *waits, ...* means that the wait lasts until the target has really ended (or the
          time is over).
        - *flag set*: the interrupt flag of the thread is set when the call has returned. After an
          exception it is clear, unless the cell says otherwise.
        - A `TaskAbortedException` is an `InterruptedException`. After either, nothing is lost:
          the same wait can be done again.
        - A dash stands where there is no wait that something could happen to.

        The columns about interrupts hold on every thread, in a task or not; the tests run them on
        virtual threads, on threads of the blocking pool, and on plain platform threads.

        """);
    table(text, "## Outside of a shield", OUTSIDE);
    text.append(
        """
        `toCompletableFuture().get()` differs because it is the JDK's own wait: it notices an
        abort only as an interrupt, and a result that is ready wins.

        """);
    table(text, "## Inside a shield", SHIELDED);
    text.append(
        """
        What happens, happens inside the shield. An abort stays outside until the outermost shield
        is left: *flag set on leaving* says that it arrives then. Interrupts by others cannot be
        kept out.

        """);
    text.append(
        """
        ## What the end of the target gives

        For a target that has failed, and whether the failure counts as looked at. A panic that
        nobody looked at goes to the failure hook, once.

        | wait | target panicked | target cancelled | counts as looking |
        |---|---|---|---|
        """);
    for (EndRow row : ENDS) {
      text.append(
          "| `%s` | %s | %s | %s |%n"
              .formatted(row.kind.text, code(row.panicked), code(row.cancelled), row.looked));
    }
    text.append(
        """

        ## What ends as what

        The other side: what leaves the body of the waiting task, and how that task ends.

        | leaves the body | no abort requested | abort requested |
        |---|---|---|
        """);
    for (FateRow row : FATES) {
      text.append(
          "| %s | %s | %s |%n"
              .formatted(
                  row.text,
                  row.free.name().toLowerCase(Locale.ROOT),
                  row.aborted.name().toLowerCase(Locale.ROOT)));
    }
    return text.toString().replace(System.lineSeparator(), "\n");
  }

  private static void table(StringBuilder text, String heading, List<Row> rows) {
    text.append(heading).append("\n\n| wait | target |");
    for (State state : State.values()) {
      text.append(' ').append(state.text).append(" |");
    }
    text.append("\n|---|---|---|---|---|---|---|\n");
    for (Row row : rows) {
      text.append("| `").append(row.kind.text).append("` | ").append(row.target.text).append(" |");
      for (String cell : row.cells) {
        text.append(' ').append(code(cell)).append(" |");
      }
      text.append('\n');
    }
    text.append('\n');
  }

  /** Names of exceptions and outcomes in code font. */
  private static String code(String cell) {
    return cell.replaceAll("\\b[A-Z][a-z]\\w*\\b", "`$0`");
  }
}
