import dev.musubi.TaskHooks;
import dev.musubi.TaskId;
import dev.musubi.TaskInfo;
import dev.musubi.TaskRuntime;
import dev.musubi.TaskState;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Shown in the guide, hooks-and-observing.md. */
final class GuideHooks {
  private GuideHooks() {}

  // @start region=hooks
  /** Counts how tasks end. */
  static final class Ends implements TaskHooks {
    private final Map<TaskState, LongAdder> ends = new ConcurrentHashMap<>();

    @Override
    public void onEnd(TaskId id, TaskState state) {
      ends.computeIfAbsent(state, _ -> new LongAdder()).increment();
    }
  }

  // @end

  static TaskRuntime install() {
    // @start region=install
    TaskRuntime runtime = TaskRuntime.builder().hooks(new Ends()).build();
    // @end
    return runtime;
  }

  static void list(TaskRuntime runtime) {
    // @start region=list
    for (TaskInfo task : runtime.liveTasks()) {
      System.out.println(task); // task 17 "fetch" RUNNING, waiting for task 18
      task.stack().forEach(frame -> System.out.println("    at " + frame));
    }
    // @end
  }
}
