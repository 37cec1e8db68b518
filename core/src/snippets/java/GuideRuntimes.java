import dev.musubi.JoinHandle;
import dev.musubi.ShutdownReport;
import dev.musubi.Task;
import dev.musubi.TaskRuntime;
import java.time.Duration;
import java.util.concurrent.ExecutorService;

/** Shown in the guide, runtimes-and-shutdown.md. */
final class GuideRuntimes {
  private GuideRuntimes() {}

  static void choose(TaskRuntime runtime) throws InterruptedException {
    // @start region=choose
    JoinHandle<String> here = runtime.spawn(() -> "on that runtime");
    JoinHandle<String> named = runtime.task().name("crawl").spawn(() -> "also there");
    runtime.blockOn(() -> Task.spawn(() -> "there, too: it is the current one").join());
    // @end
    here.join();
    named.join();
  }

  static void report(TaskRuntime runtime) {
    // @start region=report
    ShutdownReport report = runtime.shutdown(Duration.ofSeconds(10));
    for (ShutdownReport.Straggler straggler : report.stragglers()) {
      System.err.println(straggler.task() + " has not stopped: " + straggler.stack());
    }
    // @end
  }

  static void framework(TaskRuntime runtime) {
    // @start region=executor
    ExecutorService executor = runtime.asExecutorService();
    // @end
    executor.close();
  }
}
