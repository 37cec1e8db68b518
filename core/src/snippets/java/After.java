import dev.musubi.JoinHandle;
import dev.musubi.Task;

/** Shown in the README: what "cancelled" means in Musubi. */
public final class After {
  private After() {}

  public static void main(String[] args) throws InterruptedException {
    // @start region=after
    JoinHandle<Void> transfer = Task.spawn(() -> Transfer.run());
    Transfer.awaitBegin();
    var outcome = transfer.abortAndJoin();
    System.out.println("done: " + transfer.isFinished() + ", " + outcome);
    // @end
  }
}
