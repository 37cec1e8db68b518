package dev.musubi.benchmarks;

import static dev.musubi.benchmarks.Numbers.median;
import static dev.musubi.benchmarks.Numbers.ratios;
import static dev.musubi.benchmarks.Numbers.spread;
import static dev.musubi.benchmarks.Numbers.spreadOfTwo;
import static dev.musubi.benchmarks.Numbers.two;
import static dev.musubi.benchmarks.Numbers.whole;

import dev.musubi.Branch;
import dev.musubi.JoinHandle;
import dev.musubi.Select;
import dev.musubi.Task;
import dev.musubi.benchmarks.Interleaved.Batch;
import dev.musubi.benchmarks.Interleaved.Samples;
import dev.musubi.internal.RealTimers;
import dev.musubi.internal.Timer;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Waiting for the first of two, timers, and sleepers: Musubi, the JDK alone, and
 * kotlinx.coroutines, measured in turn.
 *
 * <p>Arguments: rounds, warmup, forks, selects (a round), handOvers, timers, sleepers, out.
 */
public final class Waits {
  private static final String MUSUBI = "Musubi";
  private static final String KOTLIN = "kotlinx.coroutines";
  private static final String HEAP = "heap";

  private static final List<String> OPTIONS = List.of("-Xms3g", "-Xmx3g", "-XX:+AlwaysPreTouch");
  private static final Duration AGES = Duration.ofSeconds(10);

  private Waits() {}

  public static void main(String[] args) throws Exception {
    Args a = new Args(args);
    int rounds = a.get("rounds", 30);
    int warmUp = a.get("warmup", 10);
    int forks = a.get("forks", 3);
    int selects = a.get("selects", 100_000);
    int handOvers = a.get("handOvers", 10_000);
    int timers = a.get("timers", 1_000_000);
    int sleepers = a.get("sleepers", 100_000);
    String out = a.get("out", "");
    boolean child = Boolean.parseBoolean(a.get("child", "false"));
    a.rejectOthers();
    if (child) {
      new Waits().measure(rounds, warmUp, selects, handOvers, timers, sleepers);
      Child.end();
    }
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("rounds", rounds);
    parameters.put("warmup", warmUp);
    parameters.put("forks", forks);
    parameters.put("selects", selects);
    parameters.put("handOvers", handOvers);
    parameters.put("timers", timers);
    parameters.put("sleepers", sleepers);
    parameters.put("jvm", OPTIONS);
    Report report = new Report("Waits", parameters);
    List<String> forwarded = new ArrayList<>(List.of(args));
    forwarded.add("child=true");
    publish(report, Interleaved.collect(Waits.class, OPTIONS, forwarded, forks));
    report.publish(out, "waits");
  }

