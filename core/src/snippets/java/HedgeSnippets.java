import dev.musubi.Hedge;
import java.io.IOException;
import java.time.Duration;

/** Shown in the Javadoc of {@code Hedge}. */
final class HedgeSnippets {
  private HedgeSnippets() {}

  static String hedge(String key) throws InterruptedException {
    // @start region=hedge
    String value = Hedge.after(Duration.ofMillis(50)).tries(3).call(() -> lookUp(key));
    // @end
    return value;
  }

  private static String lookUp(String key) throws IOException {
    return key;
  }
}
