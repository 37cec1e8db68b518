package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * A guard for the hot paths: how many bytes a task allocates, on all threads together, with its
 * handle and its thread. The bounds are what was measured and a fifth more; time is a matter of the
 * benchmarks.
 */
@Timeout(120)
@DisabledIfSystemProperty(named = "dev.musubi.test.light", matches = "true")
class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int TASKS = 20_000;
  private static final int ROUNDS = 30;

  private interface Batch {
    void run(int tasks) throws Exception;
  }

  /** The best of many rounds: what disturbs one only adds to it, and the compiler needs some. */
  private static long bytesForEach(Batch batch) throws Exception {
    long[] rounds = new long[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
      long before = THREADS.getTotalThreadAllocatedBytes();
      Task.spawn(() -> batch.run(TASKS)).join(Exception.class);
      rounds[i] = (THREADS.getTotalThreadAllocatedBytes() - before) / TASKS;
    }
    return Arrays.stream(rounds).min().orElseThrow();
  }

  @Test
  void anOrdinaryTask() throws Exception {
    assertThat(bytesForEach(n -> joinAll(n, false))).isLessThan(530);
  }

  @Test
  void aLightTask() throws Exception {
    assertThat(bytesForEach(n -> joinAll(n, true))).isLessThan(120);
  }

  @Test
  void aLightTaskThatIsJoinedInline() throws Exception {
    assertThat(
            bytesForEach(n -> {
              for (int i = 0; i < n; i++) {
                Task.spawnLight(() -> 1).joinInline();
              }
            }))
        .isLessThan(110);
  }

  private static void joinAll(int n, boolean light) throws InterruptedException {
    List<JoinHandle<Integer>> handles = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      handles.add(light ? Task.spawnLight(() -> 1) : Task.spawn(() -> 1));
    }
    for (JoinHandle<Integer> handle : handles) {
      handle.join();
    }
  }
}
