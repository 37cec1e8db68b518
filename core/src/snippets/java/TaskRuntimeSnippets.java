import dev.musubi.JoinHandle;
import dev.musubi.Task;
import dev.musubi.TaskRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Shown in the Javadoc of {@code TaskRuntime}. */
final class TaskRuntimeSnippets {
  private TaskRuntimeSnippets() {}

  static void own() {
    // @start region=own
    try (TaskRuntime runtime =
        TaskRuntime.builder()
            .name("crawler")
            .maxBlockingThreads(8)
            .closeDeadline(Duration.ofSeconds(5))
            .build()) {
      runtime.spawn(() -> crawl());
      serve();
    } // every task has been aborted, and has ended or is reported
    // @end
  }

  // @start region=main
  public static void main(String[] args) throws IOException, InterruptedException {
    try (TaskRuntime runtime = TaskRuntime.create()) {
      runtime.blockOn(() -> {
        JoinHandle<String> text = Task.spawn(() -> Files.readString(Path.of(args[0])));
        System.out.println(text.join(IOException.class));
      });
    }
  }

  // @end

  private static void crawl() throws InterruptedException {
    Task.sleep(Duration.ofSeconds(1));
  }

  private static void serve() {}
}
