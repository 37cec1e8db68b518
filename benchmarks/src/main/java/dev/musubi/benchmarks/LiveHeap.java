package dev.musubi.benchmarks;

import static dev.musubi.benchmarks.Numbers.median;
import static dev.musubi.benchmarks.Numbers.whole;

import dev.musubi.AbortHandle;
import dev.musubi.JoinHandle;
import dev.musubi.JoinSet;
import dev.musubi.ShutdownReport;
import dev.musubi.Task;
import dev.musubi.TaskRuntime;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Live heap of tasks that wait, against bare virtual threads that wait in the same way; how long it
 * takes to list them; and how long to shut many down.
 *
 * <p>Arguments: tasks, rounds (JVMs for each row), shutdownTasks, shutdownRounds, heap (for -Xmx),
 * out.
 */
public final class LiveHeap {
  private static final int LISTINGS = 7;
  private static final int WARM_UP_TASKS = 20_000;
  private static final int WARM_UP_ROUNDS = 10;
  private static final int COMPILERS_MILLIS = 1_500;
  private static final Duration LONG = Duration.ofHours(10);
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String SHUTDOWN = "shutdown";

  private static final JoinSet<AtomicInteger> SET = new JoinSet<>();

  private LiveHeap() {}

  /** A way to wait, in a bare thread or in a task. The first of each kind of wait is the floor. */
  private enum Row {
    BARE_PARK("LockSupport.park", "bare thread"),
    MUSUBI_PARK("LockSupport.park", "Musubi"),
    BARE_SLEEP("sleep", "bare thread, Thread.sleep"),
    MUSUBI_THREAD_SLEEP("sleep", "Musubi, Thread.sleep"),
    MUSUBI_SLEEP("sleep", "Musubi, Task.sleep"),
    BARE_LATCH("CountDownLatch.await", "bare thread"),
    MUSUBI_LATCH("CountDownLatch.await", "Musubi"),
    MUSUBI_LIGHT_LATCH("CountDownLatch.await", "Musubi, light"),
    MUSUBI_SET_LATCH("CountDownLatch.await", "Musubi, member of a JoinSet");

    final String wait;
    final String who;

    Row(String wait, String who) {
      this.wait = wait;
      this.who = who;
    }

    boolean isMusubi() {
      return name().startsWith("MUSUBI");
    }
  }

