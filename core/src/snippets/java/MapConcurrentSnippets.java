import dev.musubi.MapConcurrent;
import dev.musubi.Task;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Shown in the Javadoc of {@code MapConcurrent} and in the guide. */
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

  static List<Integer> light(List<String> lines) throws InterruptedException {
    // @start region=light
    try (MapConcurrent<Integer> words =
        MapConcurrent.inOrder(lines, 64, line -> line.split(" ").length)
            .spawnedBy(Task.builder().light())) {
      return words.toList();
    }
    // @end
  }

  private static String fetch(URI address) throws IOException {
    return address.toString();
  }
}
