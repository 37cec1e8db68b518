import static dev.musubi.Select.after;
import static dev.musubi.Select.on;
import static dev.musubi.Select.otherwise;
import static dev.musubi.Select.select;

import dev.musubi.Branch;
import dev.musubi.CancellationToken;
import dev.musubi.JoinHandle;
import dev.musubi.Select;
import dev.musubi.sync.Oneshot;
import dev.musubi.sync.OneshotReceiver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Shown in the guide, select.md. */
final class GuideSelect {
  private GuideSelect() {}

  static String first(JoinHandle<String> quote, CancellationToken stop)
      throws InterruptedException {
    // @start region=first
    String answer =
        select(
            quote.onJoin(text -> "quote: " + text),
            stop.onCancelled(() -> "stopped"),
            after(Duration.ofSeconds(1), () -> "timed out"));
    // @end
    return answer;
  }

  // @start region=loop
  sealed interface Event {
    record Message(String text) implements Event {}

    record Timeout() implements Event {}
  }

  static int loop(Iterable<OneshotReceiver<String>> inboxes) throws InterruptedException {
    int messages = 0;
    Branch<Event, RuntimeException> limit =
        after(Duration.ofMinutes(1), () -> new Event.Timeout()); // for the whole loop
    for (OneshotReceiver<String> inbox : inboxes) {
      Event event = Select.select(inbox.onReceive(text -> new Event.Message(text)), limit);
      switch (event) {
        case Event.Message(String text) -> messages += text.length();
        case Event.Timeout() -> {
          return messages;
        }
      }
    }
    return messages;
  }

  // @end

  static String guards(boolean online, JoinHandle<String> remote, JoinHandle<String> local)
      throws InterruptedException {
    // @start region=guards
    String text =
        select(
            remote.onSuccess(online, value -> value), // takes part only if online,
            local.onSuccess(value -> value), // and both only if they succeed
            otherwise(() -> "nothing available"));
    // @end
    return text;
  }

  static String abortOnLose(JoinHandle<String> fast, JoinHandle<String> slow)
      throws InterruptedException {
    // @start region=abort
    String text =
        select(
            fast.onJoin(value -> value).abortOnLose(),
            slow.onJoin(value -> value).abortOnLose()); // here the other one has really ended
    // @end
    return text;
  }

  static String stage(CompletableFuture<String> reply, CancellationToken stop)
      throws InterruptedException {
    // @start region=stage
    Branch<String, RuntimeException> replied = on(reply, text -> text); // made once
    while (true) {
      String event = select(replied, after(Duration.ofSeconds(1), () -> "still waiting"));
      if (!event.equals("still waiting")) {
        return event;
      }
      System.out.println(event);
    }
    // @end
  }

  static String throwing(JoinHandle<Path> download) throws IOException, InterruptedException {
    // @start region=throwing
    return select(
        download.onJoin(file -> Files.readString(file)), // throws IOException, and so select does
        after(Duration.ofSeconds(5), () -> "too late"));
    // @end
  }

  static int oneshot(CancellationToken stop) throws InterruptedException {
    // @start region=oneshot
    Oneshot<Integer> answer = Oneshot.create();
    start(answer.sender());
    int value = select(answer.receiver().onReceive(n -> n), stop.onCancelled(() -> -1));
    // @end
    return value;
  }

  private static void start(AutoCloseable sender) {
    System.out.println(sender);
  }
}
