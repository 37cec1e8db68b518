package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.musubi.contract.Semantics;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Semantics(5)
class ShieldTest {
  private static final Duration SHORT = Duration.ofMillis(5);

  @AutoClose
  private final TaskRuntime runtime =
      TaskRuntime.builder()
          .abortPolicy(AbortPolicy.once())
          .blockingAbortPolicy(AbortPolicy.once())
          .build();

  private final CountDownLatch inside = new CountDownLatch(1);
  private final CountDownLatch happened = new CountDownLatch(1);

  private <T> JoinHandle<T> spawn(boolean blocking, java.util.concurrent.Callable<T> body) {
    return blocking ? runtime.spawnBlocking(body) : runtime.spawn(body);
  }

  /** Waits without a wait of Musubi; an interrupt fails the test. */
  private void undisturbed() {
    inside.countDown();
    try {
      happened.await();
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted inside a shield", e);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void insideNothingDisturbsAndOutsideTheAbortArrives(boolean blocking) throws Exception {
    JoinHandle<String> handle =
        spawn(
            blocking,
            () -> {
              String result =
                  Task.shieldCall(() -> {
                    undisturbed();
                    assertThat(Task.isAbortRequested()).isTrue();
                    Task.checkAborted();
                    Task.yieldNow();
                    Task.sleep(SHORT);
                    assertThat(Task.spawn(() -> "child").join()).isEqualTo("child");
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                    return "committed";
                  });
              assertThat(Thread.currentThread().isInterrupted()).isTrue();
              assertThatThrownBy(Task::checkAborted).isInstanceOf(TaskAbortedException.class);
              assertThatThrownBy(() -> Task.sleep(SHORT)).isInstanceOf(TaskAbortedException.class);
              return result;
            });
    Kit.await(inside);
    handle.abort();
    happened.countDown();
    assertThat(handle.join(Kit.SOON)).isEqualTo("committed");
  }

  @Test
  void anAbortBeforeTheShieldIsPutAsideAndBackOnLeaving() throws Exception {
    JoinHandle<String> handle =
        runtime.spawn(() -> {
          inside.countDown();
          Kit.eventually("the interrupt came", () -> Thread.currentThread().isInterrupted());
          Task.shield(() -> {
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            Thread.sleep(SHORT);
          });
          assertThat(Thread.interrupted()).isTrue();
          return "done";
        });
    Kit.await(inside);
    handle.abort();
    assertThat(handle.join(Kit.SOON)).isEqualTo("done");
  }

  @Test
  void anAbortThatWasDeliveredIsNotDeliveredAgain() throws Exception {
    JoinHandle<String> handle =
        runtime.spawn(() -> {
          inside.countDown();
          assertThatThrownBy(() -> Kit.sleepForever()).isInstanceOf(InterruptedException.class);
          Task.shield(() -> Thread.sleep(SHORT));
          assertThat(Thread.currentThread().isInterrupted()).isFalse();
          return "done";
        });
    Kit.await(inside);
    handle.abort();
    assertThat(handle.join(Kit.SOON)).isEqualTo("done");
  }

  @Test
  void aFlagThatWasSetBeforeIsBackOnLeavingEvenWithoutAnAbort() throws Exception {
    runtime
        .spawn(() -> {
          Thread.currentThread().interrupt();
          Task.shield(() -> Thread.sleep(SHORT));
          assertThat(Thread.interrupted()).isTrue();
          Task.shield(() -> {});
          assertThat(Thread.interrupted()).isFalse();
        })
        .join(Kit.SOON);
  }

  @Test
  void aForeignInterruptArrivesInsideAndStays() throws Exception {
    runtime
        .spawn(() -> {
          Task.shield(() -> {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> Task.sleep(SHORT))
                .isExactlyInstanceOf(InterruptedException.class);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            Thread.currentThread().interrupt();
          });
          assertThat(Thread.interrupted()).isTrue();
        })
        .join(Kit.SOON);
  }

  @Test
  void shieldsNest() throws Exception {
    JoinHandle<String> handle =
        runtime.spawn(() -> {
          Task.shield(() -> {
            Task.shield(this::undisturbed);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            Task.checkAborted();
            Task.shield(() -> {
              Task.shield(() -> Task.sleep(SHORT));
              Task.sleep(SHORT);
            });
            Task.sleep(SHORT);
          });
          assertThat(Thread.interrupted()).isTrue();
          Task.checkAborted();
          return "not reached";
        });
    Kit.await(inside);
    handle.abort();
    happened.countDown();
    assertThat(handle.outcome(Kit.SOON).isCancelled()).isTrue();
  }

