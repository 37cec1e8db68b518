package dev.musubi;

import static dev.musubi.Select.after;
import static dev.musubi.Select.select;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Deadlines, time limits, intervals and periodic jobs, on a clock that is moved by hand. */
@Timeout(60)
class TimeTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final ManualTime time = new ManualTime();
  private final Kit.Reports reports = new Kit.Reports();
  private final TaskRuntime runtime = TaskRuntime.builder().time(time).failureHook(reports).build();

  @AfterEach
  void close() {
    runtime.close();
  }

  private void awaitWaiting() {
    Kit.eventually("somebody waits for the clock", time::hasWaiting);
  }

  // ---------------------------------------------------------------- deadlines and sleeps

  @Test
  @Contract({226, 227})
  void deadlinesAreFixedWhenTheyAreMade() throws Exception {
    runtime.blockOn(() -> {
      Deadline soon = Deadline.after(HOUR);
      assertThat(soon.remaining()).isEqualTo(HOUR);
      time.advance(HOUR.minusNanos(1));
      assertThat(soon.hasPassed()).isFalse();
      assertThat(soon.remaining()).isEqualTo(Duration.ofNanos(1));
      time.advance(HOUR);
      assertThat(soon.hasPassed()).isTrue();
      assertThat(soon.remaining()).isZero();
      Task.sleepUntil(soon);
      Deadline later = soon.plus(HOUR);
      assertThat(soon).isLessThan(later).isNotEqualTo(later).isEqualTo(soon.plus(Duration.ZERO));
      assertThat(soon.until(later)).isEqualTo(HOUR);
      assertThat(later.until(soon)).isEqualTo(HOUR.negated());
      Deadline never = Deadline.after(Duration.ofSeconds(Long.MAX_VALUE));
      assertThat(never.plus(Duration.ofSeconds(Long.MAX_VALUE)).hasPassed()).isFalse();
    });
    Deadline otherClock = Deadline.now();
    Deadline manual = runtime.blockOn(() -> Deadline.now());
    assertThatThrownBy(() -> manual.compareTo(otherClock))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Deadline.after(Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @Contract({225, 233})
  void sleepUntilEndsAtItsDeadline() throws Exception {
    JoinHandle<Duration> sleeper =
        runtime.spawn(() -> {
          Task.sleepUntil(Deadline.after(HOUR));
          return time.elapsed();
        });
    awaitWaiting();
    time.advance(HOUR.minusNanos(1));
    assertThat(sleeper.isFinished()).isFalse();
    time.advance(Duration.ofNanos(1));
    assertThat(sleeper.join()).isEqualTo(HOUR);
  }

  @Test
  @Contract({229, 230, 231, 232})
  void aSleepCanBePutOff() throws Exception {
    runtime.blockOn(() -> {
      Sleep sleep = Sleep.of(HOUR);
      assertThat(time.hasWaiting()).as("armed by waiting, not by making it").isFalse();
      time.advance(HOUR.minusNanos(1));
      sleep.reset(HOUR); // later
      time.advance(Duration.ofMinutes(59));
      assertThat(sleep.isElapsed()).isFalse();
      sleep.reset(SECOND); // earlier
      time.advance(SECOND);
      assertThat(sleep.isElapsed()).isTrue();
      sleep.await();
      sleep.await(); // stays ready
      sleep.reset(HOUR); // after it has passed: armed anew
      assertThat(sleep.isElapsed()).isFalse();
      sleep.resetAt(Deadline.now()); // to the past
      sleep.await();
      assertThat(select(sleep.onElapsed(() -> "over"))).isEqualTo("over");
      assertThat(select(sleep.onElapsed(false, () -> "over"), after(Duration.ZERO, () -> "timer")))
          .isEqualTo("timer");
    });
  }

  @Test
  @Contract({234, 235})
  void aSleepOutsideOfARuntimeOrOfOneThatIsShutDownJustSleeps() throws Exception {
    Task.sleep(Duration.ofMillis(1));
    AtomicBoolean slept = new AtomicBoolean();
    TaskRuntime other = TaskRuntime.create();
    other.shutdown(Duration.ZERO);
    other.blockOn(() -> {
      Task.sleep(Duration.ofMillis(1));
      slept.set(true);
    });
    assertThat(slept).isTrue();
  }

  // ---------------------------------------------------------------- time limits

  @Test
  @Contract(237)
  void whatHasFinishedGivesItsValueEvenWithNoTimeLeft() throws Exception {
    JoinHandle<String> done = runtime.spawn(() -> "value");
    done.join();
    assertThat(done.join(Duration.ZERO)).isEqualTo("value");
    assertThat(done.joinOrAbort(Duration.ZERO)).isEqualTo("value");
  }

  @Test
  @Contract({238, 245})
  @Semantics({4, 9})
  void whenTheLimitPassesTheWorkIsStoppedAndHasReallyEnded() throws Exception {
    AtomicBoolean cleaned = new AtomicBoolean();
    JoinHandle<String> caller =
        runtime.spawn(() ->
            Task.timeout(
                HOUR,
                () -> {
                  try {
                    return Kit.<String>sleepForever();
                  } finally {
                    cleaned.set(true);
                  }
                }));
    awaitWaiting();
    time.advance(HOUR);
    assertThatThrownBy(caller::join)
        .cause()
        .isInstanceOfSatisfying(
            TaskTimeoutException.class,
            e -> {
              assertThat(e.limit()).isEqualTo(HOUR);
              assertThat(e)
                  .hasMessage("task " + e.id() + " did not finish within PT1H and was aborted");
              assertThat(e.toIOException()).hasMessage(e.getMessage()).hasCause(e);
              assertThat(e.getCause()).isInstanceOf(InterruptedException.class);
            });
    assertThat(cleaned).isTrue();
    assertThat(time.hasWaiting()).isFalse();
  }

  @Test
  @Contract(239)
  void workThatIsInTimeGivesItsValue() throws Exception {
    JoinHandle<Integer> caller =
        runtime.spawn(() ->
            Task.timeout(
                HOUR,
                () -> {
                  Task.sleep(SECOND);
                  return 1;
                }));
    awaitWaiting();
    Kit.eventually(
        "it is done",
        () -> {
          if (!caller.isFinished() && time.elapsed().compareTo(Duration.ofMinutes(30)) < 0) {
            time.advance(SECOND);
          }
          return caller.isFinished();
        });
    assertThat(caller.join()).isEqualTo(1);
    assertThat(time.hasWaiting()).isFalse();
  }

  @Test
  @Contract(240)
  void lateValuesCountAndLateFailuresAreToldAsTheyAre() throws Exception {
    assertThat(runtime.blockOn(() -> Task.timeout(HOUR, () -> "value"))).isEqualTo("value");
    JoinHandle<String> late =
        runtime.spawn(() ->
            Task.timeout(
                HOUR,
                () -> {
                  try {
                    return Kit.<String>sleepForever();
                  } catch (InterruptedException e) {
                    return "late";
                  }
                }));
    awaitWaiting();
    time.advance(HOUR);
    assertThat(late.join()).isEqualTo("late");
    JoinHandle<String> broken =
        runtime.spawn(() ->
            Task.<String, IOException>timeout(
                HOUR,
                () -> {
                  try {
                    return Kit.sleepForever();
                  } catch (InterruptedException e) {
                    throw new IOException("clean-up");
                  }
                }));
    awaitWaiting();
    time.advance(HOUR);
    assertThatThrownBy(() -> broken.join(IOException.class)).hasMessage("clean-up");
  }

  @Test
  @Contract(242)
  void aLimitOfAgesIsLegal() throws Exception {
    assertThat(
            runtime.blockOn(() -> Task.timeout(Duration.ofSeconds(Long.MAX_VALUE), () -> "value")))
        .isEqualTo("value");
  }

  @Test
  @Contract(243)
  @Semantics({4, 8})
  void abortingTheCallerStopsTheWork() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    AtomicBoolean cleaned = new AtomicBoolean();
    JoinHandle<?> caller =
        runtime.spawn(() ->
            Task.timeout(
                HOUR,
                () -> {
                  try {
                    running.countDown();
                    Kit.sleepForever();
                  } finally {
                    cleaned.set(true);
                  }
                }));
    Kit.await(running);
    assertThat(caller.abortAndJoin().isCancelled()).isTrue();
    assertThat(cleaned).isTrue();
    assertThat(time.hasWaiting()).isFalse();
    assertThat(runtime.liveTaskCount()).isZero();
  }

  @Test
  @Contract({244, 246})
  void theOtherFormLeavesTheWorkRunning() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    JoinHandle<String> work =
        runtime.spawn(() -> {
          release.await();
          return "value";
        });
    assertThatThrownBy(() -> work.join(Duration.ZERO)).isInstanceOf(JoinTimeoutException.class);
    assertThat(work.isAbortRequested()).isFalse();
    release.countDown();
    assertThat(work.join()).isEqualTo("value");
  }

  @Test
  @Semantics({4, 9})
  void joinOrAbortEndsTheWorkAtTheLimit() throws Exception {
    JoinHandle<String> work = runtime.spawn(() -> Kit.<String>sleepForever());
    JoinHandle<String> waiting = runtime.spawn(() -> work.joinOrAbort(HOUR));
    awaitWaiting();
    time.advance(HOUR);
    assertThatThrownBy(waiting::join).hasCauseInstanceOf(TaskTimeoutException.class);
    assertThat(((Cancelled<String>) work.outcome()).reason()).hasToString("timed out: after PT1H");
    assertThatThrownBy(() -> work.joinOrAbort(HOUR)).isInstanceOf(JoinException.class);
    assertThatThrownBy(() -> work.joinOrAbort(HOUR.negated()))
        .isInstanceOf(IllegalArgumentException.class);
    JoinHandle<String> next = runtime.spawn(() -> Kit.<String>sleepForever());
    AtomicReference<Thread> waiter = new AtomicReference<>();
    JoinHandle<String> impatient =
        runtime.spawn(() -> {
          waiter.set(Thread.currentThread());
          return next.joinOrAbort(HOUR);
        });
    Kit.awaitParked(Kit.thread(waiter));
    impatient.abortAndJoin();
    assertThat(next.isAbortRequested()).as("the wait was ended, not the work").isFalse();
    next.abort();
  }

  @Test
  void theBodysOwnTimeoutAndFailureComeOutAsTheyAre() {
    TimeoutException own = new TimeoutException("own");
    assertThatThrownBy(() ->
            Task.timeout(
                HOUR,
                () -> {
                  throw own;
                }))
        .isSameAs(own);
    assertThatThrownBy(() -> Task.timeout(HOUR.negated(), () -> "never"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() ->
            Task.timeout(
                HOUR,
                () -> {
                  throw new InterruptedException("of the body");
                }))
        .isInstanceOf(JoinException.class);
  }

  // ---------------------------------------------------------------- intervals

  private static List<Long> ticks(ManualTime time, Interval interval, int... millisBefore)
      throws InterruptedException {
    List<Long> due = new ArrayList<>();
    long start = time.elapsed().toNanos();
    for (int millis : millisBefore) {
      time.advance(Duration.ofMillis(millis));
      Deadline tick = interval.tick();
      due.add((tick.at() - start) / 1_000_000);
    }
    return due;
  }

  @Test
  @Contract({247, 249, 250})
  void burstDeliversWhatWasMissedAtOnce() throws Exception {
    runtime.blockOn(() -> {
      Interval interval = Interval.every(Duration.ofMillis(100));
      assertThat(ticks(time, interval, 0, 100, 350, 0, 0, 50))
          .containsExactly(0L, 100L, 200L, 300L, 400L, 500L);
    });
  }

  @Test
  @Contract(251)
  void delayMovesTheSchedule() throws Exception {
    runtime.blockOn(() -> {
      Interval interval = Interval.every(Duration.ofMillis(100)).missedTicks(MissedTicks.DELAY);
      assertThat(ticks(time, interval, 0, 100, 350, 100, 100))
          .containsExactly(0L, 100L, 200L, 550L, 650L);
    });
  }

  @Test
  @Contract(252)
  void skipLeavesOutWhatWasMissed() throws Exception {
    runtime.blockOn(() -> {
      Interval interval = Interval.every(Duration.ofMillis(100)).missedTicks(MissedTicks.SKIP);
      assertThat(ticks(time, interval, 0, 100, 350, 50, 100))
          .containsExactly(0L, 100L, 200L, 500L, 600L);
    });
  }

  @Test
  @Contract(253)
  void upToFiveMillisecondsLateIsNotMissed() throws Exception {
    runtime.blockOn(() -> {
      Interval punctual = Interval.every(Duration.ofMillis(10)).missedTicks(MissedTicks.DELAY);
      assertThat(ticks(time, punctual, 0, 15, 5)).containsExactly(0L, 10L, 20L);
      Interval late = Interval.every(Duration.ofMillis(10)).missedTicks(MissedTicks.DELAY);
      assertThat(ticks(time, late, 0, 16, 10)).containsExactly(0L, 10L, 26L);
    });
  }

  @Test
  @Contract({247, 248, 255, 257})
  void resetsMoveTheNextTickAndKeepThePeriod() throws Exception {
    runtime.blockOn(() -> {
      Interval interval =
          Interval.startingAt(Deadline.after(Duration.ofMillis(50)), Duration.ofMillis(100));
      assertThat(ticks(time, interval, 50, 100)).containsExactly(50L, 150L);
      time.advance(Duration.ofMillis(50));
      interval.reset();
      assertThat(ticks(time, interval, 100, 100)).containsExactly(100L, 200L);
      interval.resetImmediately();
      assertThat(ticks(time, interval, 0, 100)).containsExactly(0L, 100L);
      interval.resetAfter(Duration.ofMillis(7));
      assertThat(ticks(time, interval, 7, 100)).containsExactly(7L, 107L);
      interval.resetAt(Deadline.after(Duration.ofMillis(500)));
      assertThat(ticks(time, interval, 500, 100)).containsExactly(500L, 600L);
      assertThat(interval.period()).isEqualTo(Duration.ofMillis(100));
      Interval ages = Interval.every(Duration.ofSeconds(Long.MAX_VALUE));
      ages.tick();
      assertThat(ages.toString()).contains("left");
    });
    Deadline otherClock = Deadline.now();
    assertThatThrownBy(() -> runtime.blockOn(() -> Interval.every(SECOND)).resetAt(otherClock))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Interval.every(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Interval.every(SECOND.negated()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @Contract(254)
  @Semantics(8)
  void aTickThatIsLostIsNotUsedUp() throws Exception {
    runtime.blockOn(() -> {
      Interval interval = Interval.every(Duration.ofMillis(100));
      interval.tick();
      for (int i = 0; i < 10; i++) {
        assertThat(select(interval.onTick(_ -> "tick"), after(Duration.ZERO, () -> "timer")))
            .isEqualTo("timer");
      }
      time.advance(Duration.ofMillis(100));
      Thread.currentThread().interrupt();
      assertThatThrownBy(interval::tick).isInstanceOf(InterruptedException.class);
      long due = select(interval.onTick(tick -> tick.at()));
      assertThat(due).isEqualTo(100_000_000);
      time.advance(Duration.ofMillis(100));
      assertThat(interval.tick().at()).isEqualTo(200_000_000);
    });
  }

  // ---------------------------------------------------------------- periodic jobs

  @Test
  @Semantics(8)
  void aPeriodicJobSurvivesFailuresAndReportsEach() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    JoinHandle<?> job =
        Periodic.every(SECOND)
            .spawn(
                runtime.task().name("refresh"),
                () -> {
                  if (runs.incrementAndGet() % 2 == 1) {
                    throw new IOException("run " + runs.get());
                  }
                });
    for (int i = 1; i <= 4; i++) {
      int done = i;
      Kit.eventually("run " + i, () -> runs.get() == done && time.hasWaiting());
      time.advance(SECOND);
    }
    Kit.eventually("both failures are reported", () -> reports.all.size() >= 2);
    job.abortAndJoin();
    assertThat(reports.all).allMatch(r -> r.kind() == UnobservedFailure.Kind.PERIODIC_RUN);
    assertThat(reports.all.peek().toString())
        .contains("\"refresh\" failed in one of its periodic runs, and goes on");
    assertThat(job.outcome().isCancelled()).isTrue();
  }

  @Test
  void aPeriodicJobMayStopAfterSoManyFailuresInARow() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    JoinHandle<?> job =
        runtime.blockOn(() ->
            Periodic.every(SECOND)
                .startingAfter(SECOND)
                .stopAfterFailures(3)
                .spawn(() -> {
                  if (runs.incrementAndGet() != 2) {
                    throw new IOException("run " + runs.get());
                  }
                }));
    Kit.eventually(
        "it gives up",
        () -> {
          if (time.hasWaiting()) {
            time.advance(SECOND);
          }
          return job.isFinished();
        });
    assertThatThrownBy(job::join).hasRootCauseMessage("run 5");
    assertThat(runs).hasValue(5);
    Kit.eventually("the others are reported", () -> reports.all.size() == 3);
    assertThatThrownBy(() -> Periodic.every(SECOND).stopAfterFailures(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Periodic.every(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Periodic.every(SECOND).startingAfter(SECOND.negated()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPeriodicJobSkipsWhatItMissesUnlessToldOtherwise() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    JoinHandle<?> job = runtime.blockOn(() -> Periodic.every(SECOND).spawn(runs::incrementAndGet));
    Kit.eventually("the first run", () -> runs.get() == 1 && time.hasWaiting());
    time.advance(HOUR);
    Kit.eventually("one run, not 3,600", () -> runs.get() == 2 && time.hasWaiting());
    assertThat(runs).hasValue(2);
    job.abortAndJoin();
  }
}
