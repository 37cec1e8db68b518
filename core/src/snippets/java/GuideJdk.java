import dev.musubi.JoinHandle;
import dev.musubi.Task;
import dev.musubi.TaskRuntime;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Shown in the guide, from-the-jdk.md. */
final class GuideJdk {
  private GuideJdk() {}

  static void views(JoinHandle<String> handle) throws InterruptedException, ExecutionException {
    // @start region=views
    Future<String> future = handle.asFuture();
    future.cancel(true); // requests an abort
    future.isDone(); // follows the real end
    // @end
  }

  static CompletableFuture<Integer> chain(JoinHandle<String> handle) {
    // @start region=chain
    CompletableFuture<Integer> length =
        handle
            .toCompletableFuture()
            .orTimeout(2, TimeUnit.SECONDS) // aborts the task when it strikes
            .thenApply(String::length);
    // @end
    return length;
  }

  static void framework() {
    // @start region=executor
    TaskRuntime runtime = TaskRuntime.builder().name("web").build();
    ExecutorService executor = runtime.asExecutorService(); // a task for each request
    // @end
    executor.close();
    runtime.close();
  }

  static String two() throws InterruptedException {
    // @start region=two
    try (var user = Task.spawn(() -> findUser()).abortOnClose();
        var order = Task.spawn(() -> fetchOrder()).abortOnClose()) {
      return user.join() + " " + order.join();
    } // neither of them runs any more
    // @end
  }

  private static String findUser() throws InterruptedException {
    Task.sleep(Duration.ofMillis(1));
    return "ada";
  }

  private static int fetchOrder() {
    return 17;
  }
}
