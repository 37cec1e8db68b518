import dev.musubi.CancellationToken;
import dev.musubi.TaskTracker;
import java.time.Duration;

/** Shown in the Javadoc of {@code TaskTracker}. */
final class TaskTrackerSnippets {
  private TaskTrackerSnippets() {}

  static boolean drain(CancellationToken stop) throws InterruptedException {
    // @start region=drain
    TaskTracker requests = new TaskTracker();
    while (!stop.isCancelled()) {
      String request = accept();
      requests.spawn(() -> answer(request));
    }
    requests.close();
    boolean drained = requests.await(Duration.ofSeconds(10)); // those that have been accepted
    // @end
    return drained;
  }

  private static String accept() {
    return "request";
  }

  private static void answer(String request) {
    System.out.println(request);
  }
}
