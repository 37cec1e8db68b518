package dev.musubi;

import static dev.musubi.Select.after;
import static dev.musubi.Select.at;
import static dev.musubi.Select.on;
import static dev.musubi.Select.otherwise;
import static dev.musubi.Select.select;
import static dev.musubi.Select.selectBiased;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import dev.musubi.sync.Oneshot;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waiting for the first of several things. */
@Timeout(60)
class SelectTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration TICK = Duration.ofMillis(1);

  private static JoinHandle<String> done(String value) throws InterruptedException {
    JoinHandle<String> handle = Task.spawn(() -> value);
    handle.join();
    return handle;
  }

  private static JoinHandle<String> pending() {
    return Task.spawn(() -> Kit.<String>sleepForever());
  }

  @Test
  @Contract(197)
  void oneBranchWinsAndOneHandlerRuns() throws Exception {
    JoinHandle<String> a = done("a");
    JoinHandle<String> b = done("b");
    AtomicInteger ran = new AtomicInteger();
    for (int i = 0; i < 100; i++) {
      ran.set(0);
      String winner =
          select(
              a.onJoin(v -> v + ran.incrementAndGet()), b.onJoin(v -> v + ran.incrementAndGet()));
      assertThat(winner).isIn("a1", "b1");
      assertThat(ran).hasValue(1);
    }
  }

  @Test
  @Contract(198)
  void byDefaultEveryReadyBranchGetsItsShare() throws Exception {
    JoinHandle<String> a = done("a");
    JoinHandle<String> b = done("b");
    JoinHandle<String> c = done("c");
    int[] wins = new int[3];
    for (int i = 0; i < 3000; i++) {
      wins[select(a.onJoin(_ -> 0), b.onJoin(_ -> 1), c.onJoin(_ -> 2))]++;
    }
    assertThat(wins[0]).isBetween(800, 1200);
    assertThat(wins[1]).isBetween(800, 1200);
    assertThat(wins[2]).isBetween(800, 1200);
  }

  @Test
  @Contract({196, 198})
  void aDisabledBranchDoesNotGiveItsShareToItsNeighbour() throws Exception {
    JoinHandle<String> a = done("a");
    JoinHandle<String> b = done("b");
    int[] wins = new int[3];
    for (int i = 0; i < 3000; i++) {
      wins[
          select(
              a.onJoin(false, _ -> 0),
              a.onJoin(false, _ -> 0),
              a.onJoin(_ -> 1),
              after(false, Duration.ZERO, () -> 0),
              b.onJoin(_ -> 2))]++;
    }
    assertThat(wins[0]).isZero();
    assertThat(wins[1]).isBetween(1300, 1700);
  }

  @Test
  @Contract(199)
  void biasedPrefersTheFirstThatIsReady() throws Exception {
    JoinHandle<String> never = pending();
    JoinHandle<String> a = done("a");
    JoinHandle<String> b = done("b");
    for (int i = 0; i < 1000; i++) {
      String winner = selectBiased(never.onJoin(v -> v), a.onJoin(v -> v), b.onJoin(v -> v));
      assertThat(winner).isEqualTo("a");
    }
    never.abort();
  }

  @Test
  @Contract(200)
  void equalSeedsGiveEqualChoices() throws Exception {
    assertThat(choices(42)).isEqualTo(choices(42)).isNotEqualTo(choices(43));
  }

  private static List<Integer> choices(long seed) throws Exception {
    try (TaskRuntime runtime = TaskRuntime.builder().selectSeed(seed).build()) {
      return runtime.blockOn(() -> {
        JoinHandle<String> a = done("a");
        JoinHandle<String> b = done("b");
        List<Integer> chosen = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
          chosen.add(select(a.onJoin(_ -> 0), b.onJoin(_ -> 1)));
        }
        return chosen;
      });
    }
  }

  @Test
  @Contract({195, 196})
  void aGuardDisablesABranch() throws Exception {
    JoinHandle<String> a = done("a");
    JoinHandle<String> b = done("b");
    for (int i = 0; i < 100; i++) {
      assertThat(SelectTest.<String>pick(a.onJoin(false, v -> v), b.onJoin(true, v -> v)))
          .isEqualTo("b");
      assertThat(SelectTest.<String>pick(a.onOutcome(false, _ -> "a"), b.onSuccess(true, v -> v)))
          .isEqualTo("b");
      assertThat(
              SelectTest.<String>pick(
                  after(false, Duration.ZERO, () -> "timer"),
                  after(true, HOUR, () -> "late"),
                  b.onJoin(v -> v)))
          .isEqualTo("b");
    }
  }

  @SafeVarargs
  private static <R> R pick(Branch<? extends R, ? extends RuntimeException>... branches)
      throws InterruptedException {
    return Select.<R, RuntimeException>select(branches);
  }

  @Test
  @Contract(202)
  void withoutAnEnabledBranchOtherwiseRunsOrItIsAnError() throws Exception {
    JoinHandle<String> a = done("a");
    assertThat(SelectTest.<String>pick(a.onJoin(false, v -> v), otherwise(() -> "else")))
        .isEqualTo("else");
    assertThat(SelectTest.<String>pick(a.onJoin(v -> v), otherwise(() -> "else"))).isEqualTo("a");
    assertThatThrownBy(() -> pick(a.onJoin(false, v -> v)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no branch of the select is enabled");
    assertThatThrownBy(() -> pick()).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> pick(otherwise(() -> 1), otherwise(() -> 2)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @Contract({201, 202})
  void aBranchForSuccessOnlyDisablesItselfOnFailure() throws Exception {
    Kit.Reports reports = new Kit.Reports();
    try (TaskRuntime runtime = TaskRuntime.builder().failureHook(reports).build()) {
      CountDownLatch go = new CountDownLatch(1);
      JoinHandle<String> fails =
          runtime.spawn(() -> {
            go.await();
            throw new IOException("down");
          });
      JoinHandle<String> slow =
          runtime.spawn(() -> {
            go.await();
            while (!fails.isFinished()) {
              Task.yieldNow();
            }
            return "slow";
          });
      var waiting =
          runtime.spawn(
              () -> SelectTest.<String>pick(fails.onSuccess(v -> v), slow.onSuccess(v -> v)));
      go.countDown();
      assertThat(waiting.join()).isEqualTo("slow");
      assertThat(SelectTest.<String>pick(fails.onSuccess(v -> v), otherwise(() -> "all failed")))
          .isEqualTo("all failed");
      assertThat(fails.outcome().isPanic()).as("the handle still tells it").isTrue();
    }
    assertThat(reports.all).isEmpty();
  }

  @Test
  @Contract({204, 206})
  void theLosersAreLetGoBeforeTheHandlerRunsInTheCaller() throws Exception {
    AtomicInteger registered = new AtomicInteger();
    Selectable<String> source =
        _ -> {
          registered.incrementAndGet();
          return registered::decrementAndGet;
        };
    Thread caller = Thread.currentThread();
    CountDownLatch go = new CountDownLatch(1);
    JoinHandle<String> winner =
        Task.spawn(() -> {
          go.await();
          return "won";
        });
    String seen =
        select(
            on(
                source,
                _ -> {
                  throw new AssertionError("never offered");
                }),
            after(
                Duration.ZERO,
                () -> {
                  go.countDown();
                  return "now " + registered.get() + (Thread.currentThread() == caller);
                }));
    assertThat(seen).isEqualTo("now 0true");
    assertThat(winner.join()).isEqualTo("won");
  }

  @Test
  @Contract(205)
  @Semantics(8)
  void whatHasLostCanBeWaitedForAgain() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    JoinHandle<String> slow =
        Task.spawn(() -> {
          go.await();
          return "slow";
        });
    for (int i = 0; i < 10; i++) {
      assertThat(SelectTest.<String>pick(slow.onJoin(v -> v), after(Duration.ZERO, () -> "timer")))
          .isEqualTo("timer");
    }
    String inTheHandler =
        select(
            slow.onJoin(v -> "first " + v),
            after(
                Duration.ZERO,
                () -> {
                  go.countDown();
                  return "then " + slow.join();
                }));
    assertThat(inTheHandler).isEqualTo("then slow");
  }

  @Test
  @Contract(207)
  void theBranchesAreWaitedForOnOneThreadAndTheTasksRunInParallel() throws Exception {
    CountDownLatch both = new CountDownLatch(2);
    JoinHandle<String> a = Task.spawn(() -> meet(both, "a"));
    JoinHandle<String> b = Task.spawn(() -> meet(both, "b"));
    assertThat(SelectTest.<String>pick(a.onJoin(v -> v), b.onJoin(v -> v))).isIn("a", "b");
    a.join();
    b.join();
  }

  private static String meet(CountDownLatch both, String name) throws InterruptedException {
    both.countDown();
    both.await();
    return name;
  }

  @Test
  @Contract(214)
  void aTimerThatHasPassedIsReadyAndNotSkipped() throws Exception {
    Deadline passed = Deadline.now();
    assertThat(
            SelectTest.<String>pick(
                Select.at(!passed.hasPassed(), passed, () -> "timer"), otherwise(() -> "else")))
        .as("a guard that asks for the time is an answer of its own")
        .isEqualTo("else");
    assertThat(SelectTest.<String>pick(Select.at(passed, () -> "timer"), otherwise(() -> "else")))
        .isEqualTo("timer");
  }

  @Test
  @Semantics(8)
  void handlersMayThrowAndJoiningAFailureThrowsIt() throws Exception {
    JoinHandle<String> a = done("a");
    IOException own = new IOException("handler");
    assertThatThrownBy(() -> select(a.onJoin(_ -> throwIt(own)))).isSameAs(own);
    JoinHandle<String> failed =
        Task.spawn(() -> {
          throw new IOException("body");
        });
    assertThatThrownBy(() -> select(failed.onJoin(v -> v)))
        .isInstanceOf(JoinException.class)
        .hasRootCauseMessage("body");
    assertThat(SelectTest.<Boolean>pick(failed.onOutcome(Outcome::isPanic))).isTrue();
  }

  private static String throwIt(IOException e) throws IOException {
    throw e;
  }

  @Test
  @Contract({185, 205})
  void itWaitsForHandlesTimersTokensStagesAndChannelsInOnePlace() throws Exception {
    ManualTime time = new ManualTime();
    try (TaskRuntime runtime = TaskRuntime.builder().time(time).build()) {
      for (String which : List.of("task", "timer", "token", "stage", "channel")) {
        CountDownLatch go = new CountDownLatch(1);
        JoinHandle<String> task =
            runtime.spawn(() -> {
              go.await();
              return "task";
            });
        CancellationToken token = new CancellationToken();
        CompletableFuture<String> stage = new CompletableFuture<>();
        Oneshot<String> channel = Oneshot.create();
        AtomicReference<Thread> waiter = new AtomicReference<>();
        JoinHandle<String> waiting =
            runtime.spawn(() -> {
              waiter.set(Thread.currentThread());
              return SelectTest.<String>pick(
                  task.onJoin(v -> v),
                  after(HOUR, () -> "timer"),
                  token.onCancelled(() -> "token"),
                  on(stage, v -> v),
                  channel.receiver().onReceive(v -> v));
            });
        Kit.awaitParked(Kit.thread(waiter));
        switch (which) {
          case "task" -> go.countDown();
          case "timer" -> time.advance(HOUR);
          case "token" -> token.cancel();
          case "stage" -> stage.complete("stage");
          default -> channel.sender().send("channel");
        }
        assertThat(waiting.join()).isEqualTo(which);
        assertThat(time.hasWaiting()).as("the timer is let go").isFalse();
        assertThat(token.seats()).as("the token has been left").isLessThanOrEqualTo(1);
        go.countDown();
        assertThat(task.join()).isEqualTo("task");
      }
    }
  }

  @Test
  void aFailedStageThrowsWhatItsJoinWould() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    IOException down = new IOException("down");
    stage.completeExceptionally(down);
    assertThatThrownBy(() -> pick(on(stage, v -> v)))
        .isInstanceOf(CompletionException.class)
        .hasCause(down);
    assertThatThrownBy(() -> pick(on(stage.thenApply(v -> v), v -> v)))
        .isInstanceOf(CompletionException.class)
        .hasCause(down);
    CompletableFuture<String> cancelled = new CompletableFuture<>();
    cancelled.cancel(false);
    assertThatThrownBy(() -> pick(on(cancelled, v -> v))).isInstanceOf(CancellationException.class);
  }

  @Test
  void aStageIsTouchedOnceForABranchThatIsUsedAgain() throws Exception {
    CompletableFuture<String> stage = new CompletableFuture<>();
    Branch<String, RuntimeException> branch = on(stage, v -> v);
    for (int i = 0; i < 1000; i++) {
      assertThat(SelectTest.<String>pick(branch, after(Duration.ZERO, () -> "timer")))
          .isEqualTo("timer");
    }
    assertThat(stage.getNumberOfDependents()).isEqualTo(1);
    stage.complete("stage");
    assertThat(SelectTest.<String>pick(branch)).isEqualTo("stage");
  }

  @Test
  @Semantics({4, 8})
  void anAbortOrAnInterruptEndsItAndTakesNothing() throws Exception {
    Oneshot<String> channel = Oneshot.create();
    AtomicReference<Thread> waiter = new AtomicReference<>();
    JoinHandle<String> aborted =
        Task.spawn(() -> {
          waiter.set(Thread.currentThread());
          return SelectTest.<String>pick(
              channel.receiver().onReceive(v -> v), after(HOUR, () -> "t"));
        });
    Kit.awaitParked(Kit.thread(waiter));
    assertThat(aborted.abortAndJoin().isCancelled()).isTrue();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> pick(channel.receiver().onReceive(v -> v)))
        .isExactlyInstanceOf(InterruptedException.class);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    channel.sender().send("kept");
    assertThat(channel.receiver().receive()).isEqualTo("kept");
  }

  @Test
  @Semantics(4)
  void anAbortedTaskDoesNotSelectEvenIfABranchIsReady() throws Exception {
    Oneshot<String> channel = Oneshot.create();
    channel.sender().send("kept");
    CountDownLatch aborted = new CountDownLatch(1);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    JoinHandle<String> task =
        Task.builder()
            .abortPolicy(AbortPolicy.never())
            .spawn(() -> {
              aborted.await();
              try {
                return SelectTest.<String>pick(channel.receiver().onReceive(v -> v));
              } catch (InterruptedException e) {
                thrown.set(e);
                throw e;
              }
            });
    task.abort();
    aborted.countDown();
    task.outcome();
    assertThat(thrown.get() == null || thrown.get() instanceof TaskAbortedException).isTrue();
    assertThat(channel.receiver().tryReceive()).contains("kept");
  }

  @Test
  @Semantics({4, 9})
  void aLoserThatIsNotToOutliveTheSelectHasEndedBeforeTheHandler() throws Exception {
    CountDownLatch cleaning = new CountDownLatch(1);
    AtomicInteger cleaned = new AtomicInteger();
    JoinHandle<String> loser =
        Task.spawn(() -> {
          try {
            cleaning.countDown();
            return Kit.<String>sleepForever();
          } finally {
            Task.shield(() -> Task.sleep(Duration.ofMillis(5)));
            cleaned.incrementAndGet();
          }
        });
    Kit.await(cleaning);
    String result =
        select(
            loser.<String, RuntimeException>onJoin(v -> v).abortOnLose(),
            after(Duration.ZERO, () -> "timer, cleaned " + cleaned.get() + loser.isFinished()));
    assertThat(result).isEqualTo("timer, cleaned 1true");
    assertThat(((Cancelled<String>) loser.outcome()).reason().kind())
        .isEqualTo(AbortReason.Kind.LOST);
  }

  @Test
  @Semantics(4)
  void aLoserIsAbortedAlsoWhenTheSelectIsInterruptedAndAWinnerIsNot() throws Exception {
    JoinHandle<String> loser = pending();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> select(loser.onJoin(v -> v).abortOnLose()))
        .isInstanceOf(InterruptedException.class);
    assertThat(loser.isFinished()).as("also if the select does not even begin").isTrue();
    JoinHandle<String> second = pending();
    AtomicReference<Thread> waiter = new AtomicReference<>();
    JoinHandle<String> waiting =
        Task.spawn(() -> {
          waiter.set(Thread.currentThread());
          return select(second.onJoin(v -> v).abortOnLose(), after(HOUR, () -> "late"));
        });
    Kit.awaitParked(Kit.thread(waiter));
    waiting.abortAndJoin();
    assertThat(second.isFinished()).isTrue();
    JoinHandle<String> winner = done("won");
    assertThat(
            SelectTest.<String>pick(winner.<String, RuntimeException>onJoin(v -> v).abortOnLose()))
        .isEqualTo("won");
    assertThatThrownBy(() -> after(HOUR, () -> 1).abortOnLose())
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  @Semantics(11)
  void aTaskCannotSelectOverItselfAndADetachedHandleCannotBeSelected() throws Exception {
    AtomicReference<JoinHandle<?>> own = new AtomicReference<>();
    CountDownLatch known = new CountDownLatch(1);
    JoinHandle<String> self =
        Task.spawn(() -> {
          known.await();
          return SelectTest.<String>pick(own.get().onJoin(_ -> "?"), after(HOUR, () -> "late"));
        });
    own.set(self);
    known.countDown();
    assertThatThrownBy(self::join)
        .isInstanceOf(JoinException.class)
        .hasRootCauseInstanceOf(IllegalStateException.class);
    JoinHandle<String> detached = pending();
    Branch<String, RuntimeException> before = detached.onJoin(v -> v);
    detached.detach();
    assertThatThrownBy(() -> detached.onJoin(v -> v)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> pick(before)).isInstanceOf(IllegalStateException.class);
    detached.abort();
  }

  @Test
  void aSourceThatFailsDoesNotHurtTheOthers() throws Exception {
    IllegalStateException broken = new IllegalStateException("broken");
    AtomicInteger registered = new AtomicInteger();
    Selectable<String> fine =
        _ -> {
          registered.incrementAndGet();
          return registered::decrementAndGet;
        };
    Selectable<String> bad =
        _ -> {
          throw broken;
        };
    assertThatThrownBy(() -> selectBiased(on(fine, v -> v), on(bad, v -> v))).isSameAs(broken);
    assertThat(registered).hasValue(0);
    Selectable<String> badToLeave =
        _ ->
            () -> {
              throw broken;
            };
    assertThat(SelectTest.<String>pick(on(badToLeave, v -> v), after(Duration.ZERO, () -> "timer")))
        .isEqualTo("timer");
  }

  @Test
  @Semantics(8)
  void aValueThatWasTakenIsNotLostWhenALaterSourceFails() throws Exception {
    AtomicReference<SelectWaiter<? super String>> registered = new AtomicReference<>();
    Selectable<String> early =
        waiter -> {
          registered.set(waiter);
          return () -> {};
        };
    Selectable<String> broken =
        _ -> {
          registered.get().offer("taken");
          throw new IllegalStateException("broken");
        };
    assertThat(Select.<String, RuntimeException>selectBiased(on(early, v -> v), on(broken, v -> v)))
        .isEqualTo("taken");
  }

  @Test
  @Semantics(8)
  void aMillionLostSelectsLeaveNothingOnALongLivedHandle() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    JoinHandle<String> longLived =
        Task.spawn(() -> {
          release.await();
          return "end";
        });
    TaskCore<String> core = ((TaskHandle<String>) longLived).attached();
    CancellationToken token = new CancellationToken();
    Oneshot<String> channel = Oneshot.create();
    Branch<String, RuntimeException> now = after(Duration.ZERO, () -> "now");
    AtomicReference<Thread> other = new AtomicReference<>();
    JoinHandle<String> patient =
        Task.spawn(() -> {
          other.set(Thread.currentThread());
          return longLived.join();
        });
    Kit.awaitParked(Kit.thread(other));
    for (int i = 0; i < 1_000_000; i++) {
      String winner =
          Select.<String, RuntimeException>selectBiased(
              longLived.onJoin(v -> v),
              token.onCancelled(() -> "token"),
              channel.receiver().onReceive(v -> v),
              now);
      if (!winner.equals("now")) {
        throw new AssertionError(winner);
      }
    }
    assertThat(core.waiterSeats()).isLessThan(200);
    assertThat(token.seats()).isLessThan(200);
    release.countDown();
    assertThat(longLived.join()).isEqualTo("end");
    assertThat(patient.join()).isEqualTo("end");
  }

  /** A foreign source that has a value. */
  private static Selectable<String> ready() {
    return waiter -> {
      waiter.offer("ready");
      return () -> {};
    };
  }

  @Test
  @Contract(199)
  void aDeadlineThatHasPassedWinsInFrontOfASourceThatHasAValue() throws InterruptedException {
    Branch<String, RuntimeException> passed = after(Duration.ZERO, () -> "passed");
    Branch<String, RuntimeException> later = after(HOUR, () -> "later");
    assertThat(Select.<String, RuntimeException>selectBiased(passed, on(ready(), v -> v)))
        .isEqualTo("passed");
    assertThat(Select.<String, RuntimeException>selectBiased(later, on(ready(), v -> v)))
        .isEqualTo("ready");
    assertThat(Select.<String, RuntimeException>selectBiased(on(ready(), v -> v), passed))
        .isEqualTo("ready");
  }

  /** The look at the clock with which the select began is too old by then. */
  @Test
  void aDeadlineThatPassesWhileASourceInFrontIsRegisteredWins() throws InterruptedException {
    Deadline deadline = Deadline.after(TICK);
    Selectable<String> slow =
        waiter -> {
          while (!deadline.hasPassed()) {
            Thread.onSpinWait();
          }
          return () -> {};
        };
    assertThat(
            Select.<String, RuntimeException>selectBiased(
                on(slow, v -> v), at(deadline, () -> "deadline"), on(ready(), v -> v)))
        .isEqualTo("deadline");
  }

  @Test
  void oneSelectWaitsForDeadlinesOfTwoClocks() throws InterruptedException {
    ManualTime time = new ManualTime();
    try (TaskRuntime runtime = TaskRuntime.builder().time(time).build()) {
      Deadline byHand = runtime.blockOn(() -> Deadline.after(HOUR));
      Branch<String, RuntimeException> hand = at(byHand, () -> "by hand");
      assertThat(Select.<String, RuntimeException>selectBiased(hand, after(TICK, () -> "machine")))
          .isEqualTo("machine");
      AtomicReference<Thread> waiter = new AtomicReference<>();
      JoinHandle<String> waiting =
          Task.spawn(() -> {
            waiter.set(Thread.currentThread());
            return SelectTest.<String>pick(after(HOUR, () -> "machine"), hand);
          });
      Kit.awaitParked(Kit.thread(waiter));
      time.advance(HOUR);
      assertThat(waiting.join()).isEqualTo("by hand");
      assertThat(Select.<String, RuntimeException>selectBiased(hand, after(HOUR, () -> "machine")))
          .isEqualTo("by hand");
    }
  }

  @Test
  @Semantics(8)
  void twoSelectsThatCompeteForOneValueShareItHonestly() throws Exception {
    for (int i = 0; i < 2_000; i++) {
      Oneshot<Integer> channel = Oneshot.create();
      CancellationToken over = new CancellationToken();
      List<JoinHandle<Integer>> rivals = new ArrayList<>();
      for (int r = 0; r < 2; r++) {
        rivals.add(
            Task.spawn(() ->
                SelectTest.<Integer>pick(
                    channel.receiver().onReceive(v -> v), over.onCancelled(() -> -1))));
      }
      int value = i;
      Task.spawn(() -> channel.sender().send(value)).join();
      int got = 0;
      for (JoinHandle<Integer> rival : rivals) {
        switch (rival.outcome()) {
          case Success(Integer v) -> {
            assertThat(v).isEqualTo(value);
            got++;
          }
          case Failed<Integer> failed ->
              assertThat(failed.toException()).hasRootCauseInstanceOf(IllegalStateException.class);
        }
      }
      assertThat(got).isEqualTo(1);
    }
  }

  @Test
  @Semantics(8)
  void anAbortThatRacesWithAClaimTakesTheValueOrLeavesIt() throws Exception {
    for (int i = 0; i < 3_000; i++) {
      Oneshot<Integer> channel = Oneshot.create();
      AtomicInteger received = new AtomicInteger();
      JoinHandle<?> selecting =
          Task.spawn(() -> {
            received.addAndGet(channel.receiver().receive());
          });
      Task.yieldNow();
      JoinHandle<Boolean> sending = Task.spawn(() -> channel.sender().send(1));
      selecting.abort();
      sending.join();
      selecting.outcome();
      int left = received.get() == 0 ? channel.receiver().tryReceive().orElse(0) : 0;
      assertThat(received.get() + left).as("the value is in one place").isEqualTo(1);
    }
  }

  @Test
  void theWaitersProtocolIsChecked() throws Exception {
    AtomicReference<SelectWaiter<? super String>> seen = new AtomicReference<>();
    Selectable<String> source =
        waiter -> {
          seen.set(waiter);
          assertThatThrownBy(() -> waiter.complete("unclaimed"))
              .isInstanceOf(IllegalStateException.class);
          assertThatThrownBy(waiter::release).isInstanceOf(IllegalStateException.class);
          assertThat(SelectWaiter.claimBoth(waiter, waiter)).isFalse();
          assertThat(waiter.claim()).isTrue();
          waiter.release();
          assertThat(waiter.offer("value")).isTrue();
          assertThat(waiter.offer("again")).isFalse();
          return () -> {};
        };
    assertThat(SelectTest.<String>pick(on(source, v -> v))).isEqualTo("value");
    assertThat(seen.get().claim()).isFalse();
    Selectable<String> ends =
        waiter -> {
          waiter.disable();
          waiter.disable();
          assertThat(waiter.claim()).isFalse();
          return () -> {};
        };
    assertThat(SelectTest.<String>pick(on(ends, v -> v), on(ends, v -> v), otherwise(() -> "else")))
        .isEqualTo("else");
  }

  @Test
  void badArgumentsAreRefused() {
    assertThatThrownBy(() -> after(Duration.ofNanos(-1), () -> 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> pick((Branch<Object, RuntimeException>) null))
        .isInstanceOf(NullPointerException.class);
  }

  /** It may take itself to the end of days, but nobody else. */
  @Test
  void aSourceThatClaimsAndNeverCompletesStopsNoTimerOfOthers() throws Exception {
    AtomicReference<SelectWaiter<? super String>> claimed = new AtomicReference<>();
    Selectable<String> broken =
        waiter -> {
          assertThat(waiter.claim()).isTrue();
          claimed.set(waiter);
          return () -> {};
        };
    JoinHandle<String> stuck =
        Task.spawn(
            () -> // in this order: the timer must not be over before the source is asked
            Select.<String, RuntimeException>selectBiased(
                    on(broken, v -> v), after(TICK, () -> "timer")));
    Kit.eventually("it has claimed", () -> claimed.get() != null);
    for (int i = 0; i < 20; i++) {
      assertThat(SelectTest.<String>pick(after(TICK, () -> "other"))).isEqualTo("other");
    }
    assertThat(stuck.isFinished()).isFalse();
    claimed.get().complete("late");
    assertThat(stuck.join(Kit.SOON)).isEqualTo("late");
  }

  /**
   * One select adds the dependent for all; if that fails, those that relied on it must hear of it.
   */
  @Test
  void aStageThatCannotBeWatchedKeepsNoSelectWaiting() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    CompletableFuture<String> hostile =
        new CompletableFuture<>() {
          @Override
          public CompletableFuture<String> whenComplete(
              BiConsumer<? super String, ? super Throwable> action) {
            asked.countDown();
            Kit.awaitStubbornly(go);
            throw new IllegalStateException("not today");
          }
        };
    Branch<String, RuntimeException> branch = on(hostile, v -> v);
    JoinHandle<String> first = Task.spawn(() -> SelectTest.<String>pick(branch));
    Kit.await(asked);
    AtomicReference<Thread> waiter = new AtomicReference<>();
    JoinHandle<String> second =
        Task.spawn(() -> {
          waiter.set(Thread.currentThread());
          return SelectTest.<String>pick(branch);
        });
    Kit.awaitParked(Kit.thread(waiter));
    go.countDown();
    assertThat(((Panicked<?>) first.outcome(Kit.SOON)).cause()).hasMessage("not today");
    assertThat(((Panicked<?>) second.outcome(Kit.SOON)).cause())
        .isInstanceOf(CompletionException.class)
        .hasRootCauseMessage("not today");
  }
}
