import static dev.musubi.Select.after;
import static dev.musubi.Select.select;

import dev.musubi.CancellationToken;
import dev.musubi.JoinHandle;
import dev.musubi.sync.OneshotReceiver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Shown in the Javadoc of {@code Select}. */
final class SelectSnippets {
  private SelectSnippets() {}

  static String firstOf(
      JoinHandle<Path> download, OneshotReceiver<String> inbox, CancellationToken stop)
      throws IOException, InterruptedException {
    // @start region=select
    String text =
        select(
            download.onJoin(file -> Files.readString(file)),
            inbox.onReceive(message -> "told: " + message),
            stop.onCancelled(() -> "stopped"),
            after(Duration.ofSeconds(5), () -> "too late"));
    // @end
    return text;
  }
}
