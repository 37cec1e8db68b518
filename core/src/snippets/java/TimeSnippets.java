import static dev.musubi.Select.select;

import dev.musubi.Deadline;
import dev.musubi.Interval;
import dev.musubi.JoinHandle;
import dev.musubi.MissedTicks;
import dev.musubi.Periodic;
import dev.musubi.Sleep;
import dev.musubi.Task;
import dev.musubi.sync.OneshotReceiver;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Shown in the Javadoc of what has to do with time. */
final class TimeSnippets {
  private TimeSnippets() {}

  static String deadline(JoinHandle<String> user, JoinHandle<String> orders)
      throws InterruptedException, TimeoutException {
    // @start region=deadline
    Deadline deadline = Deadline.after(Duration.ofSeconds(2));
    String page = user.join(deadline.remaining()) + orders.join(deadline.remaining());
    // @end
    return page;
  }

  static String timeout(HttpClient client, HttpRequest request)
      throws IOException, InterruptedException {
    // @start region=timeout
    try {
      return Task.timeout(
          Duration.ofSeconds(2), () -> client.send(request, BodyHandlers.ofString()).body());
    } catch (TimeoutException e) { // the request has really stopped
      return "no answer";
    }
    // @end
  }

  static void interval() throws InterruptedException {
    // @start region=interval
    Interval second = Interval.every(Duration.ofSeconds(1)).missedTicks(MissedTicks.SKIP);
    while (true) {
      second.tick();
      refresh();
    }
    // @end
  }

  private static void refresh() {}

  static int idle(OneshotReceiver<String> inbox) throws InterruptedException {
    int messages = 0;
    // @start region=idle
    Sleep idle = Sleep.of(Duration.ofSeconds(30));
    while (select(inbox.onReceive(_ -> true), idle.onElapsed(() -> false))) {
      messages++;
      idle.reset(Duration.ofSeconds(30));
    }
    // @end
    return messages;
  }

  static JoinHandle<@Nullable Void> periodic() {
    // @start region=periodic
    JoinHandle<@Nullable Void> refresher =
        Periodic.every(Duration.ofMinutes(1)).stopAfterFailures(10).spawn(() -> refresh());
    // @end
    return refresher;
  }
}
