package dev.musubi.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.AbortPolicy;
import dev.musubi.JoinHandle;
import dev.musubi.Task;
import dev.musubi.TaskRuntime;
import dev.musubi.VoidBody;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/**
 * An abort whose policy sends no interrupt comes while the wait sets its timer: waiting for the
 * lock of the timers may use up the wake-up, and the wait must look for the abort all the same.
 */
class AbortWhileTimerIsSetTest {
  @Test
  void aSleepIsNotSleptThrough() throws Exception {
    abortWhileSettingTheTimer(() -> Task.sleep(Duration.ofHours(1)));
  }

  @Test
  void aTimedJoinIsNotWaitedThrough() throws Exception {
    try (TaskRuntime runtime = TaskRuntime.create()) {
      JoinHandle<Void> endless = runtime.spawn(() -> Thread.sleep(Duration.ofHours(1)));
      abortWhileSettingTheTimer(() -> endless.join(Duration.ofHours(1)));
    }
  }

  private static void abortWhileSettingTheTimer(VoidBody<Exception> wait) throws Exception {
    try (TaskRuntime runtime =
        TaskRuntime.builder()
            .abortPolicy(AbortPolicy.never())
            .closeDeadline(Duration.ofMillis(100))
            .build()) {
      List<ReentrantLock> locks = locks();
      JoinHandle<Void> task;
      locks.forEach(ReentrantLock::lock);
      try {
        task = runtime.spawn(wait);
        while (locks.stream().noneMatch(ReentrantLock::hasQueuedThreads)) {
          Thread.onSpinWait();
        }
        letItPark();
        task.abort();
        letItPark(); // the wake-up is used up
      } finally {
        locks.forEach(ReentrantLock::unlock);
      }
      assertThat(isCancelled(task)).as("the abort is seen").isTrue();
    }
  }

  private static boolean isCancelled(JoinHandle<?> task) throws Exception {
    try {
      return task.outcome(Duration.ofSeconds(5)).isCancelled();
    } catch (TimeoutException e) {
      return false;
    }
  }

  /** Time for a thread to reach its park; too little makes the test easier, never fail. */
  private static void letItPark() throws InterruptedException {
    Thread.sleep(50);
  }

  private static List<ReentrantLock> locks() throws ReflectiveOperationException {
    Field shards = RealTimers.class.getDeclaredField("shards");
    shards.setAccessible(true);
    Field lock = Shard.class.getDeclaredField("lock");
    lock.setAccessible(true);
    List<ReentrantLock> locks = new ArrayList<>();
    for (Shard shard : (Shard[]) shards.get(RealTimers.INSTANCE)) {
      locks.add((ReentrantLock) lock.get(shard));
    }
    return locks;
  }
}
