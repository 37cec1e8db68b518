import dev.musubi.GracefulShutdown;
import dev.musubi.Task;
import dev.musubi.TaskRuntime;
import java.time.Duration;

/** Shown in the Javadoc of {@code GracefulShutdown}. */
final class GracefulShutdownSnippets {
  private GracefulShutdownSnippets() {}

  // @start region=main
  static void main() throws InterruptedException {
    try (TaskRuntime runtime = TaskRuntime.create()) {
      GracefulShutdown shutdown = GracefulShutdown.of(runtime).grace(Duration.ofSeconds(20));
      shutdown.onJvmShutdown(); // SIGTERM from here on
      while (!shutdown.token().isCancelled()) {
        String request = accept();
        runtime.spawn(() -> answer(request)); // has 20 s to end when the signal comes
      }
    }
  }

  // @end

  private static String accept() throws InterruptedException {
    Task.sleep(Duration.ofSeconds(1));
    return "request";
  }

  private static void answer(String request) {
    System.out.println(request);
  }
}
