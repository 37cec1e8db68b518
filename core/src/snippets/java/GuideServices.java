import dev.musubi.GracefulShutdown;
import dev.musubi.Hedge;
import dev.musubi.MapConcurrent;
import dev.musubi.TaskRuntime;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Shown in the guide, services.md. */
final class GuideServices {
  private GuideServices() {}

  static void map(Stream<URI> addresses) throws InterruptedException {
    // @start region=map
    try (var pages = MapConcurrent.inOrder(addresses, 8, address -> fetch(address))) {
      for (Optional<String> page = pages.next(); page.isPresent(); page = pages.next()) {
        System.out.println(page.get());
      }
    } // also when we leave early: nothing runs on, and the stream is closed
    // @end
  }

  static List<String> list(List<URI> addresses) throws InterruptedException {
    // @start region=list
    try (var pages = MapConcurrent.asCompleted(addresses, 8, address -> fetch(address))) {
      return pages.toList();
    }
    // @end
  }

  static String hedge(String key) throws InterruptedException {
    // @start region=hedge
    String value = Hedge.after(Duration.ofMillis(50)).tries(3).call(() -> lookUp(key));
    // @end
    return value;
  }

  static void shutdown(TaskRuntime runtime) throws InterruptedException {
    // @start region=shutdown
    GracefulShutdown shutdown =
        GracefulShutdown.of(runtime)
            .grace(Duration.ofSeconds(20)) // for tasks to end by themselves
            .abortLimit(Duration.ofSeconds(5)); // for those that had to be aborted
    shutdown.onJvmShutdown(); // SIGTERM, SIGINT, System.exit
    while (!shutdown.token().isCancelled()) {
      String request = accept();
      runtime.spawn(() -> answer(request));
    }
    // @end
  }

  private static String fetch(URI address) throws IOException {
    return address.toString();
  }

  private static String lookUp(String key) throws IOException {
    return key;
  }

  private static String accept() throws InterruptedException {
    Thread.sleep(1000);
    return "request";
  }

  private static void answer(String request) {
    System.out.println(request);
  }
}
