import dev.musubi.Task;
import dev.musubi.TaskRuntime;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Shown in the guide, fairness.md. */
final class GuideFairness {
  private GuideFairness() {}

  static void heartbeat(AtomicLong beats) {
    // @start region=heartbeat
    Task.spawn(() -> {
      for (; ; ) {
        Task.sleep(Duration.ofMillis(1));
        beats.incrementAndGet();
      }
    });
    for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
      Task.spawn(() -> {
        for (; ; ) {
          Task.yieldNow(); // with Thread.yield() here the heartbeat stops
        }
      });
    }
    // @end
  }

  static TaskRuntime settings() {
    // @start region=settings
    TaskRuntime runtime = TaskRuntime.builder().maxBacklog(256).build();
    // @end
    return runtime;
  }
}
