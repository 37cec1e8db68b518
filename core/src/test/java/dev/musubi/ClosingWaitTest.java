package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Closing an owned handle: aborts, and waits for the real end whatever happens. */
@Semantics(4)
class ClosingWaitTest {
  private final Kit.Reports reports = new Kit.Reports();

  @AutoClose
  private final TaskRuntime runtime =
      TaskRuntime.builder().abortPolicy(AbortPolicy.once()).failureHook(reports).build();

  @Test
  @Contract(154)
  void theTaskHasReallyEndedAfterTheBlock() throws Exception {
    AtomicBoolean cleaned = new AtomicBoolean();
    JoinHandle<Void> handle;
    CountDownLatch inside = new CountDownLatch(1);
    try (OwnedHandle<Void> owned =
        runtime
            .spawn(() -> {
              inside.countDown();
              try {
                Kit.sleepForever();
              } finally {
                Task.shield(() -> Thread.sleep(20));
                cleaned.set(true);
              }
            })
            .abortOnClose()) {
      Kit.await(inside);
      handle = owned;
    }
    assertThat(cleaned).isTrue();
    assertThat(handle.isFinished()).isTrue();
    Cancelled<Void> outcome = (Cancelled<Void>) handle.outcome();
    assertThat(outcome.reason().kind()).isEqualTo(AbortReason.Kind.PARENT_CLOSED);
  }

  @Test
  @Contract(156)
  void anOwnedHandleAbortsAndTellsLikeAnyOther() throws Exception {
    try (OwnedHandle<String> owned =
        runtime.spawn(() -> Kit.<String>sleepForever()).abortOnClose()) {
      assertThat(owned.isFinished()).isFalse();
      AbortHandle other = owned.abortHandle();
      assertThat(owned.abort()).isTrue();
      assertThat(other.abort()).isFalse();
      assertThat(owned.outcome().isCancelled()).isTrue();
      assertThat(other.isFinished()).isTrue();
    }
  }

  @Test
  void closingAFinishedTaskChangesNothing() throws Exception {
    JoinHandle<String> handle = runtime.spawn(() -> "v");
    handle.join(Kit.SOON);
    handle.abortOnClose().close();
    handle.abortOnClose().close();
    assertThat(handle.join()).isEqualTo("v");
    assertThat(handle.isAbortRequested()).isFalse();
  }

  @Test
  @Contract(155)
  void closingADetachedHandleDoesNothing() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    AtomicBoolean ended = new AtomicBoolean();
    JoinHandle<Void> handle =
        runtime.spawn(() -> {
          release.await();
          ended.set(true);
        });
    handle.detach();
    handle.abortOnClose().close();
    assertThat(handle.isAbortRequested()).isFalse();
    release.countDown();
    Kit.eventually("it ends", ended::get);
  }

  @Test
  @Semantics(11)
  void aTaskCannotCloseOrJoinItselfAndNothingHasHappenedThen() throws Exception {
    AtomicReference<JoinHandle<String>> self = new AtomicReference<>();
    CountDownLatch set = new CountDownLatch(1);
    self.set(
        runtime.spawn(() -> {
          set.await();
          JoinHandle<String> me = self.get();
          for (VoidBody<Exception> wait :
              java.util.List.<VoidBody<Exception>>of(
                  me::join,
                  () -> me.join(Kit.SOON),
                  me::outcome,
                  me::abortAndJoin,
                  () -> me.abortAndJoin(Kit.SOON),
                  () -> me.abortOnClose().close(),
                  () -> me.asFuture().get())) {
            assertThatThrownBy(wait::run)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("itself");
          }
          assertThat(Task.isAbortRequested()).isFalse();
          return "unharmed";
        }));
    set.countDown();
    assertThat(self.get().join(Kit.SOON)).isEqualTo("unharmed");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void neitherInterruptsNorAbortsEndTheWaitAndTheFlagIsRestored(boolean inTask) throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    OwnedHandle<String> stubborn =
        runtime
            .spawn(() -> {
              inside.countDown();
              Kit.awaitStubbornly(release);
              return "v";
            })
            .abortOnClose();
    Kit.await(inside);
    AtomicReference<String> after = new AtomicReference<>();
    AtomicReference<Thread> closer = new AtomicReference<>();
    VoidBody<RuntimeException> close =
        () -> {
          closer.set(Thread.currentThread());
          stubborn.close();
          after.set(
              "finished %s, flag %s"
                  .formatted(stubborn.isFinished(), Thread.currentThread().isInterrupted()));
        };
    JoinHandle<Void> task = inTask ? runtime.spawn(close) : null;
    if (task == null) {
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            try {
              close.run();
            } catch (InterruptedException e) {
              after.set("interrupted");
            }
          });
    }
    Kit.awaitParked(Kit.thread(closer));
    for (int i = 0; i < 10; i++) {
      closer.get().interrupt();
      if (task != null) {
        task.abort();
      }
      Thread.sleep(1);
      assertThat(after.get()).isNull();
    }
    release.countDown();
    Kit.eventually("the close returns", () -> after.get() != null);
    assertThat(after).hasValue("finished true, flag true");
  }

  @Test
  @Semantics({4, 8})
  void aPanicThatItFindsIsReported() {
    IOException boom = new IOException("boom");
    runtime
        .spawn(() -> {
          throw boom;
        })
        .abortOnClose()
        .close();
    // The abort may have been faster than the body, which then never ran.
    runtime.shutdown(Kit.SOON);
    assertThat(reports.all)
        .allSatisfy(failure -> {
          assertThat(failure.kind()).isEqualTo(UnobservedFailure.Kind.CLOSED);
          assertThat(failure.cause()).isSameAs(boom);
        });
  }

  @Test
  void aStragglerIsLoggedWithItsStack() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    OwnedHandle<Void> handle =
        runtime
            .task()
            .name("straggler-17")
            .spawn(() -> {
              inside.countDown();
              Kit.awaitStubbornly(release);
            })
            .abortOnClose();
    Kit.await(inside);
    try (var log = LogCapture.listenFor("\"straggler-17\"")) {
      Thread closer = Thread.startVirtualThread(handle::close);
      LogCapture.Line line = log.first(); // takes ten seconds
      assertThat(line.level()).isEqualTo(System.Logger.Level.WARNING);
      assertThat(line.message()).contains("awaitStubbornly").contains("PT10S");
      release.countDown();
      closer.join();
    }
  }
}
