package dev.musubi.benchmarks;

import static dev.musubi.benchmarks.Contest.inTask;
import static dev.musubi.benchmarks.Contest.inThread;
import static dev.musubi.benchmarks.Numbers.median;
import static dev.musubi.benchmarks.Numbers.ratios;
import static dev.musubi.benchmarks.Numbers.spread;
import static dev.musubi.benchmarks.Numbers.spreadOfTwo;
import static dev.musubi.benchmarks.Numbers.two;
import static dev.musubi.benchmarks.Numbers.whole;

import dev.musubi.CancellationToken;
import dev.musubi.JoinHandle;
import dev.musubi.Task;
import dev.musubi.benchmarks.Interleaved.Batch;
import dev.musubi.benchmarks.Interleaved.Samples;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Many tasks that sleep: for a moment, and all are joined; or for long, and all are stopped and
 * joined. Against the JDK and kotlinx.coroutines, measured in turn; and the live heap of the long
 * sleepers, in a JVM for each.
 *
 * <p>Arguments: rounds, warmup, forks, tasks, sleepSeconds (of the long sleepers), stopRounds,
 * heapRounds (JVMs for each row), out.
 */
public final class Sleepers {
  private static final String MOMENT = "sleeping 1 ms, all joined";
  private static final String STOP = "stop";
  private static final Duration MILLI = Duration.ofMillis(1);
  private static final int STOP_WARM_UP = 2;
  private static final int HEAP_WARM_UP = 5;
  private static final int HEAP_WARM_UP_TASKS = 20_000;
  private static final int TERMINATION_SECONDS = 60;
  private static final List<String> OPTIONS = Contest.jvm("4g");

  private Sleepers() {}

  public static void main(String[] args) throws Exception {
    Args a = new Args(args);
    int rounds = a.get("rounds", 20);
    int warmUp = a.get("warmup", 5);
    int forks = a.get("forks", 3);
    int tasks = a.get("tasks", 100_000);
    int sleepSeconds = a.get("sleepSeconds", 10);
    int stopRounds = a.get("stopRounds", 10);
    int heapRounds = a.get("heapRounds", 3);
    String out = a.get("out", "");
    String child = a.get("child", "");
    a.rejectOthers();
    Duration longer = Duration.ofSeconds(sleepSeconds);
    switch (child) {
      case "" -> {}
      case MOMENT -> {
        measureMoment(rounds, warmUp, tasks);
        Child.end();
      }
      case STOP -> {
        measureStop(stopRounds, tasks, longer);
        Child.end();
      }
      default -> {
        measureHeap(Way.valueOf(child), tasks, longer);
        Child.end();
      }
    }
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("rounds", rounds);
    parameters.put("warmup", warmUp);
    parameters.put("forks", forks);
    parameters.put("tasks", tasks);
    parameters.put("sleepSeconds", sleepSeconds);
    parameters.put("stopRounds", stopRounds);
    parameters.put("heapRounds", heapRounds);
    parameters.put("jvm", OPTIONS);
    Report report = new Report("Sleepers", parameters);
    Map<String, Samples> moment =
        Interleaved.collect(Sleepers.class, OPTIONS, with(args, MOMENT), forks);
    Map<String, List<double[]>> said = new LinkedHashMap<>();
    for (int fork = 0; fork < forks; fork++) {
      run(args, STOP, said);
    }
    for (int round = 0; round < heapRounds; round++) {
      for (Way way : Way.values()) {
        run(args, way.name(), said);
      }
    }
    report.text(whole(tasks) + " tasks. " + Contest.LEGEND);
    Contest.publish(report, moment, warmUp);
    publish(report, said, sleepSeconds);
    report.publish(out, "sleepers");
  }

  private static List<String> with(String[] args, String child) {
    List<String> forwarded = new ArrayList<>(List.of(args));
    forwarded.add("child=" + child);
    return forwarded;
  }

  private static void run(String[] args, String child, Map<String, List<double[]>> said)
      throws Exception {
    Child.run(Sleepers.class, OPTIONS, with(args, child), 1_200)
        .forEach((key, all) -> said.computeIfAbsent(key, _ -> new ArrayList<>()).addAll(all));
  }

