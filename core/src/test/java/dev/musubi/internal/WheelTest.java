package dev.musubi.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.contract.Contract;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The wheel against an ordinary sorted map that does the same. */
class WheelTest {
  private static final class Named extends Timer {
    @Override
    protected void fired() {}
  }

  private final Wheel wheel = new Wheel();
  private final TreeMap<Long, List<Timer>> model = new TreeMap<>();

  private Timer add(long tick) {
    Timer timer = new Named();
    timer.tick = tick;
    assertThat(wheel.add(timer)).isTrue();
    model.computeIfAbsent(tick, _ -> new ArrayList<>()).add(timer);
    return timer;
  }

  private void remove(Timer timer) {
    wheel.remove(timer);
    List<Timer> same = model.get(timer.tick);
    same.remove(timer);
    if (same.isEmpty()) {
      model.remove(timer.tick);
    }
  }

  private void advance(long to) {
    List<Timer> due = new ArrayList<>();
    for (@Nullable Timer t = wheel.advance(to); t != null; t = t.next) {
      due.add(t);
    }
    var past = model.headMap(to, true);
    List<Timer> expected = new ArrayList<>();
    past.values().forEach(expected::addAll);
    assertThat(due).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(due.reversed()).isSortedAccordingTo((a, b) -> Long.compare(a.tick, b.tick));
    past.clear();
    assertThat(wheel.now()).isEqualTo(to);
    checkNext();
  }

  private void checkNext() {
    if (model.isEmpty()) {
      assertThat(wheel.nextTick()).isEqualTo(Wheel.NEVER);
    } else {
      assertThat(wheel.nextTick()).isGreaterThan(wheel.now()).isLessThanOrEqualTo(model.firstKey());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  @Contract({225, 228, 233})
  void behavesAsASortedMap(long seed) {
    Random random = new Random(seed);
    List<Timer> in = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      long ahead = 1 + (random.nextLong() >>> 2 >>> random.nextInt(62));
      switch (random.nextInt(4)) {
        case 0, 1 -> in.add(add(wheel.now() + ahead));
        case 2 -> {
          if (!in.isEmpty()) {
            Timer timer = in.remove(random.nextInt(in.size()));
            if (timer.tick > wheel.now()) {
              remove(timer);
            }
          }
        }
        default -> {
          if (ahead < 1L << 50) {
            advance(wheel.now() + ahead);
          }
        }
      }
      checkNext();
    }
  }

  @Test
  @Contract({227, 228})
  void firesAtTheEndOfItsSpanToo() {
    long last = Long.MAX_VALUE - 1;
    add(last);
    add(last - 1);
    advance(last - 2);
    advance(last - 1);
    advance(last);
  }

  @Test
  @Contract(226)
  void refusesWhatIsNotInTheFuture() {
    advance(5);
    Timer past = new Named();
    past.tick = 5;
    assertThat(wheel.add(past)).isFalse();
    assertThat(wheel.nextTick()).isEqualTo(Wheel.NEVER);
  }
}
