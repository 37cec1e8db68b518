import dev.musubi.JoinHandle;
import dev.musubi.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Shown in the Javadoc of {@code JoinHandle}. */
final class JoinHandleSnippets {
  private JoinHandleSnippets() {}

  static void join() throws InterruptedException {
    // @start region=join
    JoinHandle<Integer> handle = Task.spawn(() -> 5 + 3);
    int eight = handle.join();
    // @end
    System.out.println(eight);
  }

  static int lines(Path path) throws IOException, InterruptedException {
    // @start region=own
    JoinHandle<Integer> lines = Task.spawn(() -> Files.readAllLines(path).size());
    return lines.join(IOException.class); // an IOException of the body stays an IOException
    // @end
  }

  static void owned() {
    // @start region=owned
    try (var pump = Task.spawn(() -> pump()).abortOnClose()) {
      serve();
    } // here the pump has really ended
    // @end
  }

  private static void pump() throws InterruptedException {
    for (; ; ) {
      Task.yieldNow();
    }
  }

  private static void serve() {}
}
