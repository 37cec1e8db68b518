import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** The work of {@link Before} and {@link After}: it can be interrupted, and then cleans up. */
final class Transfer {
  private static volatile CountDownLatch begun = new CountDownLatch(1);

  private Transfer() {}

  // @start region=transfer
  static void run() throws InterruptedException {
    begun.countDown();
    try {
      Thread.sleep(Duration.ofHours(1)); // the transfer
    } finally {
      Thread.sleep(Duration.ofMillis(300)); // undoes what was done so far
      System.out.println("the body has ended");
    }
  }

  // @end

  static void awaitBegin() throws InterruptedException {
    begun.await();
    begun = new CountDownLatch(1);
  }
}
