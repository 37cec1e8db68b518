import dev.musubi.AbortHandle;
import dev.musubi.AbortPolicy;
import dev.musubi.JoinHandle;
import dev.musubi.Outcome;
import dev.musubi.Task;
import dev.musubi.TaskAbortedException;
import dev.musubi.TaskRuntime;
import java.math.BigInteger;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeoutException;

/** Shown in the guide, aborting.md. */
final class GuideAborting {
  private GuideAborting() {}

  static void stop(JoinHandle<String> handle) throws InterruptedException {
    // @start region=stop
    try {
      Outcome<String> end = handle.abortAndJoin(Duration.ofSeconds(5));
      System.out.println(end);
    } catch (TimeoutException e) {
      System.out.println(e.getMessage()); // names the task; the abort stays requested
    }
    // @end
  }

  static JoinHandle<BigInteger> compute() {
    // @start region=check
    return Task.spawn(() -> {
      BigInteger product = BigInteger.ONE;
      for (int i = 2; i < 100_000; i++) {
        Task.checkAborted(); // a few nanoseconds
        product = product.multiply(BigInteger.valueOf(i));
      }
      return product;
    });
    // @end
  }

  static void clean(BlockingQueue<String> queue) throws InterruptedException {
    // @start region=clean
    try {
      for (; ; ) {
        store(queue.take());
      }
    } finally {
      flush(); // runs when the task is aborted, too
    }
    // @end
  }

  static void why(BlockingQueue<String> queue) throws InterruptedException {
    // @start region=why
    try {
      Task.sleep(Duration.ofMinutes(1));
    } catch (TaskAbortedException e) {
      System.out.println("told to stop: " + e.reason());
      throw e; // or the task is not cancelled but goes on
    }
    // @end
  }

  static void policies() {
    // @start region=policy
    TaskRuntime runtime =
        TaskRuntime.builder()
            .abortPolicy(AbortPolicy.repeating(Duration.ofSeconds(1), Duration.ofSeconds(10)))
            .abortEvidence(thrown -> thrown instanceof DriverInterrupted)
            .build();
    JoinHandle<Void> careful =
        runtime.task().abortPolicy(AbortPolicy.never()).spawn(() -> replay());
    // @end
    careful.detach();
    runtime.close();
  }

  static AbortHandle handle(JoinHandle<String> handle) {
    // @start region=handle
    AbortHandle stop = handle.abortHandle(); // can stop the task, cannot get its value
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop.abort("the program ends")));
    // @end
    return stop;
  }

  private static void store(String item) {}

  private static void flush() {}

  private static void replay() {}

  /** Stands in for a driver's own exception. */
  static final class DriverInterrupted extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
