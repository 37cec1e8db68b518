import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Shown in the README: what "cancelled" means in the JDK. */
public final class Before {
  private Before() {}

  public static void main(String[] args) throws InterruptedException {
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      // @start region=before
      Future<?> transfer =
          executor.submit(() -> {
            Transfer.run();
            return null;
          });
      Transfer.awaitBegin();
      transfer.cancel(true);
      System.out.println("done: " + transfer.isDone() + ", cancelled: " + transfer.isCancelled());
      // @end
    }
  }
}
