import dev.musubi.Task;
import dev.musubi.TaskLocal;

/** Shown in the Javadoc of {@code TaskLocal}. */
final class TaskLocalSnippets {
  // @start region=local
  private static final TaskLocal<String> USER = TaskLocal.named("user");

  static void handle(String user) throws InterruptedException {
    USER.runWhere(user, () -> Task.spawn(() -> audit("logged in")).join());
  }

  private static void audit(String what) {
    System.out.println(USER.get() + " " + what); // in a task that handle() spawned
  }

  // @end

  private TaskLocalSnippets() {}
}
