import dev.musubi.Task;
import dev.musubi.sync.Oneshot;
import dev.musubi.sync.OneshotSender;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** Shown in the Javadoc of {@code Oneshot}. */
final class OneshotSnippets {
  private OneshotSnippets() {}

  static String oneshot() throws InterruptedException, TimeoutException {
    // @start region=oneshot
    Oneshot<String> answer = Oneshot.create();
    Task.spawn(() -> {
      try (OneshotSender<String> sender = answer.sender()) { // closed also if we fail
        sender.send(compute());
      }
    });
    return answer.receiver().receive(Duration.ofSeconds(5));
    // @end
  }

  private static String compute() {
    return "42";
  }
}
