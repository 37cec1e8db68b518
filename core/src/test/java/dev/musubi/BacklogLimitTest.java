package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.contract.Semantics;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How the bound of started threads follows what the closed gate teaches. */
class BacklogLimitTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  private final BacklogLimit limit = new BacklogLimit(1024, 2);

  @Test
  @Semantics(13)
  void starvationByOthersDoesNotLowerIt() {
    for (int i = 0; i < 20; i++) {
      limit.starved(0, 0, 2 * MILLI, i % 2 == 0);
      limit.starved(100, 0, 2 * MILLI, false);
      limit.starved(100, 0, 2 * MILLI, true);
    }
    assertThat(limit.now()).isEqualTo(1024);
  }

  @Test
  @Semantics(13)
  void itBecomesWhatTheCarriersCanBeginInTheTarget() {
    limit.starved(1000, 0, 2 * MILLI, true);
    assertThat(limit.now()).as("1000 in 2 ms are 100 in 200 µs").isEqualTo(100);
    limit.starved(1000, 500, MILLI, false);
    assertThat(limit.now()).isEqualTo(100);
  }

  @Test
  @Semantics(13)
  void itNeverLeavesACarrierWithoutWorkNorExceedsTheBuilders() {
    limit.starved(100, 100, 2 * MILLI, false);
    assertThat(limit.now()).as("none began").isEqualTo(2);
    limit.starved(100_000, 1, 1, false);
    assertThat(limit.now()).isEqualTo(1024);
    BacklogLimit one = new BacklogLimit(1, 2);
    one.starved(100, 100, 2 * MILLI, false);
    assertThat(one.now()).isEqualTo(1);
  }

  @Test
  @Semantics(13)
  void muchStarvationThatItHasNotCausedDoublesItToo() {
    limit.starved(100, 100, 2 * MILLI, false);
    for (int expected = 4; expected <= 1024; expected *= 2) {
      closeForOthers(63);
      assertThat(limit.now()).isEqualTo(expected / 2);
      closeForOthers(1);
      assertThat(limit.now()).isEqualTo(expected);
    }
    closeForOthers(64);
    assertThat(limit.now()).isEqualTo(1024);
  }

  @Test
  @Semantics(13)
  void aBurstNowAndThenKeepsItDown() {
    for (int i = 0; i < 100; i++) {
      limit.starved(100, 0, 2 * MILLI, true);
      limit.starved(1000, 0, 2 * MILLI, true);
      assertThat(limit.now()).isEqualTo(100);
      closeForOthers(63);
    }
  }

  private void closeForOthers(int times) {
    for (int i = 0; i < times; i++) {
      limit.starved(0, 0, MILLI / 20, true);
    }
  }

  @Test
  @Semantics(13)
  void calmDoublesItUpToTheBuilders() {
    limit.starved(100, 100, 2 * MILLI, false);
    for (int expected = 4; expected <= 1024; expected *= 2) {
      limit.calm();
      assertThat(limit.now()).isEqualTo(expected);
    }
    limit.calm();
    assertThat(limit.now()).isEqualTo(1024);
  }
}
