import dev.musubi.JoinHandle;
import dev.musubi.JoinSet;
import dev.musubi.Task;
import java.util.List;

/** Shown in the Javadoc and the guide. */
final class LightSnippets {
  private LightSnippets() {}

  static int light(List<String> lines) throws InterruptedException {
    // @start region="light"
    try (JoinSet<Integer> words = new JoinSet<>()) {
      for (String line : lines) {
        words.spawn(Task.builder().light(), () -> line.split(" ").length);
      }
      return words.joinAll().stream().mapToInt(Integer::intValue).sum();
    }
    // @end
  }

  // @start region="inline"
  static long sum(int[] numbers, int from, int to) throws InterruptedException {
    if (to - from < 1_000) {
      long sum = 0;
      for (int i = from; i < to; i++) {
        sum += numbers[i];
      }
      return sum;
    }
    int middle = (from + to) >>> 1;
    JoinHandle<Long> left = Task.spawnLight(() -> sum(numbers, from, middle));
    long right = sum(numbers, middle, to);
    return left.joinInline() + right;
  }
  // @end
}