  private static void publish(Report report, Map<String, List<double[]>> said, int sleepSeconds) {
    report.heading("Sleeping " + sleepSeconds + " s, all stopped and joined");
    report.text(
        "For each task. Start: until the last body runs. Stop: from then on, when all sleep, until"
            + " all have ended. Bytes: live heap while all sleep, stacks of parked threads"
            + " included. Ratios are of the stop.");
    report.header(
        "contestant",
        "ns to start",
        "ns to stop",
        "ratio to the JDK",
        "ratio to coroutines",
        "bytes");
    double[] jdk = column(said, Way.THREADS.who, 1);
    double[] coroutines = column(said, Way.COROUTINES.who, 1);
    for (Way way : Way.values()) {
      double[] start = column(said, way.who, 0);
      double[] stop = column(said, way.who, 1);
      double bytes = median(column(said, way.name(), 0));
      double[] toJdk = ratios(stop, jdk);
      double[] toCoroutines = ratios(stop, coroutines);
      report.row(
          way.who,
          whole(median(start)),
          whole(median(stop)) + " (" + spread(stop) + ")",
          two(median(toJdk)) + " (" + spreadOfTwo(toJdk) + ")",
          two(median(toCoroutines)) + " (" + spreadOfTwo(toCoroutines) + ")",
          whole(bytes));
      report.figure(
          "setting",
          "sleeping " + sleepSeconds + " s, all stopped and joined",
          "contestant",
          way.who,
          "startNanos",
          median(start),
          "stopNanos",
          median(stop),
          "ratioToJdk",
          median(toJdk),
          "ratioToCoroutines",
          median(toCoroutines),
          "bytes",
          bytes,
          "stopNanosOfEachRound",
          stop);
    }
  }

  private static double[] column(Map<String, List<double[]>> said, String key, int column) {
    return said.getOrDefault(key, List.of()).stream().mapToDouble(v -> v[column]).toArray();
  }

  // ---------------------------------------------------------------- for a moment

