package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Every cancellation says why, and the first reason wins. */
@Semantics(9)
class AbortReasonTest {
  @AutoClose private final TaskRuntime runtime = TaskRuntime.create();

  private AbortReason reasonAfter(java.util.function.Consumer<JoinHandle<String>> abort)
      throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    JoinHandle<String> handle =
        runtime.spawn(() -> {
          inside.countDown();
          return Kit.sleepForever();
        });
    Kit.await(inside);
    abort.accept(handle);
    AbortReason reason = ((Cancelled<String>) handle.outcome(Kit.SOON)).reason();
    JoinException e =
        org.assertj.core.api.Assertions.catchThrowableOfType(JoinException.class, handle::join);
    assertThat(e.reason()).isEqualTo(reason);
    assertThat(e)
        .hasMessage("task " + handle.id() + " was cancelled (" + reason + ")")
        .hasCauseInstanceOf(InterruptedException.class);
    return reason;
  }

  private static void check(
      AbortReason reason, AbortReason.Kind kind, Optional<String> message, String text) {
    assertThat(reason.kind()).isEqualTo(kind);
    assertThat(reason.message()).isEqualTo(message);
    assertThat(reason).hasToString(text);
  }

  @Test
  @Contract({42, 43})
  void userAborts() throws Exception {
    AbortReason.Kind user = AbortReason.Kind.USER;
    check(reasonAfter(JoinHandle::abort), user, Optional.empty(), "aborted by user");
    check(
        reasonAfter(handle -> handle.abort("too slow")),
        user,
        Optional.of("too slow"),
        "aborted by user: too slow");
    check(
        reasonAfter(handle -> handle.abortHandle().abort("from afar")),
        user,
        Optional.of("from afar"),
        "aborted by user: from afar");
    assertThat(reasonAfter(handle -> handle.asFuture().cancel(true)).kind()).isEqualTo(user);
    assertThat(reasonAfter(handle -> handle.toCompletableFuture().cancel(true)).kind())
        .isEqualTo(user);
  }

  @Test
  @Contract({42, 43})
  void ownersAndRuntimes() throws Exception {
    check(
        reasonAfter(handle -> handle.abortOnClose().close()),
        AbortReason.Kind.PARENT_CLOSED,
        Optional.empty(),
        "its owner was closed");
    check(
        reasonAfter(_ -> runtime.close()),
        AbortReason.Kind.RUNTIME_SHUTDOWN,
        Optional.empty(),
        "runtime shut down");
  }

  @Test
  @Contract(60)
  void theFirstReasonWins() throws Exception {
    AbortReason reason =
        reasonAfter(handle -> {
          assertThat(handle.abort("first")).isTrue();
          handle.abort("second");
          runtime.close();
        });
    assertThat(reason.message()).contains("first");
  }

  @Test
  @Contract(60)
  void ofManyWhoRaceOneIsToldThatItWonAndItsReasonIsTheOne() throws Exception {
    for (int i = 0; i < 5_000; i++) {
      CountDownLatch inside = new CountDownLatch(1);
      JoinHandle<String> handle =
          runtime.spawn(() -> {
            inside.countDown();
            return Kit.sleepForever();
          });
      Kit.await(inside);
      AtomicBoolean ready = new AtomicBoolean();
      AtomicBoolean otherWon = new AtomicBoolean();
      Thread other =
          Thread.startVirtualThread(() -> {
            ready.set(true);
            otherWon.set(handle.abort("other"));
          });
      while (!ready.get()) {
        Thread.onSpinWait();
      }
      boolean won = handle.abort("mine");
      other.join();
      assertThat(won).isNotEqualTo(otherWon.get());
      Cancelled<String> outcome = (Cancelled<String>) handle.outcome(Kit.SOON);
      assertThat(outcome.reason().message()).contains(won ? "mine" : "other");
    }
  }

  @Test
  void reasonsAreEqualByKindAndMessage() {
    AbortReason one = AbortReason.of(AbortReason.Kind.USER, "m");
    assertThat(one)
        .isEqualTo(AbortReason.of(AbortReason.Kind.USER, "m").withThrown(new Exception()))
        .hasSameHashCodeAs(AbortReason.of(AbortReason.Kind.USER, "m"))
        .isNotEqualTo(AbortReason.of(AbortReason.Kind.USER))
        .isNotEqualTo(AbortReason.of(AbortReason.Kind.TOKEN, "m"))
        .isNotEqualTo("m");
    assertThat(one.thrown()).isEmpty();
  }

  @Test
  void anAbortWithANullReasonIsRefusedBeforeAnyEffect() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    JoinHandle<String> handle =
        runtime.spawn(() -> {
          release.await();
          return "v";
        });
    assertThatThrownBy(() -> handle.abort(null)).isInstanceOf(NullPointerException.class);
    assertThat(handle.isAbortRequested()).isFalse();
    release.countDown();
    assertThat(handle.join(Kit.SOON)).isEqualTo("v");
  }
}
