package dev.musubi.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.contract.Contract;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The machine's clock under many threads, and the clock that is moved by hand. */
@Timeout(120)
class TimersTest {
  /** A timer that is cancelled while it fires and is set anew in another shard. */
  @Test
  void cancellingALateTimerHarmsNoOther() throws Exception {
    for (int round = 0; round < 2_000; round++) {
      Shard one = new Shard();
      Shard other = new Shard();
      Fired timer = new Fired();
      Fired neighbour = new Fired();
      one.set(timer, 1, 0);
      one.set(neighbour, 5, 0);
      ManualTimers any = new ManualTimers();
      Thread canceller =
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < 5; i++) {
                  any.cancel(timer); // goes to the shard where the timer is
                }
              });
      for (int i = 0; i < round % 100; i++) {
        Thread.onSpinWait();
      }
      RealTimers.fire(one.advance(1));
      if (timer.fired) {
        other.set(timer, 5, 1);
      }
      canceller.join();
      RealTimers.fire(one.advance(100));
      assertThat(neighbour.fired).as("round %s", round).isTrue();
    }
  }

  @Test
  void theEndOfTimeIsNotTheMarkForNever() {
    assertThat(Timers.add(Long.MAX_VALUE - 5, 5)).isEqualTo(Long.MAX_VALUE - 1);
    assertThat(Timers.add(Long.MAX_VALUE - 5, Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE - 1);
    assertThat(Timers.add(3, 4)).isEqualTo(7);
  }

  private static final class Fired extends Timer {
    private volatile boolean fired;

    @Override
    protected void fired() {
      fired = true;
    }
  }

  private static final long MILLI = 1_000_000;

  private static final class Counted extends Timer {
    final Timers timers;
    final long at;
    final AtomicInteger fired = new AtomicInteger();
    final CountDownLatch done;
    volatile boolean early;

    Counted(Timers timers, long at, CountDownLatch done) {
      this.timers = timers;
      this.at = at;
      this.done = done;
    }

    @Override
    protected void fired() {
      early = timers.now() < at;
      fired.incrementAndGet();
      done.countDown();
    }
  }

  @Test
  @Contract({225, 233})
  void eachTimerFiresOnceAndNeverEarlyOrIsCancelled() throws Exception {
    RealTimers timers = RealTimers.INSTANCE;
    int threads = 8;
    int each = 20_000;
    List<Counted> all = new ArrayList<>();
    CountDownLatch done = new CountDownLatch(threads * each);
    List<Thread> setters = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      List<Counted> mine = new ArrayList<>();
      for (int i = 0; i < each; i++) {
        long nanos = ThreadLocalRandom.current().nextLong(1, 50 * MILLI);
        mine.add(new Counted(timers, timers.in(nanos), done));
      }
      all.addAll(mine);
      setters.add(
          Thread.ofVirtual()
              .start(() -> {
                for (Counted timer : mine) {
                  if (!timers.set(timer, timer.at)) {
                    timer.fired();
                  }
                  if (timer.at % 3 == 0 && timers.cancel(timer)) {
                    done.countDown();
                    timer.fired.addAndGet(100);
                  }
                }
              }));
    }
    for (Thread setter : setters) {
      setter.join();
    }
    done.await();
    assertThat(all).noneMatch(timer -> timer.early);
    assertThat(all).allMatch(timer -> timer.fired.get() == 1 || timer.fired.get() == 100);
    assertThat(all).anyMatch(timer -> timer.fired.get() == 100);
  }

  @Test
  @Contract({226, 264, 265, 266, 267})
  void aClockMovedByHandFiresWhatIsDueAndNothingElse() {
    ManualTimers timers = new ManualTimers();
    CountDownLatch done = new CountDownLatch(3);
    Counted near = new Counted(timers, timers.in(MILLI), done);
    Counted far = new Counted(timers, timers.in(1000 * MILLI), done);
    assertThat(timers.set(near, near.at)).isTrue();
    assertThat(timers.set(far, far.at)).isTrue();
    for (int i = 0; i < 3; i++) {
      timers.advance(MILLI / 4);
      assertThat(near.hasFired()).isFalse();
    }
    timers.advance(MILLI / 4);
    assertThat(near.fired).hasValue(1);
    assertThat(near.early).isFalse();
    assertThat(far.hasFired()).isFalse();
    timers.advance(2000 * MILLI);
    assertThat(far.fired).hasValue(1);
    assertThat(timers.isAnySet()).isFalse();
    Counted past = new Counted(timers, timers.now(), done);
    assertThat(timers.set(past, past.at)).isFalse();
    assertThat(past.hasFired()).isTrue();
  }

  @Test
  @Contract(233)
  void aCancelledTimerDoesNotFireAndMayBeSetAnew() {
    ManualTimers timers = new ManualTimers();
    Counted timer = new Counted(timers, MILLI, new CountDownLatch(1));
    assertThat(timers.cancel(timer)).isFalse();
    timers.set(timer, MILLI);
    assertThat(timers.cancel(timer)).isTrue();
    assertThat(timers.cancel(timer)).isFalse();
    timers.advance(2 * MILLI);
    assertThat(timer.fired).hasValue(0);
    timers.set(timer, 3 * MILLI);
    timers.advance(2 * MILLI);
    assertThat(timer.fired).hasValue(1);
  }
}
