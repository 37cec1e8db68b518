package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileLockInterruptionException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What ends as what: which throwables show that an aborted body stopped because it was interrupted.
 */
@Semantics(3)
class OutcomeClassificationTest {
  private final Kit.Reports reports = new Kit.Reports();

  @AutoClose private final TaskRuntime runtime = TaskRuntime.builder().failureHook(reports).build();

  static Stream<Arguments> evidence() {
    return Stream.of(
        arguments("InterruptedException", new InterruptedException()),
        arguments("ClosedByInterruptException", new ClosedByInterruptException()),
        arguments("FileLockInterruptionException", new FileLockInterruptionException()),
        arguments("InterruptedIOException", new InterruptedIOException()),
        arguments("subclass of InterruptedIOException", new InterruptedIOException("x") {}),
        arguments("closed socket", new SocketException("Closed by interrupt")),
        arguments("CancellationException", new CancellationException()),
        arguments("other task cancelled", cancelledElsewhere()),
        arguments("as a cause", new RuntimeException(new InterruptedException())),
        arguments("as an unchecked cause", new UncheckedIOException(new InterruptedIOException())),
        arguments("as a cause of an error", new AssertionError(new ClosedByInterruptException())),
        arguments(
            "deep down", new Exception(new Error(new RuntimeException(cancelledElsewhere())))),
        arguments("behind a socket time-out", because(new SocketTimeoutException())),
        arguments("in front of an ExecutionException", inFront(new ExecutionException(null))));
  }

  static Stream<Arguments> noEvidence() {
    return Stream.of(
        arguments("any exception", new IOException("disk full")),
        arguments("SocketTimeoutException", new SocketTimeoutException()),
        arguments("other SocketException", new SocketException("Connection reset")),
        arguments("SocketException without message", new SocketException()),
        arguments("its text elsewhere", new IOException("Closed by interrupt")),
        arguments("ClosedChannelException", new ClosedChannelException()),
        arguments("AsynchronousCloseException", new AsynchronousCloseException()),
        arguments("TimeoutException", new TimeoutException()),
        arguments("ExecutionException", new ExecutionException(new InterruptedException())),
        arguments("CompletionException", new CompletionException(new InterruptedException())),
        arguments("cancelled future behind", new CompletionException(new CancellationException())),
        arguments("other task panicked", panickedElsewhere()),
        arguments("behind a panic of another", new RuntimeException(panickedElsewhere())),
        arguments(
            "behind a wrapped ExecutionException",
            new RuntimeException(new ExecutionException(new InterruptedException()))),
        arguments("suppressed", suppressing(new IOException("x"), new InterruptedException())),
        arguments("circle of causes", new Circle()));
  }

  private static JoinException cancelledElsewhere() {
    return new Cancelled<>(new TaskId(1, null), AbortReason.of(AbortReason.Kind.USER))
        .toException();
  }

  private static JoinException panickedElsewhere() {
    return new Panicked<>(new TaskId(1, null), new InterruptedException()).toException();
  }

  private static Throwable because(Throwable t) {
    return t.initCause(new InterruptedException());
  }

  private static Throwable inFront(Throwable t) {
    return new InterruptedException().initCause(t);
  }

  private static <T extends Throwable> T suppressing(T t, Throwable suppressed) {
    t.addSuppressed(suppressed);
    return t;
  }

  private static final class Circle extends Exception {
    private static final long serialVersionUID = 1;

    @Override
    public synchronized Throwable getCause() {
      return this;
    }
  }

  /** Runs a body that throws, with an abort requested before it throws, or without. */
  private JoinHandle<String> throwing(Throwable thrown, boolean aborted) throws Exception {
    return throwing(runtime, thrown, aborted);
  }

