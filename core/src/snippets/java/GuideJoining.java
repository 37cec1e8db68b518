import dev.musubi.JoinException;
import dev.musubi.JoinHandle;
import dev.musubi.Outcome;
import dev.musubi.Task;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/** Shown in the guide, joining-and-outcomes.md. */
final class GuideJoining {
  private GuideJoining() {}

  static String limit(JoinHandle<String> quote) throws InterruptedException {
    // @start region=limit
    try {
      return quote.join(Duration.ofSeconds(2));
    } catch (TimeoutException e) {
      quote.abort("too slow"); // without this line the task goes on
      return "no quote";
    }
    // @end
  }

  static String unwrap(JoinHandle<String> page) throws IOException, InterruptedException {
    // @start region=unwrap
    try {
      return page.join();
    } catch (JoinException e) {
      if (e.isCancelled()) {
        return "stopped: " + e.reason();
      }
      throw e.unwrap(IOException.class); // the IOException of the body, or e
    }
    // @end
  }

  static void poll(JoinHandle<String> page) {
    // @start region=poll
    Optional<Outcome<String>> soFar = page.poll(); // empty while the task runs
    // @end
    System.out.println(soFar);
  }

  static List<String> all(List<URI> addresses) throws IOException, InterruptedException {
    // @start region=all
    List<JoinHandle<String>> pages =
        addresses.stream().map(address -> Task.spawn(() -> fetch(address))).toList();
    List<String> texts = new ArrayList<>();
    for (JoinHandle<String> page : pages) {
      texts.add(page.join(IOException.class));
    }
    return texts;
    // @end
  }

  private static String fetch(URI address) throws IOException {
    try (var in = address.toURL().openStream()) {
      return new String(in.readAllBytes());
    }
  }
}
