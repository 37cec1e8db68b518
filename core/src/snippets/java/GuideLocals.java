import dev.musubi.JoinHandle;
import dev.musubi.Task;
import dev.musubi.TaskLocal;

/** Shown in the guide, task-locals-and-context.md. */
final class GuideLocals {
  private GuideLocals() {}

  // @start region=keys
  static final TaskLocal<String> USER = TaskLocal.named("user");
  static final TaskLocal<String> SECRET = TaskLocal.notInherited("secret");

  // @end

  static void scopes() throws InterruptedException {
    // @start region=scopes
    USER.runWhere(
        "ada",
        () -> {
          System.out.println(USER.get()); // ada
          USER.runWhere("grace", () -> System.out.println(USER.get())); // grace
          System.out.println(USER.get()); // ada
          Task.spawn(() -> System.out.println(USER.get())).join(); // ada: inherited
        });
    // @end
  }

  static void builder() {
    // @start region=builder
    JoinHandle<String> greeting =
        Task.builder().taskLocal(USER, "grace").spawn(() -> "hello " + USER.get());
    JoinHandle<Boolean> alone =
        Task.builder().inheritTaskLocals(false).spawn(() -> USER.tryGet().isEmpty());
    // @end
    greeting.detach();
    alone.detach();
  }
}
