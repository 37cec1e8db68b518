package dev.musubi.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Measures contestants in turn, in one JVM: A B C, B C A, C A B, ... What disturbs the machine for
 * a while disturbs them all, so that the ratio within a round means something where two separate
 * runs would not.
 */
final class Interleaved {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private Interleaved() {}

  /** Runs a number of tasks from begin to end. */
  interface Batch {
    void run(int tasks) throws Exception;

    /** Runs so often with so many tasks in place of one run with them all. */
    default Batch repeated(int times, int tasksOfEach) {
      return _ -> {
        for (int i = 0; i < times; i++) {
          run(tasksOfEach);
        }
      };
    }

    /** Wall nanoseconds, CPU nanoseconds and bytes for each task. */
    default double[] sample(int tasks) throws Exception {
      long bytes = THREADS.getTotalThreadAllocatedBytes();
      long cpu = SYSTEM.getProcessCpuTime();
      long wall = System.nanoTime();
      run(tasks);
      double n = tasks;
      return new double[] {
        (System.nanoTime() - wall) / n,
        (SYSTEM.getProcessCpuTime() - cpu) / n,
        (THREADS.getTotalThreadAllocatedBytes() - bytes) / n
      };
    }
  }

  /** The samples of one contestant, for each task; position i is round i. */
  record Samples(double[] wallNanos, double[] cpuNanos, double[] bytes) {
    /** Those of some rounds. */
    Samples only(IntPredicate rounds) {
      return new Samples(only(wallNanos, rounds), only(cpuNanos, rounds), only(bytes, rounds));
    }

    private static double[] only(double[] values, IntPredicate rounds) {
      return IntStream.range(0, values.length)
          .filter(rounds)
          .mapToDouble(round -> values[round])
          .toArray();
    }
  }

  /** In the child: measures on the calling thread, and says each sample. */
  static void measure(
      String setting, Map<String, Batch> contestants, int tasks, int warmUp, int rounds)
      throws Exception {
    measure(setting, contestants, tasks, warmUp, 0, rounds);
  }

  /** As above; the warm-up lasts at least so long: what is short has not been compiled else. */
  static void measure(
      String setting,
      Map<String, Batch> contestants,
      int tasks,
      int warmUp,
      int warmUpMillis,
      int rounds)
      throws Exception {
    List<Map.Entry<String, Batch>> turn = new ArrayList<>(contestants.entrySet());
    long warm = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(warmUpMillis);
    int round = -warmUp;
    while (round < rounds) {
      for (Map.Entry<String, Batch> contestant : turn) {
        double[] sample = contestant.getValue().sample(tasks);
        if (round >= 0) {
          Child.say(setting + "/" + contestant.getKey(), sample);
        }
      }
      turn.add(turn.removeFirst());
      if (round != -1 || System.nanoTime() - warm >= 0) {
        round++;
      }
    }
  }

  /** In the parent: the rounds of several children, one after the other. */
  static Map<String, Samples> collect(
      Class<?> main, List<String> jvmOptions, List<String> args, int forks) throws Exception {
    Map<String, List<double[]>> all = new LinkedHashMap<>();
    for (int fork = 0; fork < forks; fork++) {
      Child.run(main, jvmOptions, args, 3_600)
          .forEach((key, said) -> all.computeIfAbsent(key, _ -> new ArrayList<>()).addAll(said));
    }
    Map<String, Samples> samples = new LinkedHashMap<>();
    all.forEach((key, said) ->
        samples.put(key, new Samples(column(said, 0), column(said, 1), column(said, 2))));
    return samples;
  }

  private static double[] column(List<double[]> rows, int column) {
    return rows.stream().mapToDouble(row -> row[column]).toArray();
  }
}