  private static JoinHandle<String> throwing(TaskRuntime on, Throwable thrown, boolean aborted)
      throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    JoinHandle<String> handle =
        on.spawn(() -> {
          inside.countDown();
          Kit.awaitStubbornly(go);
          return sneak(thrown);
        });
    Kit.await(inside);
    if (aborted) {
      assertThat(handle.abort("enough")).isTrue();
    }
    go.countDown();
    handle.outcome(Kit.SOON);
    return handle;
  }

  @SuppressWarnings("unchecked")
  private static <T, X extends Throwable> T sneak(Throwable t) throws X {
    throw (X) t;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("evidence")
  @Contract(59)
  void anAbortedBodyThatShowsEvidenceIsCancelled(String what, Throwable thrown) throws Exception {
    JoinHandle<String> handle = throwing(thrown, true);
    Cancelled<String> outcome = (Cancelled<String>) handle.outcome();
    assertThat(outcome.id()).isEqualTo(handle.id());
    assertThat(outcome.reason().message()).contains("enough");
    assertThat(outcome.reason().thrown()).containsSame(thrown);
    assertThat(handle.state()).isEqualTo(TaskState.CANCELLED);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"evidence", "noEvidence"})
  void withoutAnAbortEveryThrowableIsAPanic(String what, Throwable thrown) throws Exception {
    JoinHandle<String> handle = throwing(thrown, false);
    assertThat(((Panicked<String>) handle.outcome()).cause()).isSameAs(thrown);
    assertThatThrownBy(handle::join).message().doesNotContain("an abort was requested");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("noEvidence")
  @Contract(58)
  void anAbortedBodyThatShowsNoEvidencePanicked(String what, Throwable thrown) throws Exception {
    JoinHandle<String> handle = throwing(thrown, true);
    assertThat(((Panicked<String>) handle.outcome()).cause()).isSameAs(thrown);
    assertThat(handle.state()).isEqualTo(TaskState.PANICKED);
    assertThatThrownBy(handle::join).hasMessageContaining("an abort was requested");
  }

  @Test
  @Contract(57)
  void anAbortedBodyThatReturnsIsASuccess() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    JoinHandle<String> handle =
        runtime.spawn(() -> {
          inside.countDown();
          try {
            return Kit.sleepForever();
          } catch (InterruptedException e) {
            return "partial";
          }
        });
    Kit.await(inside);
    handle.abort();
    assertThat(handle.join(Kit.SOON)).isEqualTo("partial");
    assertThat(handle.state()).isEqualTo(TaskState.SUCCESS);
    assertThat(handle.isAbortRequested()).isTrue();
  }

  @Test
  void aPolicyMayExtendTheEvidence() throws Exception {
    final class DriverGaveUp extends Exception {
      private static final long serialVersionUID = 1;
    }
    try (TaskRuntime extended =
        TaskRuntime.builder().abortEvidence(t -> t instanceof DriverGaveUp).build()) {
      assertThat(throwing(extended, new DriverGaveUp(), true).state())
          .isEqualTo(TaskState.CANCELLED);
      assertThat(throwing(extended, new Exception(new DriverGaveUp()), true).state())
          .isEqualTo(TaskState.CANCELLED);
      assertThat(throwing(extended, new DriverGaveUp(), false).state())
          .isEqualTo(TaskState.PANICKED);
      assertThat(throwing(extended, new ExecutionException(new DriverGaveUp()), true).state())
          .isEqualTo(TaskState.PANICKED);
    }
    assertThat(throwing(new DriverGaveUp(), true).state()).isEqualTo(TaskState.PANICKED);
  }

  @Test
  void aPolicyThatThrowsFindsNothing() throws Exception {
    try (var log = LogCapture.listenFor("the abort evidence predicate threw");
        TaskRuntime extended =
            TaskRuntime.builder()
                .abortEvidence(t -> {
                  throw new IllegalStateException("broken");
                })
                .build()) {
      assertThat(throwing(extended, new IOException(), true).state()).isEqualTo(TaskState.PANICKED);
      assertThat(log.first().thrown()).hasMessage("broken");
    }
  }

  @Test
  @Semantics({3, 8})
  void whatACancelledBodySuppressedIsKeptAndTheRestOfItReported() throws Exception {
    InterruptedException thrown = new InterruptedException();
    IllegalStateException broken = new IllegalStateException("rollback failed");
    thrown.addSuppressed(new ClosedByInterruptException());
    thrown.addSuppressed(broken);
    JoinHandle<String> handle = throwing(new RuntimeException(thrown), true);
    Cancelled<String> outcome = (Cancelled<String>) handle.outcome();
    assertThat(outcome.reason().thrown().orElseThrow().getCause().getSuppressed())
        .containsExactly(thrown.getSuppressed());
    UnobservedFailure failure = reports.only();
    assertThat(failure.kind()).isEqualTo(UnobservedFailure.Kind.CLEANUP_FAILED);
    assertThat(failure.cause()).isSameAs(broken);
    assertThat(failure.id()).isEqualTo(handle.id());
    runtime.shutdown(Kit.SOON);
    assertThat(reports.all).hasSize(1);
  }

  @Test
  void suppressedFailuresOfAPanicAreReportedWithItOnly() throws Exception {
    IOException thrown = suppressing(new IOException("x"), new IllegalStateException("y"));
    JoinHandle<String> handle = throwing(thrown, true);
    assertThat(handle.state()).isEqualTo(TaskState.PANICKED);
    runtime.shutdown(Kit.SOON);
    assertThat(reports.all).isEmpty();
  }

  @Test
  @Contract(59)
  void aTreeThatIsAbortedIsCancelledThroughout() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      CountDownLatch inside = new CountDownLatch(1);
      JoinHandle<JoinHandle<String>> spawned =
          runtime.spawn(() -> Task.spawn(() -> Kit.sleepForever()));
      JoinHandle<String> child = spawned.join(Kit.SOON);
      JoinHandle<String> parent =
          runtime.spawn(() -> {
            inside.countDown();
            return child.join();
          });
      Kit.await(inside);
      child.abort(); // the parent sees this, or its own abort, or both
      parent.abort();
      Outcome<String> outcome = parent.outcome(Kit.SOON);
      if (parent.isAbortRequested()) {
        assertThat(outcome.isCancelled()).isTrue();
      } else {
        assertThat(outcome.isPanic()).as("the parent was done before its abort").isTrue();
      }
      child.outcome(Kit.SOON);
    }
  }
}