  private void measure(int rounds, int warmUp, int selects, int handOvers, int timers, int sleepers)
      throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(1)) {
      scheduler.setRemoveOnCancelPolicy(true);
      Map<String, Batch> ready = new LinkedHashMap<>();
      ready.put(MUSUBI, inTask(Waits::musubiReady));
      ready.put("CompletableFuture.anyOf", inTask(Waits::anyOfReady));
      ready.put(KOTLIN, Coroutines::selectReady);
      Interleaved.measure("select over two that are ready", ready, selects, warmUp, rounds);

      Map<String, Batch> pending = new LinkedHashMap<>();
      pending.put(MUSUBI, inTask(Waits::musubiPending));
      pending.put("CompletableFuture.anyOf", inTask(n -> anyOfPending(threads, n)));
      pending.put(KOTLIN, Coroutines::selectPending);
      Interleaved.measure(
          "select over a task just spawned and one that never ends",
          pending,
          handOvers,
          warmUp,
          rounds);

      Map<String, Batch> timer = new LinkedHashMap<>();
      timer.put(MUSUBI + ", select", inTask(Waits::musubiAgainstTimer));
      timer.put("join(limit) of " + MUSUBI, inTask(Waits::musubiJoinLimit));
      timer.put("Future.get(limit)", inTask(n -> futureGet(threads, n)));
      timer.put("CompletableFuture.orTimeout", inTask(n -> orTimeout(threads, n)));
      timer.put(KOTLIN + ", withTimeout", Coroutines::againstTimer);
      Interleaved.measure(
          "a task just spawned against a timer of 1 s", timer, handOvers, warmUp, rounds);

      int few = Math.max(1, rounds / 3);
      Map<String, Batch> oneByOne = new LinkedHashMap<>();
      oneByOne.put(MUSUBI + ", the wheel", Waits::wheelOneByOne);
      oneByOne.put("a select of " + MUSUBI + " that the timer loses", inTask(Waits::selectTimers));
      oneByOne.put("ScheduledThreadPoolExecutor", n -> scheduledOneByOne(scheduler, n));
      oneByOne.put("CompletableFuture.orTimeout", Waits::orTimeoutOneByOne);
      oneByOne.put(KOTLIN + ", launch { delay }", Coroutines::delaysOneByOne);
      Interleaved.measure(
          "timers of 10 s set and cancelled, one by one", oneByOne, timers / 4, 3, few);

      Map<String, Batch> atOnce = new LinkedHashMap<>();
      atOnce.put(MUSUBI + ", the wheel", Waits::wheelAtOnce);
      atOnce.put("ScheduledThreadPoolExecutor", n -> scheduledAtOnce(scheduler, n));
      atOnce.put("CompletableFuture.orTimeout", Waits::orTimeoutAtOnce);
      atOnce.put(KOTLIN + ", launch { delay }", Coroutines::delaysAtOnce);
      Interleaved.measure(
          "timers of 10 s, all set, then all cancelled", atOnce, timers, 1, Math.max(1, few / 2));

      Map<String, Batch> milli = new LinkedHashMap<>();
      milli.put(MUSUBI, n -> musubiSleepers(n, Duration.ofMillis(1)));
      milli.put("virtual threads, Thread.sleep", n -> bareSleepers(n, 1));
      milli.put("executor, Thread.sleep", n -> executorSleepers(threads, n, 1));
      milli.put(KOTLIN + ", delay", n -> Coroutines.sleepers(n, 1));
      Interleaved.measure("tasks that sleep 1 ms, joined", milli, sleepers, 2, few);

      Map<String, Batch> aborted = new LinkedHashMap<>();
      sleepersAborted((_, _) -> () -> {}).forEach(aborted::put);
      Interleaved.measure("tasks that sleep 10 s, aborted and joined", aborted, sleepers, 2, few);
      Map<String, Batch> heap = sleepersAborted(Waits::sayHeap);
      for (Map.Entry<String, Batch> contestant : heap.entrySet()) {
        contestant.getValue().run(sleepers);
      }
    }
  }

  /** What is done while all sleep. */
  private interface Meanwhile {
    Runnable with(String who, int sleepers);
  }

  private static Map<String, Batch> sleepersAborted(Meanwhile meanwhile) {
    Map<String, Batch> all = new LinkedHashMap<>();
    all.put(MUSUBI, n -> musubiAborted(n, meanwhile.with(MUSUBI, n)));
    String bare = "virtual threads, Thread.sleep";
    all.put(bare, n -> bareInterrupted(n, meanwhile.with(bare, n)));
    String kotlin = KOTLIN + ", delay";
    all.put(kotlin, n -> Coroutines.sleepersCancelled(n, meanwhile.with(kotlin, n)));
    return all;
  }

  private static Runnable sayHeap(String who, int sleepers) {
    double before = used();
    return () -> Child.say(HEAP + "/" + who, (used() - before) / sleepers, 0, 0);
  }

  private static double used() {
    double least = Double.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return least;
  }

  private static Batch inTask(Batch batch) {
    return n ->
        Task.spawn(
                () -> {
                  batch.run(n);
                  return null;
                })
            .join();
  }

  // ---------------------------------------------------------------- select

  private static void musubiReady(int n) throws Exception {
    JoinHandle<Integer> a = Task.spawn(() -> 1);
    JoinHandle<Integer> b = Task.spawn(() -> 2);
    a.join();
    b.join();
    long sum = 0;
    for (int i = 0; i < n; i++) {
      sum += Select.<Integer, RuntimeException>select(a.onJoin(v -> v), b.onJoin(v -> v));
    }
    check(sum);
  }

  private static void anyOfReady(int n) {
    CompletableFuture<Integer> a = CompletableFuture.completedFuture(1);
    CompletableFuture<Integer> b = CompletableFuture.completedFuture(2);
    long sum = 0;
    for (int i = 0; i < n; i++) {
      sum += (Integer) CompletableFuture.anyOf(a, b).join();
    }
    check(sum);
  }

  private static void musubiPending(int n) throws Exception {
    JoinHandle<Integer> never = Task.spawn(() -> forever());
    long sum = 0;
    for (int i = 0; i < n; i++) {
      JoinHandle<Integer> a = Task.spawn(() -> 1);
      sum += Select.<Integer, RuntimeException>select(a.onJoin(v -> v), never.onJoin(v -> v));
    }
    never.abortAndJoin();
    check(sum);
  }

  private static int forever() throws InterruptedException {
    Task.sleep(Duration.ofDays(1));
    return 0;
  }

  /** It leaves a dependent on the future that loses each time: the price is paid later. */
  private static void anyOfPending(ExecutorService threads, int n) {
    CompletableFuture<Integer> never = new CompletableFuture<>();
    long sum = 0;
    for (int i = 0; i < n; i++) {
      CompletableFuture<Integer> a = CompletableFuture.supplyAsync(() -> 1, threads);
      sum += (Integer) CompletableFuture.anyOf(a, never).join();
    }
    check(sum);
  }

  private static void musubiAgainstTimer(int n) throws Exception {
    long sum = 0;
    for (int i = 0; i < n; i++) {
      JoinHandle<Integer> a = Task.spawn(() -> 1);
      sum +=
          Select.<Integer, RuntimeException>select(
              a.onJoin(v -> v), Select.after(Duration.ofSeconds(1), () -> 0));
    }
    check(sum);
  }

  private static void musubiJoinLimit(int n) throws Exception {
    long sum = 0;
    for (int i = 0; i < n; i++) {
      sum += Task.spawn(() -> 1).join(Duration.ofSeconds(1));
    }
    check(sum);
  }

  private static void futureGet(ExecutorService threads, int n) throws Exception {
    long sum = 0;
    for (int i = 0; i < n; i++) {
      sum += threads.submit(() -> 1).get(1, TimeUnit.SECONDS);
    }
    check(sum);
  }

  private static void orTimeout(ExecutorService threads, int n) {
    long sum = 0;
    for (int i = 0; i < n; i++) {
      sum += CompletableFuture.supplyAsync(() -> 1, threads).orTimeout(1, TimeUnit.SECONDS).join();
    }
    check(sum);
  }

  private static void check(long sum) {
    if (sum == 0) {
      throw new AssertionError("the work was not done");
    }
  }

  // ---------------------------------------------------------------- timers

  private static final class Idle extends Timer {
    @Override
    protected void fired() {
      throw new AssertionError("fired");
    }
  }

  private static void wheelOneByOne(int n) {
    for (int i = 0; i < n; i++) {
      Timer timer = new Idle();
      RealTimers.INSTANCE.set(timer, RealTimers.INSTANCE.in(AGES.toNanos()));
      RealTimers.INSTANCE.cancel(timer);
    }
  }

  private static void wheelAtOnce(int n) {
    Timer[] timers = new Timer[n];
    for (int i = 0; i < n; i++) {
      timers[i] = new Idle();
      RealTimers.INSTANCE.set(timers[i], RealTimers.INSTANCE.in(AGES.toNanos()));
    }
    for (Timer timer : timers) {
      RealTimers.INSTANCE.cancel(timer);
    }
  }

  private static void selectTimers(int n) throws Exception {
    JoinHandle<Integer> ready = Task.spawn(() -> 1);
    ready.join();
    Branch<Integer, RuntimeException> second = ready.onJoin(v -> v);
    long sum = 0;
    for (int i = 0; i < n; i++) {
      sum += Select.<Integer, RuntimeException>selectBiased(Select.after(AGES, () -> 0), second);
    }
    check(sum);
  }

  private static void scheduledOneByOne(ScheduledThreadPoolExecutor scheduler, int n) {
    for (int i = 0; i < n; i++) {
      scheduler.schedule(() -> {}, 10, TimeUnit.SECONDS).cancel(false);
    }
  }

  private static void scheduledAtOnce(ScheduledThreadPoolExecutor scheduler, int n) {
    Future<?>[] timers = new Future<?>[n];
    for (int i = 0; i < n; i++) {
      timers[i] = scheduler.schedule(() -> {}, 10, TimeUnit.SECONDS);
    }
    for (Future<?> timer : timers) {
      timer.cancel(false);
    }
  }

  private static void orTimeoutOneByOne(int n) {
    for (int i = 0; i < n; i++) {
      new CompletableFuture<Integer>().orTimeout(10, TimeUnit.SECONDS).complete(1);
    }
  }

  private static void orTimeoutAtOnce(int n) {
    List<CompletableFuture<Integer>> timers = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      timers.add(new CompletableFuture<Integer>().orTimeout(10, TimeUnit.SECONDS));
    }
    timers.forEach(timer -> timer.complete(1));
  }

  // ---------------------------------------------------------------- sleepers

  private static void musubiSleepers(int n, Duration time) throws Exception {
    List<JoinHandle<?>> tasks = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      tasks.add(Task.spawn(() -> Task.sleep(time)));
    }
    for (JoinHandle<?> task : tasks) {
      task.join();
    }
  }

  private static void bareSleepers(int n, int millis) throws Exception {
    List<Thread> threads = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      threads.add(Thread.startVirtualThread(() -> sleep(millis)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static void executorSleepers(ExecutorService executor, int n, int millis)
      throws Exception {
    List<Future<?>> futures = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      futures.add(executor.submit(() -> sleep(millis)));
    }
    for (Future<?> future : futures) {
      future.get();
    }
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void musubiAborted(int n, Runnable meanwhile) throws Exception {
    CountDownLatch begun = new CountDownLatch(n);
    List<JoinHandle<?>> tasks = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      tasks.add(
          Task.spawn(() -> {
            begun.countDown();
            Task.sleep(AGES);
          }));
    }
    begun.await();
    meanwhile.run();
    tasks.forEach(JoinHandle::abort);
    for (JoinHandle<?> task : tasks) {
      if (!task.outcome().isCancelled()) {
        throw new AssertionError(task.toString());
      }
    }
  }

  private static void bareInterrupted(int n, Runnable meanwhile) throws Exception {
    CountDownLatch begun = new CountDownLatch(n);
    List<Thread> threads = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      threads.add(
          Thread.startVirtualThread(() -> {
            begun.countDown();
            sleep(AGES.toMillis());
          }));
    }
    begun.await();
    meanwhile.run();
    threads.forEach(Thread::interrupt);
    for (Thread thread : threads) {
      thread.join();
    }
  }

  // ---------------------------------------------------------------- the report

  private static void publish(Report report, Map<String, Samples> samples) {
    report.text(
        "Medians for each select, timer or task; in brackets the middle four fifths. Ratios are"
            + " medians of the ratios of Musubi (the first row) to the contestant within a round:"
            + " less than one means that Musubi is faster.");
    Map<String, Map<String, Samples>> settings = new LinkedHashMap<>();
    samples.forEach((key, own) -> {
      int cut = key.indexOf('/');
      settings
          .computeIfAbsent(key.substring(0, cut), _ -> new LinkedHashMap<>())
          .put(key.substring(cut + 1), own);
    });
    Map<String, Samples> heap = settings.remove(HEAP);
    settings.forEach((setting, contestants) -> {
      report.heading(Character.toUpperCase(setting.charAt(0)) + setting.substring(1));
      report.header("contestant", "ns", "bytes", "Musubi to it");
      List<String> names = new ArrayList<>(contestants.keySet());
      names.sort(
          Comparator.comparing((String who) -> !who.startsWith(MUSUBI)).thenComparing(w -> w));
      Samples musubi = contestants.get(names.getFirst());
      names.forEach(who -> {
        Samples own = contestants.get(who);
        double[] toIt = ratios(musubi.wallNanos(), own.wallNanos());
        report.row(
            who,
            whole(median(own.wallNanos())) + " (" + spread(own.wallNanos()) + ")",
            whole(median(own.bytes())),
            two(median(toIt)) + " (" + spreadOfTwo(toIt) + ")");
        report.figure(
            "setting", setting,
            "contestant", who,
            "wallNanos", median(own.wallNanos()),
            "bytes", median(own.bytes()),
            "musubiToIt", median(toIt));
      });
    });
    report.heading("Heap for each task that sleeps 10 s");
    report.header("contestant", "bytes");
    heap.forEach((who, own) -> {
      report.row(who, whole(median(own.wallNanos())));
      report.figure("setting", HEAP, "contestant", who, "bytes", median(own.wallNanos()));
    });
  }
}
