import static dev.musubi.Select.after;

import dev.musubi.Finished;
import dev.musubi.JoinMap;
import dev.musubi.JoinPolicy;
import dev.musubi.JoinQueue;
import dev.musubi.JoinSet;
import dev.musubi.Panicked;
import dev.musubi.QueueFull;
import dev.musubi.Select;
import dev.musubi.Success;
import dev.musubi.Task;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/** Shown in the guide, sets.md. */
final class GuideSets {
  private GuideSets() {}

  static void drain(List<URI> addresses) throws InterruptedException {
    // @start region=drain
    try (JoinSet<String> pages = new JoinSet<>()) {
      for (URI address : addresses) {
        pages.spawn(Task.builder().name("fetch " + address), () -> fetch(address));
      }
      while (pages.next() instanceof Finished<String>(var id, var outcome)) {
        switch (outcome) {
          case Success(String page) -> System.out.println(page);
          case Panicked(_, Throwable cause) -> System.out.println(id + ": " + cause);
          default -> {} // aborted
        }
      }
    } // however we leave: none of them runs any more
    // @end
  }

  static List<String> all(List<URI> addresses) throws InterruptedException {
    // @start region=all
    try (JoinSet<String> pages = JoinSet.bounded(16, QueueFull.WAIT)) { // at most 16 at a time
      addresses.forEach(address -> pages.spawn(() -> fetch(address)));
      return pages.joinAll();
    }
    // @end
  }

  static String policy(List<URI> mirrors) throws InterruptedException {
    // @start region=policy
    try (JoinSet<String> pages = new JoinSet<>()) {
      mirrors.forEach(mirror -> pages.spawn(() -> fetch(mirror)));
      return pages.join(JoinPolicy.firstSuccess());
    }
    // @end
  }

  static int select(JoinSet<String> pages) throws InterruptedException {
    int got = 0;
    // @start region=select
    while (Select.select(
        pages.onNext(_ -> true),
        after(Duration.ofSeconds(2), () -> false), // none for two seconds
        Select.otherwise(() -> false))) { // none left
      got++;
    }
    // @end
    return got;
  }

  static void queue(List<URI> addresses) throws InterruptedException {
    // @start region=queue
    try (JoinQueue<String> pages = new JoinQueue<>()) {
      addresses.forEach(address -> pages.spawn(() -> fetch(address)));
      while (pages.next() instanceof Finished<String> page) {
        System.out.println(page.outcome().orThrow()); // in the order of the addresses
      }
    }
    // @end
  }

  static void map(JoinMap<String, String> searches, String user, URI address) {
    // @start region=map
    searches.spawn(user, () -> fetch(address)); // aborts the search that this user waited for
    // @end
  }

  private static String fetch(URI address) throws IOException {
    return address.toString();
  }
}
