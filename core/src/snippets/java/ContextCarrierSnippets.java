import dev.musubi.ContextCarrier;
import dev.musubi.TaskRuntime;
import java.util.Map;

/** Shown in the Javadoc of {@code ContextCarrier}. */
final class ContextCarrierSnippets {
  private ContextCarrierSnippets() {}

  static TaskRuntime carrier() {
    // @start region=carrier
    ContextCarrier mdc =
        () -> {
          Map<String, String> captured = Mdc.getCopyOfContextMap(); // on the spawning thread
          return () -> {
            Map<String, String> before = Mdc.getCopyOfContextMap(); // on the task's thread
            Mdc.setContextMap(captured);
            return () -> Mdc.setContextMap(before); // there again, after the body
          };
        };
    TaskRuntime runtime = TaskRuntime.builder().contextCarrier(mdc).build();
    // @end
    return runtime;
  }

  /** Stands in for a logging library. */
  private static final class Mdc {
    private static final ThreadLocal<Map<String, String>> MAP = ThreadLocal.withInitial(Map::of);

    static Map<String, String> getCopyOfContextMap() {
      return Map.copyOf(MAP.get());
    }

    static void setContextMap(Map<String, String> map) {
      MAP.set(map);
    }
  }
}