  public static void main(String[] args) throws Exception {
    Args a = new Args(args);
    int tasks = a.get("tasks", 1_000_000);
    int rounds = a.get("rounds", 3);
    int shutdownTasks = a.get("shutdownTasks", 100_000);
    int shutdownRounds = a.get("shutdownRounds", 7);
    String heap = a.get("heap", "4g");
    String out = a.get("out", "");
    String child = a.get("child", "");
    a.rejectOthers();
    if (child.equals(SHUTDOWN)) {
      measureShutdown(shutdownTasks, shutdownRounds);
      Child.end();
    } else if (!child.isEmpty()) {
      measureHeap(Row.valueOf(child), tasks);
      Child.end();
    }
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("tasks", tasks);
    parameters.put("rounds", rounds);
    parameters.put("shutdownTasks", shutdownTasks);
    parameters.put("shutdownRounds", shutdownRounds);
    List<String> options = List.of("-Xms" + heap, "-Xmx" + heap);
    parameters.put("jvm", options);
    Report report = new Report("Live tasks", parameters);
    Map<String, List<double[]>> said = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      for (Row row : Row.values()) {
        run(args, options, row.name(), said);
      }
    }
    run(args, options, SHUTDOWN, said);
    publish(report, said, tasks, shutdownTasks);
    report.publish(out, "live-tasks");
  }

  private static void run(
      String[] args, List<String> options, String what, Map<String, List<double[]>> said)
      throws Exception {
    List<String> forwarded = new ArrayList<>(List.of(args));
    forwarded.add("child=" + what);
    Child.run(LiveHeap.class, options, forwarded, 1_200)
        .forEach((key, all) -> said.computeIfAbsent(key, _ -> new ArrayList<>()).addAll(all));
  }

  private static void publish(
      Report report, Map<String, List<double[]>> said, int tasks, int shutdownTasks) {
    report.heading("Heap for each of " + whole(tasks) + " live tasks");
    report.text(
        "Heap in use after two collections, less that before, by the number of tasks; stacks of"
            + " parked threads are in it. The reference that keeps each thread or handle counts for"
            + " both.");
    report.header("wait", "who", "bytes", "more than bare", "ns to start and park");
    double floor = Double.NaN;
    for (Row row : Row.values()) {
      double bytes = median(column(said, row.name(), 0));
      double start = median(column(said, row.name(), 1));
      if (!row.isMusubi()) {
        floor = bytes;
      }
      report.row(
          row.wait,
          row.who,
          whole(bytes),
          row.isMusubi() ? whole(bytes - floor) : "",
          whole(start));
      report.figure(
          "wait",
          row.wait,
          "who",
          row.who,
          "tasks",
          tasks,
          "bytes",
          bytes,
          "moreThanBare",
          bytes - floor,
          "startNanos",
          start);
    }
    report.heading("Looking at " + whole(tasks) + " live tasks");
    report.header("call", "ms", "ns for each task");
    for (String call : List.of("liveTasks()", "liveTaskCount()")) {
      double millis = median(column(said, call, 0));
      report.row(call, whole(millis), whole(millis * 1e6 / tasks));
      report.figure("call", call, "tasks", tasks, "millis", millis);
    }
    report.heading("Stopping " + whole(shutdownTasks) + " parked tasks");
    report.text("Until the last body has left. In turn, in one JVM.");
    report.header("how", "ms", "ns for each task");
    for (String how : List.of(BY_HAND, BY_EXECUTOR, BY_RUNTIME)) {
      double millis = median(column(said, how, 0));
      report.row(how, whole(millis), whole(millis * 1e6 / shutdownTasks));
      report.figure("how", how, "tasks", shutdownTasks, "millis", millis);
    }
  }

  private static double[] column(Map<String, List<double[]>> said, String key, int column) {
    return said.getOrDefault(key, List.of()).stream().mapToDouble(v -> v[column]).toArray();
  }

  // ---------------------------------------------------------------- heap

  private static void measureHeap(Row row, int tasks) throws Exception {
    for (int i = 0; i < WARM_UP_ROUNDS; i++) {
      AtomicInteger ready = new AtomicInteger();
      CountDownLatch latch = new CountDownLatch(1);
      Object[] some = new Object[WARM_UP_TASKS];
      for (int k = 0; k < some.length; k++) {
        some[k] = start(row, ready, latch);
      }
      awaitAll(ready, some.length);
      latch.countDown(); // to interrupt this many waiters of one latch takes quadratic time
      for (Object one : some) {
        stop(one);
      }
    }
    Thread.sleep(COMPILERS_MILLIS); // interpreted frames are larger than compiled ones
    AtomicInteger ready = new AtomicInteger();
    CountDownLatch latch = new CountDownLatch(1);
    Object[] all = new Object[tasks];
    long before = heapInUse();
    long begin = System.nanoTime();
    for (int i = 0; i < tasks; i++) {
      all[i] = start(row, ready, latch);
    }
    awaitAll(ready, tasks);
    double startNanos = (System.nanoTime() - begin) / (double) tasks;
    double bytes = (heapInUse() - before) / (double) tasks;
    Child.say(row.name(), bytes, startNanos);
    if (row == Row.MUSUBI_PARK) {
      for (int i = 0; i < LISTINGS; i++) {
        measureListing(tasks);
      }
    }
    Reference.reachabilityFence(all);
  }

  private static void measureListing(int tasks) {
    long begin = System.nanoTime();
    int listed = TaskRuntime.global().liveTasks().size();
    Child.say("liveTasks()", (System.nanoTime() - begin) / 1e6);
    begin = System.nanoTime();
    int counted = TaskRuntime.global().liveTaskCount();
    Child.say("liveTaskCount()", (System.nanoTime() - begin) / 1e6);
    if (listed != tasks || counted != tasks) {
      throw new IllegalStateException(listed + " listed, " + counted + " counted of " + tasks);
    }
  }

  /** All bodies have counted, so that all but one for each carrier have parked: then that, too. */
  private static void awaitAll(AtomicInteger ready, int tasks) throws InterruptedException {
    while (ready.get() < tasks) {
      Thread.sleep(1);
    }
    Thread.sleep(200);
  }

  private static long heapInUse() throws InterruptedException {
    for (int i = 0; i < 2; i++) {
      System.gc();
      Thread.sleep(50);
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static Object start(Row row, AtomicInteger ready, CountDownLatch latch) {
    return switch (row) {
      case BARE_PARK -> bare(ready, LockSupport::park);
      case BARE_SLEEP -> bare(ready, () -> Thread.sleep(LONG));
      case BARE_LATCH -> bare(ready, latch::await);
      case MUSUBI_PARK -> musubi(ready, LockSupport::park);
      case MUSUBI_THREAD_SLEEP -> musubi(ready, () -> Thread.sleep(LONG));
      case MUSUBI_SLEEP -> musubi(ready, () -> Task.sleep(LONG));
      case MUSUBI_LATCH -> musubi(ready, latch::await);
      case MUSUBI_LIGHT_LATCH ->
          Task.spawnLight(() -> {
            ready.getAndIncrement();
            latch.await();
          });
      case MUSUBI_SET_LATCH ->
          SET.spawn(() -> {
            ready.getAndIncrement();
            latch.await();
            return ready;
          });
    };
  }

  private interface Wait {
    void await() throws InterruptedException;
  }

  private static Thread bare(AtomicInteger ready, Wait wait) {
    return Thread.startVirtualThread(() -> {
      ready.getAndIncrement();
      try {
        wait.await();
      } catch (InterruptedException e) {
        // the end of the warm-up
      }
    });
  }

  private static JoinHandle<?> musubi(AtomicInteger ready, Wait wait) {
    return Task.spawn(() -> {
      ready.getAndIncrement();
      wait.await();
    });
  }

  private static void stop(Object one) throws InterruptedException {
    if (one instanceof Thread thread) {
      thread.interrupt();
      thread.join();
    } else if (one instanceof AbortHandle) {
      var _ = SET.next();
    } else {
      ((JoinHandle<?>) one).abortAndJoin();
    }
  }

  // ---------------------------------------------------------------- shutdown

  private static final String BY_HAND = "bare threads, interrupt and join each";
  private static final String BY_EXECUTOR = "executor, shutdownNow and awaitTermination";
  private static final String BY_RUNTIME = "Musubi, TaskRuntime.shutdown";

  private static void measureShutdown(int tasks, int rounds) throws Exception {
    int warmUp = 3;
    for (int round = -warmUp; round < rounds; round++) {
      double byHand = stopBare(tasks);
      double byExecutor = stopExecutor(tasks);
      double byRuntime = stopRuntime(tasks);
      if (round >= 0) {
        Child.say(BY_HAND, byHand);
        Child.say(BY_EXECUTOR, byExecutor);
        Child.say(BY_RUNTIME, byRuntime);
      }
    }
  }

  private static double stopBare(int tasks) throws InterruptedException {
    AtomicInteger ready = new AtomicInteger();
    Thread[] threads = new Thread[tasks];
    for (int i = 0; i < tasks; i++) {
      threads[i] = bare(ready, LockSupport::park);
    }
    awaitAll(ready, tasks);
    long begin = System.nanoTime();
    for (Thread thread : threads) {
      thread.interrupt();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return (System.nanoTime() - begin) / 1e6;
  }

  private static double stopExecutor(int tasks) throws InterruptedException {
    AtomicInteger ready = new AtomicInteger();
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < tasks; i++) {
        executor.submit(() -> {
          ready.getAndIncrement();
          LockSupport.park();
        });
      }
      awaitAll(ready, tasks);
      long begin = System.nanoTime();
      executor.shutdownNow();
      if (!executor.awaitTermination(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("the executor did not end");
      }
      return (System.nanoTime() - begin) / 1e6;
    }
  }

  private static double stopRuntime(int tasks) throws InterruptedException {
    AtomicInteger ready = new AtomicInteger();
    try (TaskRuntime runtime = TaskRuntime.create()) {
      for (int i = 0; i < tasks; i++) {
        runtime.spawn(() -> {
          ready.getAndIncrement();
          LockSupport.park();
        });
      }
      awaitAll(ready, tasks);
      long begin = System.nanoTime();
      ShutdownReport report = runtime.shutdown(DEADLINE);
      double millis = (System.nanoTime() - begin) / 1e6;
      if (!report.isComplete()) {
        throw new IllegalStateException(report.toString());
      }
      return millis;
    }
  }
}
