package dev.musubi.benchmarks;

import dev.musubi.Finished;
import dev.musubi.JoinQueue;
import dev.musubi.JoinSet;
import dev.musubi.benchmarks.Interleaved.Batch;
import dev.musubi.benchmarks.Interleaved.Samples;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Many tasks spawned into a set and drained as they finish, beside the JDK's completion service and
 * coroutines that send into a channel.
 *
 * <p>Arguments: rounds, warmup, forks, tasks, out.
 */
public final class Sets {
  private static final List<String> OPTIONS = Contest.jvm("2g");

  private Sets() {}

  public static void main(String[] args) throws Exception {
    Args a = new Args(args);
    int rounds = a.get("rounds", 30);
    int warmUp = a.get("warmup", 12);
    int forks = a.get("forks", 3);
    int tasks = a.get("tasks", 100_000);
    String out = a.get("out", "");
    boolean child = Boolean.parseBoolean(a.get("child", "false"));
    a.rejectOthers();
    if (child) {
      measure(rounds, warmUp, tasks);
      Child.end();
    }
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("rounds", rounds);
    parameters.put("warmup", warmUp);
    parameters.put("forks", forks);
    parameters.put("tasks", tasks);
    parameters.put("jvm", OPTIONS);
    Report report = new Report("Sets", parameters);
    List<String> forwarded = new ArrayList<>(List.of(args));
    forwarded.add("child=true");
    Map<String, Samples> samples = Interleaved.collect(Sets.class, OPTIONS, forwarded, forks);
    report.text(Contest.LEGEND);
    Contest.publish(report, samples, warmUp);
    report.publish(out, "sets");
  }

  private static void measure(int rounds, int warmUp, int tasks) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Map<String, Batch> drained = new LinkedHashMap<>();
      drained.put("Musubi, JoinSet", Contest.inTask(Sets::joinSet));
      drained.put("Musubi, JoinQueue", Contest.inTask(Sets::joinQueue));
      drained.put(
          "JDK, ExecutorCompletionService", Contest.inThread(n -> completionService(threads, n)));
      drained.put("coroutines, launch and channel", Coroutines::drained);
      Interleaved.measure("spawned and drained", drained, tasks, warmUp, rounds);
    }
  }

  private static void joinSet(int n) throws InterruptedException {
    try (JoinSet<Integer> set = new JoinSet<>()) {
      for (int i = 0; i < n; i++) {
        set.spawn(() -> 1);
      }
      int sum = 0;
      while (set.next() instanceof Finished<Integer> finished) {
        sum += finished.outcome().orThrow();
      }
      check(sum, n);
    }
  }

  private static void joinQueue(int n) throws InterruptedException {
    try (JoinQueue<Integer> queue = new JoinQueue<>()) {
      for (int i = 0; i < n; i++) {
        queue.spawn(() -> 1);
      }
      int sum = 0;
      while (queue.next() instanceof Finished<Integer> finished) {
        sum += finished.outcome().orThrow();
      }
      check(sum, n);
    }
  }

  static void completionService(ExecutorService threads, int n) throws Exception {
    ExecutorCompletionService<Integer> service = new ExecutorCompletionService<>(threads);
    for (int i = 0; i < n; i++) {
      service.submit(() -> 1);
    }
    int sum = 0;
    for (int i = 0; i < n; i++) {
      sum += service.take().get();
    }
    check(sum, n);
  }

  private static void check(int sum, int n) {
    if (sum != n) {
      throw new AssertionError(sum + " of " + n);
    }
  }
}
