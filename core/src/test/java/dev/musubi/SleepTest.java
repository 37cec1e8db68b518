package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sleeps and limits, on the machine's clock and on one that is moved by hand. */
@Timeout(60)
class SleepTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final ManualTime time = new ManualTime();

  private void awaitWaiting() {
    Kit.eventually("somebody waits for the clock", time::hasWaiting);
  }

  @Test
  @Contract({225, 264, 267, 269})
  void aSleepEndsWhenItsTimeHasComeAndNotBefore() throws Exception {
    try (TaskRuntime runtime = TaskRuntime.builder().time(time).build()) {
      JoinHandle<Duration> sleeper =
          runtime.spawn(() -> {
            Task.sleep(HOUR);
            return time.elapsed();
          });
      awaitWaiting();
      time.advance(HOUR.minusNanos(1));
      assertThat(time.hasWaiting()).isTrue();
      assertThat(sleeper.isFinished()).isFalse();
      time.advance(Duration.ofNanos(1));
      assertThat(sleeper.join()).isEqualTo(HOUR);
      assertThat(time.hasWaiting()).isFalse();
    }
  }

  @Test
  @Contract({225, 236})
  void neverEarly() throws Exception {
    List<JoinHandle<Long>> sleepers = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      Duration asked = Duration.ofNanos(1 + i * 1_777L);
      sleepers.add(
          Task.spawn(() -> {
            long begin = System.nanoTime();
            Task.sleep(asked);
            return System.nanoTime() - begin - asked.toNanos();
          }));
    }
    for (JoinHandle<Long> sleeper : sleepers) {
      assertThat(sleeper.join()).isNotNegative();
    }
  }

  @Test
  @Contract(226)
  void zeroDoesNotWait() throws Exception {
    try (TaskRuntime runtime = TaskRuntime.builder().time(time).build()) {
      runtime.spawn(() -> Task.sleep(Duration.ZERO)).join();
    }
  }

  @Test
  @Contract({227, 228, 233})
  void aSleepOfAgesIsLegalAndCanBeAborted() throws Exception {
    try (TaskRuntime runtime = TaskRuntime.builder().time(time).build()) {
      var sleeper = runtime.spawn(() -> Task.sleep(Duration.ofSeconds(Long.MAX_VALUE)));
      awaitWaiting();
      time.advance(Duration.ofDays(365 * 140));
      assertThat(sleeper.isFinished()).isFalse();
      assertThat(sleeper.abortAndJoin()).isInstanceOf(Cancelled.class);
      assertThat(time.hasWaiting()).as("nothing is left behind").isFalse();
    }
  }

  @Test
  @Contract({233, 243})
  @Semantics(8)
  void aLimitFollowsTheClockAndLeavesNothingBehind() throws Exception {
    try (TaskRuntime runtime = TaskRuntime.builder().time(time).build()) {
      CountDownLatch release = new CountDownLatch(1);
      JoinHandle<String> slow =
          runtime.spawn(() -> {
            release.await();
            return "value";
          });
      var impatient =
          runtime.spawn(() -> {
            assertThatThrownBy(() -> slow.join(HOUR)).isInstanceOf(JoinTimeoutException.class);
          });
      awaitWaiting();
      time.advance(HOUR);
      impatient.join();
      JoinHandle<String> patient = runtime.spawn(() -> slow.join(HOUR));
      awaitWaiting();
      release.countDown();
      assertThat(patient.join()).isEqualTo("value");
      assertThat(time.hasWaiting()).isFalse();
    }
  }

  @Test
  @Contract(265)
  void oneJumpWakesAllThatItPasses() throws Exception {
    try (TaskRuntime runtime = TaskRuntime.builder().time(time).build()) {
      CountDownLatch asleep = new CountDownLatch(100);
      List<JoinHandle<?>> sleepers = new ArrayList<>();
      for (int i = 1; i <= 100; i++) {
        Duration duration = Duration.ofMinutes(i);
        sleepers.add(
            runtime.spawn(() -> {
              asleep.countDown();
              Task.sleep(duration);
            }));
      }
      Kit.await(asleep);
      Kit.eventually(
          "all have woken",
          () -> {
            time.advance(Duration.ofMinutes(100)); // again, for those who were not yet asleep
            return sleepers.stream().allMatch(JoinHandle::isFinished);
          });
      for (JoinHandle<?> sleeper : sleepers) {
        sleeper.join();
      }
    }
  }

  @Test
  void aPlatformThreadCanWaitForTheClockToo() throws Exception {
    try (TaskRuntime runtime = TaskRuntime.builder().time(time).build()) {
      var blocking = runtime.spawnBlocking(() -> Task.sleep(HOUR));
      awaitWaiting();
      time.advance(HOUR);
      blocking.join();
    }
  }

  @Test
  @Contract({227, 264})
  void theClockCanBeMovedToTheEndOfTime() throws Exception {
    try (TaskRuntime runtime = TaskRuntime.builder().time(time).build()) {
      var sleeper = runtime.spawn(() -> Task.sleep(Duration.ofDays(365 * 140)));
      awaitWaiting();
      time.advance(Duration.ofDays(365 * 140));
      time.advance(Duration.ofNanos(Long.MAX_VALUE / 2));
      time.advance(Duration.ofNanos(Long.MAX_VALUE).minus(time.elapsed()));
      assertThat(time.elapsed()).isEqualTo(Duration.ofNanos(Long.MAX_VALUE));
      sleeper.join();
      assertThatThrownBy(() -> time.advance(Duration.ofNanos(1)))
          .isInstanceOf(ArithmeticException.class);
    }
  }

  @Test
  void badTimesAreRefused() {
    assertThatThrownBy(() -> time.advance(Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Task.sleep(Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
