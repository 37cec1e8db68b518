import dev.musubi.JoinHandle;
import dev.musubi.ManualTime;
import dev.musubi.Task;
import dev.musubi.TaskRuntime;
import java.time.Duration;

/** Shown in the Javadoc of {@code ManualTime}. */
final class ManualTimeSnippets {
  static void example() throws InterruptedException {
    // @start region=advance
    ManualTime time = new ManualTime();
    try (TaskRuntime runtime = TaskRuntime.builder().time(time).build()) {
      JoinHandle<String> later =
          runtime.spawn(() -> {
            Task.sleep(Duration.ofHours(1));
            return "an hour later";
          });
      while (!time.hasWaiting()) { // until it sleeps
        Thread.onSpinWait();
      }
      time.advance(Duration.ofHours(1));
      System.out.println(later.join());
    }
    // @end
  }

  private ManualTimeSnippets() {}
}
