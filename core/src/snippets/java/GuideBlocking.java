import dev.musubi.AbortPolicy;
import dev.musubi.JoinHandle;
import dev.musubi.QueueFull;
import dev.musubi.Task;
import dev.musubi.TaskRuntime;
import java.time.Duration;

/** Shown in the guide, blocking-tasks.md. */
final class GuideBlocking {
  private GuideBlocking() {}

  static byte[] spawn(byte[] text) throws InterruptedException {
    // @start region=spawn
    JoinHandle<byte[]> packed = Task.spawnBlocking(() -> compress(text));
    return packed.join();
    // @end
  }

  static TaskRuntime settings() {
    // @start region=settings
    TaskRuntime runtime =
        TaskRuntime.builder()
            .maxBlockingThreads(Runtime.getRuntime().availableProcessors())
            .maxBlockingQueue(1000, QueueFull.WAIT)
            .blockingKeepAlive(Duration.ofSeconds(30))
            .blockingAbortPolicy(AbortPolicy.never())
            .build();
    // @end
    return runtime;
  }

  private static byte[] compress(byte[] text) {
    return text;
  }
}
