package dev.musubi.stress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.JoinHandle;
import dev.musubi.JoinTimeoutException;
import dev.musubi.Task;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Very many joins of one task that give up. */
class JoinStormTest {
  private static final int JOINERS = 4;
  private static final int EACH = 250_000;

  @Test
  void aMillionLostJoinsLeaveNothingBehindAndLoseNothing() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    JoinHandle<Integer> handle =
        Task.spawn(() -> {
          release.await();
          return 42;
        });
    long before = used();
    long end = Stress.deadline();
    AtomicLong lost = new AtomicLong();
    List<JoinHandle<Integer>> joiners = new ArrayList<>();
    for (int j = 0; j < JOINERS; j++) {
      joiners.add(
          Task.spawn(() -> {
            for (int i = 0; i < EACH && System.nanoTime() < end; i++) {
              try {
                handle.join(Duration.ofNanos(1));
                if (release.getCount() > 0) { // else this thread had no CPU for a while
                  throw new AssertionError("joined too early");
                }
              } catch (JoinTimeoutException e) {
                lost.incrementAndGet();
              } catch (TimeoutException e) {
                throw new AssertionError(e);
              }
            }
            return handle.join(); // the last one waits
          }));
    }
    long enough = Math.min(lost.get() + 1, (long) JOINERS * EACH);
    Stress.eventually(
        "the storm is over",
        () -> lost.get() >= enough && (System.nanoTime() > end || lost.get() == JOINERS * EACH));
    assertThat(used() - before).as("bytes kept after " + lost + " joins").isLessThan(4_000_000);
    release.countDown();
    for (JoinHandle<Integer> joiner : joiners) {
      assertThat(joiner.join(Duration.ofSeconds(20))).isEqualTo(42);
    }
    System.out.println("lost joins: " + lost);
  }

  private static long used() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
