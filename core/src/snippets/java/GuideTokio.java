import dev.musubi.JoinHandle;
import dev.musubi.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Shown in the guide, tokio.md. */
final class GuideTokio {
  private GuideTokio() {}

  static void handles(Path path) throws IOException, InterruptedException {
    // @start region=handles
    JoinHandle<Integer> number = Task.spawn(() -> 5 + 3); // JoinHandle<i32>
    JoinHandle<Void> nothing = Task.spawn(() -> System.out.println("done")); // JoinHandle<()>
    JoinHandle<String> pooled = Task.spawnBlocking(() -> Files.readString(path));
    String text = pooled.join(IOException.class); // handle.await??
    // @end
    number.detach();
    nothing.detach();
    System.out.println(text);
  }

  static void outlive() throws InterruptedException {
    // @start region=outlive
    JoinHandle<Void> parent =
        Task.spawn(() -> {
          Task.spawn(() -> {
            Task.yieldNow();
            System.out.println("the child is still here");
          }); // the handle is let go
        });
    parent.join(); // the child runs on
    // @end
  }
}
