package dev.musubi.stress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.JoinHandle;
import dev.musubi.Outcome;
import dev.musubi.TaskRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A burst of spawns from outside, with small and large limits: none of the tasks is forgotten. */
class BacklogTest {
  private static final int TASKS = 50_000;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 31, 32, 1024})
  void everyTaskOfABurstEnds(int limit) throws Exception {
    SplittableRandom random = new SplittableRandom(limit);
    AtomicInteger ran = new AtomicInteger();
    try (TaskRuntime runtime = TaskRuntime.builder().maxBacklog(limit).build()) {
      List<JoinHandle<Integer>> handles = new ArrayList<>();
      for (int i = 0; i < TASKS; i++) {
        handles.add(runtime.spawn(() -> ran.incrementAndGet()));
        if (random.nextInt(10) == 0) {
          handles.get(random.nextInt(handles.size())).abort();
        }
      }
      int values = 0;
      for (JoinHandle<Integer> handle : handles) {
        Outcome<Integer> outcome = handle.outcome(Duration.ofSeconds(30));
        assertThat(outcome.isPanic()).isFalse();
        values += outcome.isSuccess() ? 1 : 0;
      }
      assertThat(ran).hasValue(values);
      assertThat(runtime.liveTaskCount()).isZero();
    }
  }
}
