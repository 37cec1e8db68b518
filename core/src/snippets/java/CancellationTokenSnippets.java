import dev.musubi.CancellationToken;
import dev.musubi.JoinHandle;
import dev.musubi.Task;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Shown in the Javadoc of {@code CancellationToken}. */
final class CancellationTokenSnippets {
  private CancellationTokenSnippets() {}

  static JoinHandle<String> tree(CancellationToken service, URI address) {
    // @start region=tree
    CancellationToken request = service.child(); // ends with the service, or alone
    JoinHandle<String> page =
        Task.builder().name("fetch " + address).cancelledBy(request).spawn(() -> fetch(address));
    request.onCancel(() -> System.out.println("not wanted any more: " + address));
    // @end
    return page;
  }

  static List<JoinHandle<String>> guard(List<URI> mirrors) throws InterruptedException {
    List<JoinHandle<String>> fetches = new ArrayList<>();
    // @start region=guard
    var attempt = new CancellationToken();
    try (var _ = attempt.guard()) {
      for (URI mirror : mirrors) {
        fetches.add(Task.builder().cancelledBy(attempt).spawn(() -> fetch(mirror)));
      }
      useTheFirst(fetches);
    } // the others are aborted
    // @end
    return fetches;
  }

  private static void useTheFirst(List<JoinHandle<String>> fetches) throws InterruptedException {
    fetches.getFirst().join();
  }

  static String until(CancellationToken stop, URI address) throws InterruptedException {
    // @start region=until
    Optional<String> page = stop.runUntilCancelled(() -> fetch(address));
    return page.orElse("stopped");
    // @end
  }

  private static String fetch(URI address) throws InterruptedException {
    return address.toString();
  }
}
