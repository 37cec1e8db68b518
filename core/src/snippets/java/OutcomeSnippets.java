import dev.musubi.AbortReason;
import dev.musubi.Cancelled;
import dev.musubi.JoinHandle;
import dev.musubi.Panicked;
import dev.musubi.Success;
import dev.musubi.TaskId;

/** Shown in the Javadoc of {@code Outcome}. */
final class OutcomeSnippets {
  private OutcomeSnippets() {}

  static void tell(JoinHandle<Integer> handle) throws InterruptedException {
    // @start region=switch
    switch (handle.outcome()) {
      case Success(Integer value) -> System.out.println("the value is " + value);
      case Panicked(TaskId id, Throwable cause) -> System.out.println(id + " failed: " + cause);
      case Cancelled(TaskId id, AbortReason why) -> System.out.println(id + " stopped: " + why);
    }
    // @end
  }
}
