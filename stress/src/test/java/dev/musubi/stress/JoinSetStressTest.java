package dev.musubi.stress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.AbortHandle;
import dev.musubi.Finished;
import dev.musubi.JoinHandle;
import dev.musubi.JoinSet;
import dev.musubi.Success;
import dev.musubi.Task;
import dev.musubi.TaskRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A set that is filled and drained from many threads, with aborts, loses and doubles nothing. */
@Timeout(300)
class JoinSetStressTest {
  private static final int FILLERS = 2;
  private static final int DRAINERS = 2;
  private static final long MOST = 10_000_000;

  @Test
  void nothingIsLostOrDoubled() throws Exception {
    long end = Stress.deadline();
    try (TaskRuntime runtime = TaskRuntime.create();
        JoinSet<Long> set = new JoinSet<>()) {
      AtomicLong numbers = new AtomicLong();
      AtomicLong spawnedSum = new AtomicLong();
      AtomicInteger filling = new AtomicInteger(FILLERS);
      AtomicLong taken = new AtomicLong();
      AtomicLong takenSum = new AtomicLong();
      AtomicLong cancelled = new AtomicLong();
      AtomicLong ran = new AtomicLong();
      List<JoinHandle<?>> threads = new ArrayList<>();
      for (int f = 0; f < FILLERS; f++) {
        threads.add(
            Task.spawn(() -> {
              while (System.nanoTime() < end && numbers.get() < MOST) {
                long n = numbers.incrementAndGet();
                AbortHandle handle =
                    set.spawn(
                        runtime.task(),
                        () -> {
                          ran.incrementAndGet();
                          spawnedSum.addAndGet(n);
                          return n;
                        });
                if (n % 5 == 0) {
                  handle.abort();
                }
                if (n % 64 == 0 && set.size() > 10_000) {
                  Task.yieldNow();
                }
              }
              filling.decrementAndGet();
            }));
      }
      for (int d = 0; d < DRAINERS; d++) {
        threads.add(
            Task.spawn(() -> {
              while (true) {
                boolean last = filling.get() == 0;
                Finished<Long> next = set.next();
                if (next == null) {
                  if (last) {
                    return;
                  }
                  Task.yieldNow();
                } else if (next.outcome() instanceof Success<Long>(Long n)) {
                  taken.incrementAndGet();
                  takenSum.addAndGet(n);
                } else if (next.outcome().isCancelled()) {
                  cancelled.incrementAndGet();
                } else {
                  throw new AssertionError(next.toString());
                }
              }
            }));
      }
      for (JoinHandle<?> thread : threads) {
        thread.join();
      }
      assertThat(taken.get() + cancelled.get()).isEqualTo(numbers.get());
      assertThat(taken).hasValue(ran.get());
      assertThat(takenSum).hasValue(spawnedSum.get());
      assertThat(set.isEmpty()).isTrue();
      assertThat(runtime.liveTaskCount()).isZero();
      System.out.println("members: " + numbers + ", of which cancelled: " + cancelled);
    }
  }
}
