import dev.musubi.JoinHandle;
import dev.musubi.Outcome;
import dev.musubi.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Shown in the guide, getting-started.md. */
final class GuideGettingStarted {
  private GuideGettingStarted() {}

  // @start region=first
  public static void main(String[] args) throws InterruptedException {
    JoinHandle<Integer> handle = Task.spawn(() -> 5 + 3);
    int eight = handle.join();
    System.out.println(eight);
  }

  // @end

  static void withoutValue() throws InterruptedException {
    // @start region=void
    JoinHandle<Void> handle = Task.spawn(() -> System.out.println("in a task"));
    handle.join(); // gives null
    // @end
  }

  static String ownFailure(Path path) throws IOException, InterruptedException {
    // @start region=own
    JoinHandle<String> text = Task.spawn(() -> Files.readString(path));
    return text.join(IOException.class);
    // @end
  }

  static void stop() throws InterruptedException {
    // @start region=stop
    JoinHandle<String> slow =
        Task.spawn(() -> {
          Task.sleep(Duration.ofHours(1));
          return "late";
        });
    Outcome<String> end = slow.abortAndJoin();
    System.out.println(end.isCancelled()); // true: the body has really ended
    // @end
  }
}
