import dev.musubi.MapConcurrent;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Shown in the Javadoc of {@code MapConcurrent}. */
final class MapConcurrentSnippets {
  private MapConcurrentSnippets() {}

  static void map(List<URI> addresses) throws InterruptedException {
    // @start region=map
    try (var pages = MapConcurrent.inOrder(addresses, 8, address -> fetch(address))) {
      for (Optional<String> page = pages.next(); page.isPresent(); page = pages.next()) {
        System.out.println(page.get());
      }
    } // also when we leave early: nothing runs on
    // @end
  }

  private static String fetch(URI address) throws IOException {
    return address.toString();
  }
}
