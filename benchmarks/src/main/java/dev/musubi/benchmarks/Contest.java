package dev.musubi.benchmarks;

import static dev.musubi.benchmarks.Numbers.mean;
import static dev.musubi.benchmarks.Numbers.median;
import static dev.musubi.benchmarks.Numbers.ratios;
import static dev.musubi.benchmarks.Numbers.spread;
import static dev.musubi.benchmarks.Numbers.spreadOfTwo;
import static dev.musubi.benchmarks.Numbers.two;
import static dev.musubi.benchmarks.Numbers.whole;

import dev.musubi.JoinHandle;
import dev.musubi.Task;
import dev.musubi.VoidBody;
import dev.musubi.benchmarks.Interleaved.Batch;
import dev.musubi.benchmarks.Interleaved.Samples;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;

/**
 * What the programs share that hold Musubi against the JDK and kotlinx.coroutines: the same two
 * threads for all, a start from within, and the tables.
 */
final class Contest {
  static final String MUSUBI = "Musubi";
  static final String JDK = "JDK";
  static final String COROUTINES = "coroutines";

  static final String LEGEND =
      "Medians for each; in brackets the middle four fifths. CPU: means, of the whole process."
          + " Ratios are medians of the ratios within a round; a ratio is to the first contestant"
          + " of its kind.";

  private Contest() {}

  /** Two carriers, and two threads for Dispatchers.Default, whatever the machine has. */
  static List<String> jvm(String heap) {
    return List.of(
        "-Xms" + heap,
        "-Xmx" + heap,
        "-XX:+AlwaysPreTouch",
        "-Djdk.virtualThreadScheduler.parallelism=2",
        "-Dkotlinx.coroutines.scheduler.core.pool.size=2");
  }

  /** Runs the batch in a task, as coroutines run in theirs: not on the thread that measures. */
  static Batch inTask(Batch batch) {
    return n -> inTask(() -> batch.run(n));
  }

  static void inTask(VoidBody<Exception> body) throws Exception {
    JoinHandle<?> task = Task.spawn(body);
    task.join(Exception.class);
  }

  /** The same for the JDK. */
  static Batch inThread(Batch batch) {
    return n -> inThread(() -> batch.run(n));
  }

  static void inThread(VoidBody<Exception> body) throws Exception {
    FutureTask<?> done =
        new FutureTask<>(() -> {
          body.run();
          return null;
        });
    Thread.startVirtualThread(done);
    done.get();
  }

  /**
   * One table for each setting, in the order in which they were measured. The contestants come in
   * the order in which they were named: the warm-up has only rotated that.
   */
  static void publish(Report report, Map<String, Samples> samples, int warmUp) {
    List<String> settings =
        samples.keySet().stream()
            .map(key -> key.substring(0, key.indexOf('/')))
            .distinct()
            .toList();
    for (String setting : settings) {
      List<String> contestants = new ArrayList<>();
      for (String key : samples.keySet()) {
        if (key.startsWith(setting + "/")) {
          contestants.add(key.substring(setting.length() + 1));
        }
      }
      Collections.rotate(contestants, warmUp);
      Samples jdk = samples.get(setting + "/" + first(contestants, JDK));
      Samples coroutines = samples.get(setting + "/" + first(contestants, COROUTINES));
      report.heading(Character.toUpperCase(setting.charAt(0)) + setting.substring(1));
      report.header(
          "contestant", "ns", "CPU ns", "bytes", "ratio to the JDK", "ratio to coroutines");
      for (String who : contestants) {
        Samples own = samples.get(setting + "/" + who);
        double[] toJdk = ratios(own.wallNanos(), jdk.wallNanos());
        double[] toCoroutines = ratios(own.wallNanos(), coroutines.wallNanos());
        report.row(
            who,
            whole(median(own.wallNanos())) + " (" + spread(own.wallNanos()) + ")",
            whole(mean(own.cpuNanos())),
            whole(median(own.bytes())),
            two(median(toJdk)) + " (" + spreadOfTwo(toJdk) + ")",
            two(median(toCoroutines)) + " (" + spreadOfTwo(toCoroutines) + ")");
        report.figure(
            "setting", setting,
            "contestant", who,
            "wallNanos", median(own.wallNanos()),
            "cpuNanos", mean(own.cpuNanos()),
            "bytes", median(own.bytes()),
            "ratioToJdk", median(toJdk),
            "ratioToCoroutines", median(toCoroutines),
            "wallNanosOfEachRound", own.wallNanos());
      }
    }
  }

  private static String first(List<String> contestants, String kind) {
    return contestants.stream().filter(who -> who.startsWith(kind)).findFirst().orElseThrow();
  }
}
