import dev.musubi.Task;
import dev.musubi.TaskRuntime;
import java.time.Duration;

/** Shown in the guide, unobserved-failures.md. */
final class GuideFailures {
  private GuideFailures() {}

  static void detach() {
    // @start region=detach
    Task.builder().name("refresh").spawn(() -> refresh()).detach();
    // @end
  }

  static TaskRuntime hook() {
    // @start region=hook
    TaskRuntime runtime =
        TaskRuntime.builder()
            .failureHook(failure -> Alarm.raise(failure.id().toString(), failure.cause()))
            .unobservedFailureLimit(Duration.ofSeconds(10))
            .build();
    // @end
    return runtime;
  }

  private static void refresh() {
    throw new IllegalStateException("no answer");
  }

  private static final class Alarm {
    static void raise(String task, Throwable cause) {
      System.err.println(task + ": " + cause);
    }
  }
}
