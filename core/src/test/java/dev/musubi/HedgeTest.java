package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.musubi.contract.Semantics;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Trying again because it is slow. */
@Timeout(60)
class HedgeTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final ManualTime time = new ManualTime();
  private final Kit.Reports reports = new Kit.Reports();
  private final TaskRuntime runtime = TaskRuntime.builder().time(time).failureHook(reports).build();

  @AfterEach
  void nothingIsLeaked() {
    assertThat(runtime.liveTaskCount()).isZero();
    runtime.close();
    assertThat(reports.all).isEmpty();
  }

  @Test
  void aFastAnswerNeedsNoSecondTry() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    assertThat(runtime.blockOn(() -> Hedge.after(HOUR).call(tries::incrementAndGet))).isEqualTo(1);
    assertThat(tries).hasValue(1);
  }

  @Test
  @Semantics(4)
  void aSlowTryIsFollowedByAnotherAndTheLoserHasReallyEnded() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    AtomicInteger cleaned = new AtomicInteger();
    JoinHandle<String> call =
        runtime.spawn(() ->
            Hedge.after(HOUR)
                .call(() -> {
                  if (tries.incrementAndGet() == 2) {
                    return "second, cleaned " + cleaned.get();
                  }
                  try {
                    return Kit.<String>sleepForever();
                  } finally {
                    cleaned.incrementAndGet();
                  }
                }));
    Kit.eventually("the first runs", () -> tries.get() == 1 && time.hasWaiting());
    time.advance(HOUR);
    assertThat(call.join()).isEqualTo("second, cleaned 0");
    assertThat(cleaned).hasValue(1);
  }

  @Test
  @Semantics(8)
  void whatTheLoserEndsWithIsOfNoInterest() throws Exception {
    Kit.Reports reports = new Kit.Reports();
    try (TaskRuntime own = TaskRuntime.builder().failureHook(reports).build()) {
      AtomicInteger tries = new AtomicInteger();
      String answer =
          own.blockOn(() ->
              Hedge.after(Duration.ZERO)
                  .call(() -> {
                    if (tries.incrementAndGet() == 2) {
                      return "second";
                    }
                    try {
                      return Kit.<String>sleepForever();
                    } catch (InterruptedException e) {
                      throw new IOException("in its own way");
                    }
                  }));
      assertThat(answer).isEqualTo("second");
    }
    assertThat(reports.all).isEmpty();
  }

  @Test
  void aTryThatFailsStartsTheNextAtOnce() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    String answer =
        runtime.blockOn(() ->
            Hedge.after(HOUR)
                .tries(3)
                .call(() -> {
                  if (tries.incrementAndGet() < 3) {
                    throw new IOException("try " + tries);
                  }
                  return "third";
                }));
    assertThat(answer).isEqualTo("third");
  }

  @Test
  @Semantics(8)
  void whenAllFailTheOthersAreSuppressedInTheFirst() {
    AtomicInteger tries = new AtomicInteger();
    assertThatThrownBy(() ->
            runtime.blockOn(() ->
                Hedge.after(HOUR)
                    .tries(3)
                    .call(() -> {
                      throw new IOException("try " + tries.incrementAndGet());
                    })))
        .isInstanceOf(JoinException.class)
        .hasRootCauseMessage("try 1")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(2));
  }

  @Test
  @Semantics(4)
  void abortingTheCallerEndsAllTries() throws Exception {
    CountDownLatch running = new CountDownLatch(3);
    JoinHandle<?> call =
        runtime.spawn(() ->
            Hedge.after(Duration.ZERO)
                .tries(3)
                .call(() -> {
                  running.countDown();
                  return Kit.<String>sleepForever();
                }));
    Kit.await(running);
    assertThat(call.abortAndJoin().isCancelled()).isTrue();
    assertThat(runtime.liveTaskCount()).isZero();
  }

  @Test
  void badArgumentsAreRefused() {
    assertThatThrownBy(() -> Hedge.after(HOUR.negated()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Hedge.after(HOUR).tries(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Hedge.after(HOUR).call(null)).isInstanceOf(NullPointerException.class);
  }
}