  @Test
  void aShieldIsLeftByAnExceptionToo() throws Exception {
    IOException boom = new IOException("boom");
    JoinHandle<String> handle =
        runtime.spawn(() -> {
          assertThatThrownBy(() ->
                  Task.shield(() -> {
                    undisturbed();
                    throw boom;
                  }))
              .isSameAs(boom);
          assertThat(Thread.interrupted()).isTrue();
          Task.checkAborted();
          return "not reached";
        });
    Kit.await(inside);
    handle.abort();
    happened.countDown();
    assertThat(handle.outcome(Kit.SOON).isCancelled()).isTrue();
  }

  @Test
  void aPolicyThatNeverInterruptsDoesNotInterruptOnLeaving() throws Exception {
    JoinHandle<String> handle =
        runtime
            .task()
            .abortPolicy(AbortPolicy.never())
            .spawn(() -> {
              Task.shield(this::undisturbed);
              assertThat(Thread.currentThread().isInterrupted()).isFalse();
              Task.checkAborted();
              return "not reached";
            });
    Kit.await(inside);
    handle.abort();
    happened.countDown();
    assertThat(handle.outcome(Kit.SOON).isCancelled()).isTrue();
  }

  @Test
  @Semantics({4, 5})
  void repeatsStayOutsideAndGoOnAfterwards() throws Exception {
    AtomicInteger outside = new AtomicInteger();
    JoinHandle<String> handle =
        runtime
            .task()
            .abortPolicy(AbortPolicy.repeating(Duration.ofMillis(5), Duration.ofMillis(5)))
            .spawn(() -> {
              inside.countDown();
              for (int round = 0; round < 5; round++) {
                Task.shield(() -> {
                  Kit.awaitStubbornly(happened);
                  Thread.sleep(40); // eight repeats would be due
                });
                while (true) {
                  try {
                    Kit.sleepForever();
                  } catch (InterruptedException e) {
                    outside.incrementAndGet();
                    break;
                  }
                }
              }
              return "done";
            });
    Kit.await(inside);
    handle.abort();
    happened.countDown();
    assertThat(handle.join(Kit.SOON)).isEqualTo("done");
    assertThat(outside).hasValue(5);
  }

  @Test
  void enteringWaitsOutAnInterruptInFlight() throws Exception {
    AtomicInteger both = new AtomicInteger();
    for (int i = 0; i < 2_000; i++) {
      AtomicBoolean go = new AtomicBoolean();
      boolean surely = i % 10 == 0; // most rounds may miss each other on a busy machine
      JoinHandle<Boolean> handle =
          runtime.spawn(() -> {
            go.set(true);
            AtomicBoolean aborted = new AtomicBoolean();
            boolean quiet =
                Task.shieldCall(() -> {
                  for (int n = 0; n < 200 || surely && !Task.isAbortRequested(); n++) {
                    if (Thread.currentThread().isInterrupted()) {
                      return false;
                    }
                    Thread.onSpinWait();
                  }
                  aborted.set(Task.isAbortRequested());
                  return true;
                });
            if (aborted.get()) { // requested before we left, so delivered when we leave

              both.incrementAndGet();
              assertThat(Thread.interrupted()).isTrue();
            }
            return quiet;
          });
      while (!go.get()) {
        Thread.onSpinWait();
      }
      handle.abort();
      assertThat(handle.join(Kit.SOON)).as("no interrupt inside the shield").isTrue();
    }
    assertThat(both.get()).as("the race took place").isPositive();
  }

  @Test
  void outsideOfATaskItJustRunsTheBody() throws Exception {
    assertThat(Task.<String, RuntimeException>shieldCall(() -> "v")).isEqualTo("v");
    IOException boom = new IOException("boom");
    assertThatThrownBy(() ->
            Task.shield(() -> {
              throw boom;
            }))
        .isSameAs(boom);
    Thread.currentThread().interrupt();
    Task.shield(() -> assertThat(Thread.currentThread().isInterrupted()).isTrue());
    assertThat(Thread.interrupted()).isTrue();
  }
}
