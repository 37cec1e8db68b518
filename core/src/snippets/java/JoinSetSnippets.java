import dev.musubi.Finished;
import dev.musubi.FinishedEntry;
import dev.musubi.JoinMap;
import dev.musubi.JoinPolicy;
import dev.musubi.JoinQueue;
import dev.musubi.JoinSet;
import dev.musubi.Panicked;
import dev.musubi.Success;
import java.net.URI;
import java.util.List;

/** Shown in the Javadoc of {@code JoinSet} and its kin. */
final class JoinSetSnippets {
  private JoinSetSnippets() {}

  static void drain(List<URI> addresses) throws InterruptedException {
    // @start region=drain
    try (JoinSet<String> pages = new JoinSet<>()) {
      for (URI address : addresses) {
        pages.spawn(() -> fetch(address));
      }
      while (pages.next() instanceof Finished<String>(var id, var outcome)) {
        switch (outcome) {
          case Success(String page) -> System.out.println(page);
          case Panicked(_, Throwable cause) -> System.out.println(id + ": " + cause);
          default -> {} // aborted
        }
      }
    } // also when we leave in the middle: none of them runs any more
    // @end
  }

  static String policy(List<URI> mirrors) throws InterruptedException {
    // @start region=policy
    try (JoinSet<String> pages = new JoinSet<>()) {
      mirrors.forEach(mirror -> pages.spawn(() -> fetch(mirror)));
      return pages.join(JoinPolicy.firstSuccess()); // the others have really ended
    }
    // @end
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

  static void map(JoinMap<String, String> fetches, String name, URI address)
      throws InterruptedException {
    // @start region=map
    fetches.spawn(name, () -> fetch(address)); // an older one under this name is aborted
    if (fetches.next() instanceof FinishedEntry<String, String>(var key, _, var outcome)) {
      System.out.println(key + ": " + outcome);
    }
    // @end
  }

  private static String fetch(URI address) throws InterruptedException {
    return address.toString();
  }
}
