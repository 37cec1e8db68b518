package dev.musubi.benchmarks;

import static dev.musubi.benchmarks.Contest.inTask;

import dev.musubi.JoinHandle;
import dev.musubi.Select;
import dev.musubi.Task;
import dev.musubi.benchmarks.Interleaved.Batch;
import dev.musubi.benchmarks.Interleaved.Samples;
import dev.musubi.internal.RealTimers;
import dev.musubi.internal.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Timers that are set and cancelled, as most timers are: Musubi's wheel against those of the JDK
 * and of kotlinx.coroutines, measured in turn.
 *
 * <p>The times are spread at random over {@link #FROM_MILLIS} to {@link #TO_MILLIS}, the same for
 * all: none comes while it is measured, and none is in the order of the others.
 *
 * <p>A timer alone cannot be had from the public API of Musubi, nor from that of coroutines. So
 * there are rows below that API, and rows of the cheapest thing in it that sets a timer.
 *
 * <p>Arguments: rounds, warmup, forks, oneByOne (timers a round), atOnce, out.
 */
public final class TimerCosts {
  private static final String ONE_BY_ONE = "one by one";
  private static final String AT_ONCE = "all set, then all cancelled";
  private static final int FROM_MILLIS = 300_000;
  private static final int TO_MILLIS = 900_000;
  private static final Runnable NOTHING = () -> {};
  private static final List<String> OPTIONS = Contest.jvm("4g");

  private TimerCosts() {}

  public static void main(String[] args) throws Exception {
    Args a = new Args(args);
    int rounds = a.get("rounds", 20);
    int warmUp = a.get("warmup", 5);
    int forks = a.get("forks", 3);
    int oneByOne = a.get("oneByOne", 1_000_000);
    int atOnce = a.get("atOnce", 1_000_000);
    String out = a.get("out", "");
    boolean child = Boolean.parseBoolean(a.get("child", "false"));
    a.rejectOthers();
    if (child) {
      measure(rounds, warmUp, oneByOne, atOnce);
      Child.end();
    }
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("rounds", rounds);
    parameters.put("warmup", warmUp);
    parameters.put("forks", forks);
    parameters.put("oneByOne", oneByOne);
    parameters.put("atOnce", atOnce);
    parameters.put("jvm", OPTIONS);
    Report report = new Report("Timers", parameters);
    List<String> forwarded = new ArrayList<>(List.of(args));
    forwarded.add("child=true");
    Map<String, Samples> samples = Interleaved.collect(TimerCosts.class, OPTIONS, forwarded, forks);
    report.text(
        Contest.LEGEND
            + " One thread sets and cancels. A time is that of one timer, until it is out of its"
            + " queue; what is made along with it is in it, too: a future, a coroutine.");
    Contest.publish(report, samples, warmUp);
    report.publish(out, "timers");
  }

  private static void measure(int rounds, int warmUp, int oneByOne, int atOnce) throws Exception {
    SplittableRandom random = new SplittableRandom(42);
    int[] millis = random.ints(Math.max(oneByOne, atOnce), FROM_MILLIS, TO_MILLIS).toArray();
    try (var pool = new ScheduledThreadPoolExecutor(1)) {
      pool.setRemoveOnCancelPolicy(true);
      Map<String, Batch> single = new LinkedHashMap<>();
      single.put("Musubi, the wheel (internal)", n -> wheelOneByOne(millis, n));
      single.put("Musubi, select with a ready task", inTask(n -> selectOneByOne(millis, n)));
      single.put("JDK, ScheduledThreadPoolExecutor", n -> poolOneByOne(pool, millis, n));
      single.put("JDK, ForkJoinPool.schedule", n -> forkJoinOneByOne(millis, n));
      single.put("JDK, CompletableFuture.orTimeout", n -> orTimeoutOneByOne(millis, n));
      single.put("coroutines, the queue (internal)", n -> Coroutines.timersOneByOne(millis, n));
      single.put(
          "coroutines, select with a ready one", n -> Coroutines.selectTimersOneByOne(millis, n));
      single.put("coroutines, launch and delay", n -> Coroutines.delaysOneByOne(millis, n));
      Map<String, Batch> many = new LinkedHashMap<>();
      many.put("Musubi, the wheel (internal)", n -> wheelAtOnce(millis, n));
      many.put("JDK, ScheduledThreadPoolExecutor", n -> poolAtOnce(pool, millis, n));
      many.put("JDK, ForkJoinPool.schedule", n -> forkJoinAtOnce(millis, n));
      many.put("JDK, CompletableFuture.orTimeout", n -> orTimeoutAtOnce(millis, n));
      many.put("coroutines, the queue (internal)", n -> Coroutines.timersAtOnce(millis, n));
      many.put("coroutines, launch and delay", n -> Coroutines.delaysAtOnce(millis, n));
      Interleaved.measure(ONE_BY_ONE, single, oneByOne, warmUp, rounds);
      Interleaved.measure(AT_ONCE, many, atOnce, warmUp, rounds);
    }
  }

  private static void check(boolean ok) {
    if (!ok) {
      throw new IllegalStateException("a timer had fired");
    }
  }

  // ---------------------------------------------------------------- Musubi

  private static final class Idle extends Timer {
    @Override
    protected void fired() {}
  }

  private static Timer set(int millis) {
    Timer timer = new Idle();
    RealTimers timers = RealTimers.INSTANCE;
    check(timers.set(timer, timers.in(TimeUnit.MILLISECONDS.toNanos(millis))));
    return timer;
  }

  private static void wheelOneByOne(int[] millis, int times) {
    for (int i = 0; i < times; i++) {
      check(RealTimers.INSTANCE.cancel(set(millis[i])));
    }
  }

  private static void wheelAtOnce(int[] millis, int times) {
    Timer[] all = new Timer[times];
    for (int i = 0; i < times; i++) {
      all[i] = set(millis[i]);
    }
    for (Timer timer : all) {
      check(RealTimers.INSTANCE.cancel(timer));
    }
  }

  /** Biased: the timer is set before the task is found to be ready. */
  private static void selectOneByOne(int[] millis, int times) throws Exception {
    JoinHandle<Integer> ready = Task.spawn(() -> 1);
    int sum = ready.join() - 1;
    for (int i = 0; i < times; i++) {
      sum +=
          Select.<Integer, RuntimeException>selectBiased(
              Select.after(Duration.ofMillis(millis[i]), () -> -1), ready.onJoin(v -> v));
    }
    check(sum == times);
  }

  // ---------------------------------------------------------------- the JDK

  private static void poolOneByOne(ScheduledThreadPoolExecutor pool, int[] millis, int times) {
    for (int i = 0; i < times; i++) {
      check(pool.schedule(NOTHING, millis[i], TimeUnit.MILLISECONDS).cancel(false));
    }
  }

  private static void poolAtOnce(ScheduledThreadPoolExecutor pool, int[] millis, int times) {
    Future<?>[] all = new Future<?>[times];
    for (int i = 0; i < times; i++) {
      all[i] = pool.schedule(NOTHING, millis[i], TimeUnit.MILLISECONDS);
    }
    for (Future<?> timer : all) {
      check(timer.cancel(false));
    }
  }

  private static void forkJoinOneByOne(int[] millis, int times) {
    ForkJoinPool pool = ForkJoinPool.commonPool();
    for (int i = 0; i < times; i++) {
      check(pool.schedule(NOTHING, millis[i], TimeUnit.MILLISECONDS).cancel(false));
    }
    awaitNone(pool);
  }

  private static void forkJoinAtOnce(int[] millis, int times) {
    ForkJoinPool pool = ForkJoinPool.commonPool();
    Future<?>[] all = new Future<?>[times];
    for (int i = 0; i < times; i++) {
      all[i] = pool.schedule(NOTHING, millis[i], TimeUnit.MILLISECONDS);
    }
    for (Future<?> timer : all) {
      check(timer.cancel(false));
    }
    awaitNone(pool);
  }

  private static void orTimeoutOneByOne(int[] millis, int times) {
    for (int i = 0; i < times; i++) {
      CompletableFuture<Integer> future = new CompletableFuture<>();
      future.orTimeout(millis[i], TimeUnit.MILLISECONDS);
      check(future.complete(1));
    }
    awaitNone(ForkJoinPool.commonPool());
  }

  private static void orTimeoutAtOnce(int[] millis, int times) {
    List<CompletableFuture<Integer>> all = new ArrayList<>(times);
    for (int i = 0; i < times; i++) {
      all.add(new CompletableFuture<Integer>().orTimeout(millis[i], TimeUnit.MILLISECONDS));
    }
    for (CompletableFuture<Integer> future : all) {
      check(future.complete(1));
    }
    awaitNone(ForkJoinPool.commonPool());
  }

  /** Its thread takes cancelled timers out on its own; the next contestant is not to pay for it. */
  private static void awaitNone(ForkJoinPool pool) {
    while (pool.getDelayedTaskCount() > 0) {
      Thread.yield();
    }
  }
}
