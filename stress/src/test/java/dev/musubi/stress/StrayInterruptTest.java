package dev.musubi.stress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.JoinHandle;
import dev.musubi.TaskHooks;
import dev.musubi.TaskId;
import dev.musubi.TaskRuntime;
import dev.musubi.TaskState;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * Aborts race with the end of the body, on one pooled thread that goes from task to task. Whoever
 * uses the thread next, the end hook, a dependent of a view and the joiner must never see an
 * interrupt.
 */
class StrayInterruptTest {
  private static final long MOST = 10_000_000;

  @Test
  void anInterruptOfAnAbortReachesNobodyElse() throws Exception {
    AtomicReference<String> stray = new AtomicReference<>();
    AtomicLong handOvers = new AtomicLong();
    TaskHooks hooks =
        new TaskHooks() {
          @Override
          public void onEnd(TaskId id, TaskState state) {
            look(stray, "the end hook");
          }
        };
    try (TaskRuntime runtime = TaskRuntime.builder().maxBlockingThreads(1).hooks(hooks).build()) {
      AtomicReference<JoinHandle<Integer>> current = new AtomicReference<>();
      Thread aborter =
          Thread.ofPlatform()
              .start(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                  JoinHandle<Integer> handle = current.get();
                  if (handle != null) {
                    handle.abort();
                  }
                }
              });
      long end = Stress.deadline();
      while (System.nanoTime() < end && handOvers.get() < MOST && stray.get() == null) {
        if (handOvers.get() % 2 == 1) { // a task that nobody aborts has the thread next
          current.set(null);
          look(stray, "the joiner");
          runtime.spawnBlocking(() -> look(stray, "the next task on the thread")).join();
        }
        JoinHandle<Integer> handle =
            handOvers.get() % 8 == 0
                ? runtime.spawn(() -> body())
                : runtime.spawnBlocking(() -> body());
        current.set(handle);
        if (handOvers.get() % 16 == 0) {
          handle.toCompletableFuture().whenComplete((_, _) -> look(stray, "a dependent"));
        }
        assertThat(handle.outcome().isPanic()).isFalse();
        look(stray, "the joiner");
        handOvers.incrementAndGet();
      }
      aborter.interrupt();
      aborter.join();
    }
    assertThat(stray).hasNullValue();
    assertThat(handOvers.get()).isPositive();
    System.out.println("hand-overs: " + handOvers);
  }

  /**
   * An interrupt of this task's own abort may arrive here; it is taken along and changes nothing.
   */
  private static int body() {
    int sum = 0;
    for (int i = 0; i < 20; i++) {
      Thread.onSpinWait();
      sum += i;
    }
    return sum;
  }

  private static void look(AtomicReference<String> stray, String who) {
    if (Thread.interrupted()) {
      stray.compareAndSet(null, who + " was interrupted");
    }
  }
}
