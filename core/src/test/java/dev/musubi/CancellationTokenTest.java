package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests to stop that many can see. */
@Timeout(60)
class CancellationTokenTest {
  private final CancellationToken root = new CancellationToken();

  @Test
  @Contract(175)
  void cancellingIsIdempotentFromAnyThreadAndNeverUndone() throws Exception {
    List<JoinHandle<Boolean>> cancels = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      cancels.add(Task.spawn(() -> root.cancel()));
    }
    int won = 0;
    for (JoinHandle<Boolean> cancel : cancels) {
      won += cancel.join() ? 1 : 0;
    }
    assertThat(won).isEqualTo(1);
    assertThat(root.isCancelled()).isTrue();
    assertThat(root.cancel("again")).isFalse();
    assertThat(root.reason().orElseThrow().message()).isEmpty();
  }

  @Test
  @Contract(176)
  void aTokenIsItselfAndAChildIsAnother() {
    CancellationToken same = root;
    assertThat(same).isEqualTo(root).hasSameHashCodeAs(root);
    assertThat(root.child()).isNotEqualTo(root).isNotEqualTo(root.child());
  }

  @Test
  @Contract({177, 178})
  void cancellingReachesAllDescendantsAndNobodyElse() {
    CancellationToken left = root.child();
    CancellationToken right = root.child();
    CancellationToken below = left.child().child();
    left.cancel();
    assertThat(left.isCancelled()).isTrue();
    assertThat(below.isCancelled()).isTrue();
    assertThat(right.isCancelled()).isFalse();
    assertThat(root.isCancelled()).isFalse();
  }

  @Test
  @Contract(179)
  void aChildOfACancelledTokenIsBornCancelled() throws Exception {
    root.cancel("over");
    CancellationToken child = root.child();
    assertThat(child.isCancelled()).isTrue();
    child.awaitCancelled();
    assertThat(child.reason()).isEqualTo(root.reason());
  }

  @Test
  @Contract({180, 181})
  void lettingTokensGoCancelsNothingAndDoesNotCutTheTree() throws Exception {
    CancellationToken middle = root.child();
    CancellationToken leaf = middle.child();
    WeakReference<CancellationToken> lost = new WeakReference<>(root.child());
    AtomicBoolean told = new AtomicBoolean();
    middle.child().onCancel(() -> told.set(true)); // nobody keeps this token
    middle = null;
    Kit.eventually(
        "a token that was let go is collected",
        () -> {
          System.gc();
          return lost.get() == null;
        });
    assertThat(leaf.isCancelled()).isFalse();
    assertThat(told).isFalse();
    root.cancel();
    assertThat(leaf.isCancelled()).isTrue();
    Kit.eventually("a callback outlives its token", told::get);
  }

  @Test
  @Contract({182, 183})
  void whenCancelReturnsEveryDescendantIsCancelled() {
    List<CancellationToken> all = new ArrayList<>(List.of(root));
    for (int i = 0; i < 2_000; i++) {
      all.add(all.get(i % 2 == 0 ? i : i / 2).child()); // deep and wide
    }
    root.cancel();
    assertThat(all).allMatch(CancellationToken::isCancelled);
  }

  @Test
  @Contract(182)
  void aVeryDeepTreeIsNoProblem() throws Exception {
    CancellationToken deep = root;
    for (int i = 0; i < 100_000; i++) {
      deep = deep.child();
    }
    CountDownLatch told = new CountDownLatch(1);
    deep.onCancel(told::countDown);
    root.cancel("deep down");
    Kit.await(told);
    assertThat(deep.reason().orElseThrow().message()).contains("deep down");
  }

  @Test
  @Contract(184)
  void aCallbackMayDoAnything() throws Exception {
    CancellationToken child = root.child();
    AtomicReference<String> seen = new AtomicReference<>();
    CountDownLatch done = new CountDownLatch(2);
    child.onCancel(() -> {
      seen.set(root.isCancelled() + " " + child.cancel() + " " + root.child().isCancelled());
      root.onCancel(done::countDown).close(); // it runs at once: nothing is left to take out
      try {
        root.awaitCancelled();
        Task.spawn(() -> root.cancel()).join();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      done.countDown();
    });
    assertThat(root.cancel()).isTrue();
    Kit.await(done);
    assertThat(seen).hasValue("true false true");
  }

  @Test
  @Contract(184)
  void aCallbackThatBlocksOrThrowsHoldsUpNobody() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch told = new CountDownLatch(1);
    root.onCancel(() -> Kit.awaitStubbornly(never));
    root.onCancel(() -> {
      throw new IllegalStateException("callback");
    });
    root.onCancel(told::countDown);
    try (var log = LogCapture.listenFor("cancel-callback")) {
      root.cancel();
      Kit.await(told);
      assertThat(log.first().thrown()).hasMessage("callback");
    }
    never.countDown();
  }

  @Test
  void aCallbackRunsOnceAndNotAfterItWasTakenOut() throws Exception {
    AtomicInteger ran = new AtomicInteger();
    Registration gone = root.onCancel(ran::incrementAndGet);
    gone.close();
    gone.close();
    CountDownLatch told = new CountDownLatch(1);
    root.child().onCancel(told::countDown);
    root.cancel();
    Kit.await(told);
    assertThat(ran).hasValue(0);
  }

  @Test
  @Contract(185)
  void waitersAreWokenOnceAndOneThatIsAbortedLeavesNothing() throws Exception {
    CancellationToken child = root.child();
    AtomicReference<Thread> waiter = new AtomicReference<>();
    JoinHandle<?> aborted =
        Task.spawn(() -> {
          waiter.set(Thread.currentThread());
          child.awaitCancelled();
        });
    Kit.awaitParked(Kit.thread(waiter));
    assertThat(aborted.abortAndJoin().isCancelled()).isTrue();
    JoinHandle<String> waiting =
        Task.spawn(() -> {
          child.awaitCancelled();
          return "woken";
        });
    assertThat(child.awaitCancelled(Duration.ZERO)).isFalse();
    root.cancel();
    assertThat(waiting.join()).isEqualTo("woken");
    child.awaitCancelled();
    assertThat(child.awaitCancelled(Duration.ZERO)).isTrue();
  }

  @Test
  @Contract({187, 188})
  void aGuardCancelsUnlessItWasDisarmed() {
    try (CancellationGuard guard = root.guard()) {
      assertThat(guard.disarm()).isSameAs(root);
    }
    assertThat(root.isCancelled()).isFalse();
    CancellationGuard kept = root.guard();
    root.guard().disarm();
    kept.close();
    assertThat(root.isCancelled()).as("another guard's disarming changes nothing").isTrue();
  }

  @Test
  @Contract(189)
  void onACancelledTokenTheWorkDoesNotBegin() throws Exception {
    root.cancel();
    AtomicBoolean ran = new AtomicBoolean();
    assertThat(root.child().runUntilCancelled(() -> ran.getAndSet(true))).isEmpty();
    JoinHandle<Boolean> bound = Task.builder().cancelledBy(root).spawn(() -> ran.getAndSet(true));
    assertThat(bound.isFinished()).isTrue();
    assertThat(bound.outcome().isCancelled()).isTrue();
    assertThat(ran).isFalse();
  }

  @Test
  @Contract({190, 57})
  void workThatGivesAValueAlthoughTheTokenWasCancelledHasWon() throws Exception {
    Optional<String> value =
        root.runUntilCancelled(() -> {
          root.cancel();
          return "value";
        });
    assertThat(value).contains("value");
  }

  @Test
  @Contract({191, 192, 194})
  @Semantics(9)
  void whenItGivesNothingTheWorkHasReallyEnded() throws Exception {
    AtomicBoolean cleaned = new AtomicBoolean();
    AtomicReference<AbortReason> why = new AtomicReference<>();
    CountDownLatch running = new CountDownLatch(1);
    JoinHandle<Optional<String>> run =
        Task.spawn(() ->
            root.runUntilCancelled(() -> {
              try {
                running.countDown();
                return Kit.<String>sleepForever();
              } finally {
                Task.shield(() -> Task.sleep(Duration.ofMillis(5)));
                cleaned.set(true);
              }
            }));
    Kit.await(running);
    JoinHandle<?> bound =
        Task.builder()
            .cancelledBy(root.child())
            .spawn(() -> {
              Kit.sleepForever();
            });
    root.cancel("enough");
    assertThat(run.join()).isEmpty();
    assertThat(cleaned).isTrue();
    if (bound.outcome() instanceof Cancelled<?> cancelled) {
      why.set(cancelled.reason());
    }
    assertThat(why.get()).hasToString("token cancelled: enough");
  }

  @Test
  void theBodysOwnFailureComesOutAsItIs() throws Exception {
    IOException own = new IOException("own");
    assertThatThrownBy(() ->
            root.runUntilCancelled(() -> {
              throw own;
            }))
        .isSameAs(own);
    AssertionError error = new AssertionError("own");
    assertThatThrownBy(() ->
            root.runUntilCancelled(() -> {
              throw error;
            }))
        .isSameAs(error);
    assertThatThrownBy(() ->
            root.runUntilCancelled(() -> {
              throw new InterruptedException("of the body");
            }))
        .isInstanceOf(JoinException.class);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  @Semantics({4, 8})
  void abortingTheCallerStopsTheWorkToo() throws Exception {
    AtomicBoolean ended = new AtomicBoolean();
    CountDownLatch running = new CountDownLatch(1);
    JoinHandle<?> caller =
        Task.spawn(() -> {
          root.runUntilCancelled(() -> {
            try {
              running.countDown();
              return Kit.<String>sleepForever();
            } finally {
              ended.set(true);
            }
          });
        });
    Kit.await(running);
    assertThat(caller.abortAndJoin().isCancelled()).isTrue();
    assertThat(ended).isTrue();
    assertThat(root.isCancelled()).isFalse();
  }

  @Test
  @Contract(193)
  @Semantics(9)
  void reasonsAreToldAndNeverChange() {
    CancellationToken child = root.child();
    CancellationToken below = child.child();
    assertThat(below.reason()).isEmpty();
    assertThat(child.cancel("child first")).isTrue();
    assertThat(root.cancel("then the root")).isTrue();
    assertThat(below.reason().orElseThrow().message()).contains("child first");
    assertThat(child.reason().orElseThrow().kind()).isEqualTo(AbortReason.Kind.TOKEN);
    assertThat(root.child().reason().orElseThrow().message()).contains("then the root");
    assertThat(root).hasToString("CancellationToken[cancelled: token cancelled: then the root]");
  }

  @Test
  @Semantics(9)
  void aBoundTaskThatHasFinishedLeavesTheToken() throws Exception {
    for (int i = 0; i < 10_000; i++) {
      Task.builder().cancelledBy(root).spawn(() -> {}).join();
    }
    assertThat(root.seats()).isLessThan(500);
  }

  @Test
  @Semantics(6)
  void cancellingWhileTasksAreBoundAndEndMissesNobodyAndHitsNobodyElse() throws Exception {
    for (int round = 0; round < 300; round++) {
      CancellationToken token = new CancellationToken();
      List<JoinHandle<Boolean>> tasks = new ArrayList<>();
      JoinHandle<Boolean> canceller = Task.spawn(() -> token.cancel());
      for (int i = 0; i < 20; i++) {
        boolean ends = i % 2 == 0;
        tasks.add(
            Task.builder()
                .cancelledBy(i % 3 == 0 ? token.child() : token)
                .spawn(() -> ends ? true : Kit.<Boolean>sleepForever()));
      }
      assertThat(canceller.join()).isTrue();
      for (int i = 0; i < tasks.size(); i++) {
        Outcome<Boolean> outcome = tasks.get(i).outcome(Kit.SOON);
        assertThat(outcome.isPanic()).isFalse();
        assertThat(i % 2 == 0 || outcome.isCancelled()).isTrue();
      }
    }
  }

  @Test
  void badArgumentsAreRefused() {
    assertThatThrownBy(() -> root.cancel(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> root.onCancel(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> root.runUntilCancelled(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> root.awaitCancelled(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(root.isCancelled()).isFalse();
  }
}