  private static void measureMoment(int rounds, int warmUp, int tasks) throws Exception {
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Map<String, Batch> contestants = new LinkedHashMap<>();
      contestants.put("Musubi, Task.sleep", inTask(Sleepers::musubiMoment));
      contestants.put("Musubi, Thread.sleep", inTask(Sleepers::musubiThreadMoment));
      contestants.put("JDK, virtual threads", inThread(Sleepers::threadMoment));
      contestants.put("JDK, executor", inThread(n -> executorMoment(executor, n)));
      contestants.put(
          "coroutines, launch and delay", n -> Coroutines.sleepAndJoin(n, MILLI.toMillis()));
      Interleaved.measure(MOMENT, contestants, tasks, warmUp, rounds);
    }
  }

  private static void musubiMoment(int tasks) throws InterruptedException {
    JoinHandle<?>[] handles = new JoinHandle<?>[tasks];
    for (int i = 0; i < tasks; i++) {
      handles[i] = Task.spawn(() -> Task.sleep(MILLI));
    }
    for (JoinHandle<?> handle : handles) {
      handle.join();
    }
  }

  private static void musubiThreadMoment(int tasks) throws InterruptedException {
    JoinHandle<?>[] handles = new JoinHandle<?>[tasks];
    for (int i = 0; i < tasks; i++) {
      handles[i] = Task.spawn(() -> Thread.sleep(MILLI));
    }
    for (JoinHandle<?> handle : handles) {
      handle.join();
    }
  }

  private static void threadMoment(int tasks) throws InterruptedException {
    Thread[] threads = new Thread[tasks];
    for (int i = 0; i < tasks; i++) {
      threads[i] =
          Thread.startVirtualThread(() -> {
            try {
              Thread.sleep(MILLI);
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          });
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static void executorMoment(ExecutorService executor, int tasks) throws Exception {
    Future<?>[] futures = new Future<?>[tasks];
    for (int i = 0; i < tasks; i++) {
      futures[i] =
          executor.submit(() -> {
            Thread.sleep(MILLI);
            return null;
          });
    }
    for (Future<?> future : futures) {
      future.get();
    }
  }

  // ---------------------------------------------------------------- for long

  /** A way to start and to stop. */
  enum Way {
    MUSUBI("Musubi, Task.sleep; abort each"),
    MUSUBI_TOKEN("Musubi, Task.sleep, bound to one token; cancel it"),
    MUSUBI_THREAD("Musubi, Thread.sleep; abort each"),
    THREADS("JDK, virtual threads; interrupt each"),
    EXECUTOR("JDK, executor; shutdownNow, awaitTermination"),
    COROUTINES("coroutines, delay; cancel each"),
    COROUTINES_SCOPE("coroutines, delay; cancel the scope");

    final String who;

    Way(String who) {
      this.who = who;
    }
  }

  interface Stop {
    void run() throws Exception;
  }

  /** How many bodies run, and how many have slept to the end: then they were not stopped. */
  record Counts(AtomicInteger ready, AtomicInteger late) {
    Counts() {
      this(new AtomicInteger(), new AtomicInteger());
    }

    void sleep(Duration duration) throws InterruptedException {
      ready.getAndIncrement();
      Thread.sleep(duration);
      late.getAndIncrement();
    }

    void sleepInTask(Duration duration) throws InterruptedException {
      ready.getAndIncrement();
      Task.sleep(duration);
      late.getAndIncrement();
    }

    void awaitReady(int tasks) throws InterruptedException {
      while (ready.get() < tasks) {
        Thread.sleep(1);
      }
    }

    void check() {
      if (late.get() > 0) {
        throw new IllegalStateException(late + " had slept to the end: sleepSeconds is too short");
      }
    }
  }

  private static void measureStop(int rounds, int tasks, Duration duration) throws Exception {
    List<Way> turn = new ArrayList<>(List.of(Way.values()));
    for (int round = -STOP_WARM_UP; round < rounds; round++) {
      for (Way way : turn) {
        Counts counts = new Counts();
        long begin = System.nanoTime();
        Stop stop = start(way, tasks, duration, counts);
        counts.awaitReady(tasks);
        double startEach = (System.nanoTime() - begin) / (double) tasks;
        Thread.sleep(200); // the last ones park
        begin = System.nanoTime();
        stop.run();
        double stopEach = (System.nanoTime() - begin) / (double) tasks;
        counts.check();
        if (round >= 0) {
          Child.say(way.who, startEach, stopEach);
        }
      }
      turn.add(turn.removeFirst());
    }
  }

  private static void measureHeap(Way way, int tasks, Duration duration) throws Exception {
    for (int i = 0; i < HEAP_WARM_UP; i++) {
      Counts counts = new Counts();
      Stop stop = start(way, HEAP_WARM_UP_TASKS, duration, counts);
      counts.awaitReady(HEAP_WARM_UP_TASKS);
      stop.run();
    }
    Counts counts = new Counts();
    long before = heapInUse();
    Stop stop = start(way, tasks, duration, counts);
    counts.awaitReady(tasks);
    Thread.sleep(200);
    long after = heapInUse();
    counts.check();
    Child.say(way.name(), (after - before) / (double) tasks);
    Reference.reachabilityFence(stop);
  }

  static long heapInUse() throws InterruptedException {
    for (int i = 0; i < 2; i++) {
      System.gc();
      Thread.sleep(50);
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** Starts from within, as it stops: in a task, in a virtual thread, in a coroutine. */
  static Stop start(Way way, int tasks, Duration duration, Counts counts) throws Exception {
    return switch (way) {
      case MUSUBI -> startMusubi(tasks, () -> Task.spawn(() -> counts.sleepInTask(duration)));
      case MUSUBI_THREAD -> startMusubi(tasks, () -> Task.spawn(() -> counts.sleep(duration)));
      case MUSUBI_TOKEN -> startBound(tasks, duration, counts);
      case THREADS -> startThreads(tasks, duration, counts);
      case EXECUTOR -> startExecutor(tasks, duration, counts);
      case COROUTINES -> coroutines(tasks, duration, counts)::stopEach;
      case COROUTINES_SCOPE -> coroutines(tasks, duration, counts)::stopTogether;
    };
  }

  private interface Spawner {
    JoinHandle<?> spawn();
  }

  private static Stop startMusubi(int tasks, Spawner spawner) throws Exception {
    JoinHandle<?>[] handles = new JoinHandle<?>[tasks];
    inTask(() -> Arrays.setAll(handles, _ -> spawner.spawn()));
    return () ->
        inTask(() -> {
          for (JoinHandle<?> handle : handles) {
            handle.abort();
          }
          for (JoinHandle<?> handle : handles) {
            handle.outcome();
          }
        });
  }

  private static Stop startBound(int tasks, Duration duration, Counts counts) throws Exception {
    CancellationToken token = new CancellationToken();
    JoinHandle<?>[] handles = new JoinHandle<?>[tasks];
    inTask(() ->
        Arrays.setAll(
            handles,
            _ -> Task.builder().cancelledBy(token).spawn(() -> counts.sleepInTask(duration))));
    return () ->
        inTask(() -> {
          token.cancel();
          for (JoinHandle<?> handle : handles) {
            handle.outcome();
          }
        });
  }

  private static Stop startThreads(int tasks, Duration duration, Counts counts) throws Exception {
    Thread[] threads = new Thread[tasks];
    Runnable body =
        () -> {
          try {
            counts.sleep(duration);
          } catch (InterruptedException e) {
            // this is the end
          }
        };
    inThread(() -> Arrays.setAll(threads, _ -> Thread.startVirtualThread(body)));
    return () ->
        inThread(() -> {
          for (Thread thread : threads) {
            thread.interrupt();
          }
          for (Thread thread : threads) {
            thread.join();
          }
        });
  }

  private static Stop startExecutor(int tasks, Duration duration, Counts counts) throws Exception {
    ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    Future<?>[] futures = new Future<?>[tasks];
    inThread(() ->
        Arrays.setAll(
            futures,
            _ ->
                executor.submit(() -> {
                  counts.sleep(duration);
                  return null;
                })));
    return () ->
        inThread(() -> {
          executor.shutdownNow();
          if (!executor.awaitTermination(TERMINATION_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the executor did not end");
          }
          Reference.reachabilityFence(futures);
        });
  }

  private static SleepingCoroutines coroutines(int tasks, Duration duration, Counts counts) {
    return new SleepingCoroutines(tasks, duration.toMillis(), counts.ready(), counts.late());
  }
}
