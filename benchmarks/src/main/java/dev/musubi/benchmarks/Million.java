package dev.musubi.benchmarks;

import static dev.musubi.benchmarks.Numbers.median;
import static dev.musubi.benchmarks.Numbers.two;
import static dev.musubi.benchmarks.Numbers.whole;

import dev.musubi.benchmarks.Sleepers.Counts;
import dev.musubi.benchmarks.Sleepers.Stop;
import dev.musubi.benchmarks.Sleepers.Way;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A million tasks that sleep for five seconds, all at the same time: the wall time until the last
 * has woken, the peak of resident memory, and the live heap while they sleep. Each contestant has a
 * process of its own, in every round.
 *
 * <p>Arguments: rounds, tasks, tokio (the program), out.
 */
public final class Million {
  private static final Duration SLEEP = Duration.ofSeconds(5);
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final String TOKIO = "Tokio";

  /** The heap grows as it has to: what is resident is what was needed. */
  private static final List<String> OPTIONS =
      List.of(
          "-Xms64m",
          "-Xmx8g",
          "-Djdk.virtualThreadScheduler.parallelism=2",
          "-Dkotlinx.coroutines.scheduler.core.pool.size=2");

  private static final List<Way> WAYS =
      List.of(Way.MUSUBI, Way.MUSUBI_THREAD, Way.THREADS, Way.EXECUTOR, Way.COROUTINES);

  private Million() {}

  public static void main(String[] args) throws Exception {
    Args a = new Args(args);
    int rounds = a.get("rounds", 3);
    int tasks = a.get("tasks", 1_000_000);
    String tokio = a.get("tokio", "");
    String out = a.get("out", "");
    String child = a.get("child", "");
    a.rejectOthers();
    if (!child.isEmpty()) {
      measure(Way.valueOf(child), tasks);
      Child.end();
    }
    Map<String, List<double[]>> said = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      for (Way way : WAYS) {
        List<String> forwarded = new ArrayList<>(List.of(args));
        forwarded.add("child=" + way.name());
        Child.run(Million.class, OPTIONS, forwarded, 300)
            .forEach((key, all) -> said.computeIfAbsent(key, _ -> new ArrayList<>()).addAll(all));
      }
      var process = TokioProcess.start(tokio);
      if (process.isPresent()) {
        double[] run = process.get().ask("million", tasks);
        said.computeIfAbsent(TOKIO, _ -> new ArrayList<>())
            .add(new double[] {run[0] / 1e9, run[2] / 1024, Double.NaN});
        process.get().end();
      }
    }
    publish(rounds, tasks, said, out);
  }

  private static void measure(Way way, int tasks) throws Exception {
    Counts warm = new Counts();
    run(way, tasks / 20, Duration.ofMillis(1), warm);
    Counts counts = new Counts();
    long begin = System.nanoTime();
    run(way, tasks, SLEEP, counts);
    double seconds = (System.nanoTime() - begin) / 1e9;
    double peak = peakMebibytes();
    long before = Sleepers.heapInUse();
    Counts sleeping = new Counts();
    Stop stop = Sleepers.start(way, tasks, LONG, sleeping);
    sleeping.awaitReady(tasks);
    Thread.sleep(500); // the last ones park
    double bytes = (Sleepers.heapInUse() - before) / (double) tasks;
    Reference.reachabilityFence(stop);
    Child.say(name(way), seconds, peak, bytes);
  }

  /** Until all have slept to the end. */
  private static void run(Way way, int tasks, Duration sleep, Counts counts) throws Exception {
    Stop stop = Sleepers.start(way, tasks, sleep, counts);
    while (counts.late().get() < tasks) {
      Thread.sleep(1);
    }
    Reference.reachabilityFence(stop);
  }

  private static double peakMebibytes() throws Exception {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        return Double.parseDouble(line.split("\\s+")[1]) / 1024;
      }
    }
    return Double.NaN;
  }

  private static void publish(int rounds, int tasks, Map<String, List<double[]>> said, String out)
      throws Exception {
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("rounds", rounds);
    parameters.put("tasks", tasks);
    parameters.put("sleep", SLEEP);
    parameters.put("jvm", OPTIONS);
    Report report = new Report("A million sleepers", parameters);
    report.text(
        whole(tasks)
            + " tasks that sleep for 5 s at the same time, handles kept. Medians. Wall: from the"
            + " first spawn until the last has woken. Peak: of resident memory, JVM included. Heap:"
            + " live bytes for each while all sleep, after a collection.");
    report.header("contestant", "wall, s", "peak, MiB", "heap, bytes each", "to a bare thread");
    double bare = column(said.getOrDefault(name(Way.THREADS), List.of()), 2);
    said.forEach((who, all) -> {
      double heap = column(all, 2);
      report.row(
          who,
          two(column(all, 0)),
          whole(column(all, 1)),
          Double.isNaN(heap) ? "-" : whole(heap),
          Double.isNaN(heap) ? "-" : two(heap / bare));
      report.figure(
          "contestant",
          who,
          "wallSeconds",
          column(all, 0),
          "peakMebibytes",
          column(all, 1),
          "heapBytes",
          heap);
    });
    if (!said.containsKey(TOKIO)) {
      report.row(TOKIO, "not run", "", "", "");
    }
    report.publish(out, "million");
  }

  private static String name(Way way) {
    return way.who.substring(0, way.who.indexOf(';'));
  }

  private static double column(List<double[]> rows, int column) {
    return median(rows.stream().mapToDouble(row -> row[column]).toArray());
  }
}
