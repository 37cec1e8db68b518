package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens around a throwable that leaves a body. */
class PanicTest {
  private final Kit.Reports reports = new Kit.Reports();

  @AutoClose
  private final TaskRuntime runtime =
      TaskRuntime.builder().failureHook(reports).maxBlockingThreads(1).build();

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Contract({82, 310})
  void aPanicStaysInItsTaskWhateverItIs(boolean blocking) throws Exception {
    for (Throwable thrown :
        new Throwable[] {
          new IOException("io"),
          new StackOverflowError(),
          new OutOfMemoryError("said to be"),
          new AssertionError("no"),
          new ThreadDeathLookalike()
        }) {
      VoidBody<Exception> body =
          () -> {
            sneak(thrown);
          };
      JoinHandle<Void> handle = blocking ? runtime.spawnBlocking(body) : runtime.spawn(body);
      assertThat(handle.outcome(Kit.SOON)).isEqualTo(new Panicked<Void>(handle.id(), thrown));
      assertThatThrownBy(handle::join).isInstanceOf(JoinException.class).hasRootCause(thrown);
    }
    assertThat(runtime.spawn(() -> 1).join(Kit.SOON)).isEqualTo(1);
    assertThat(runtime.spawnBlocking(() -> 2).join(Kit.SOON)).isEqualTo(2);
  }

  private static final class ThreadDeathLookalike extends Error {
    private static final long serialVersionUID = 1;
  }

  @SuppressWarnings("unchecked")
  private static <X extends Throwable> void sneak(Throwable t) throws X {
    throw (X) t;
  }

  @Test
  @Contract(310)
  void thePoolThreadSurvivesAPanic() throws Exception {
    AtomicReference<Thread> first = new AtomicReference<>();
    JoinHandle<Void> handle =
        runtime.spawnBlocking(() -> {
          first.set(Thread.currentThread());
          throw new IOException("boom");
        });
    assertThat(handle.outcome(Kit.SOON).isPanic()).isTrue();
    assertThat(runtime.spawnBlocking(Thread::currentThread).join(Kit.SOON)).isSameAs(first.get());
  }

  @Test
  @Contract(83)
  @Semantics(8)
  void aPanicOfADetachedTaskIsReported() throws Exception {
    IOException boom = new IOException("boom");
    JoinHandle<Void> handle =
        runtime.spawn(() -> {
          throw boom;
        });
    handle.detach();
    UnobservedFailure failure = reports.only();
    assertThat(failure.cause()).isSameAs(boom);
    assertThat(failure.id()).isEqualTo(handle.id());
    assertThat(failure.kind()).isEqualTo(UnobservedFailure.Kind.DETACHED);
    assertThat(failure.abortRequested()).isFalse();
  }

  @Test
  @Contract(84)
  void aPanicOfTheRootLeavesBlockOnAndTheRuntimeStaysUsable() throws Exception {
    IOException boom = new IOException("boom");
    assertThatThrownBy(() ->
            runtime.blockOn(() -> {
              throw boom;
            }))
        .isSameAs(boom);
    Integer again = runtime.blockOn(() -> Task.spawn(() -> 42).join());
    assertThat(again).isEqualTo(42);
    assertThat(reports.all).isEmpty();
  }

  @Test
  @Contract(85)
  void aPanicDoesNotShutTheRuntimeDown() throws Exception {
    JoinHandle<Void> other = runtime.spawn(() -> Kit.sleepForever());
    runtime
        .spawn(() -> {
          throw new IllegalStateException("boom");
        })
        .detach();
    reports.only();
    assertThat(runtime.isShutdown()).isFalse();
    assertThat(other.isFinished()).isFalse();
    other.abortAndJoin(Kit.SOON);
  }

  @Test
  @Contract({86, 87, 89})
  void aFailureHookMayShutTheRuntimeDown() throws Exception {
    AtomicReference<TaskRuntime> own = new AtomicReference<>();
    CountDownLatch hookDone = new CountDownLatch(1);
    own.set(
        TaskRuntime.builder()
            .failureHook(failure -> {
              own.get().shutdown(Duration.ZERO);
              hookDone.countDown();
            })
            .build());
    try (TaskRuntime fragile = own.get()) {
      JoinHandle<String> other = fragile.spawn(() -> Kit.sleepForever());
      fragile
          .spawn(() -> {
            throw new IllegalStateException("boom");
          })
          .detach();
      Kit.await(hookDone);
      Outcome<String> outcome = other.outcome(Kit.SOON);
      assertThat(outcome).isInstanceOf(Cancelled.class);
      assertThat(((Cancelled<String>) outcome).reason().kind())
          .isEqualTo(AbortReason.Kind.RUNTIME_SHUTDOWN);
      JoinHandle<String> late = fragile.spawn(() -> "never");
      assertThat(late.poll().orElseThrow().isCancelled()).isTrue();
    }
  }

  @Test
  @Contract(88)
  @Semantics(8)
  void aPanicThatSomebodyJoinsIsNotReported() throws Exception {
    JoinHandle<Void> handle =
        runtime.spawn(() -> {
          throw new IllegalStateException("boom");
        });
    assertThatThrownBy(handle::join).isInstanceOf(JoinException.class);
    handle.detach();
    runtime.shutdown(Kit.SOON); // reports whatever is left, and waits for the hook
    assertThat(reports.all).isEmpty();
  }

  @Test
  @Contract(90)
  @Semantics(8)
  void aPanicOfABlockingTaskIsReportedToo() {
    IOException boom = new IOException("boom");
    runtime
        .spawnBlocking(() -> {
          throw boom;
        })
        .detach();
    assertThat(reports.only().cause()).isSameAs(boom);
  }

  @Test
  @Contract(91)
  void cleanUpThatThrowsAfterTheValueWasComputedIsAPanic() throws Exception {
    IllegalStateException broken = new IllegalStateException("broken clean-up");
    JoinHandle<String> handle =
        runtime.spawn(() -> {
          try (AutoCloseable _ =
              () -> {
                throw broken;
              }) {
            return "v";
          }
        });
    assertThat(handle.outcome(Kit.SOON)).isEqualTo(new Panicked<String>(handle.id(), broken));
  }
}
