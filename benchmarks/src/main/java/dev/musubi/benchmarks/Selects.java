package dev.musubi.benchmarks;

import static dev.musubi.benchmarks.Contest.inTask;
import static dev.musubi.benchmarks.Contest.inThread;

import dev.musubi.Branch;
import dev.musubi.JoinHandle;
import dev.musubi.Select;
import dev.musubi.Task;
import dev.musubi.benchmarks.Interleaved.Batch;
import dev.musubi.benchmarks.Interleaved.Samples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Waiting for the first of two: Select against the JDK and kotlinx.coroutines, measured in turn.
 *
 * <p>The JDK's own select is {@code CompletableFuture.anyOf}, and it does less: it takes futures
 * only, and no values out of channels. In JDK 25 it takes its registrations out of the losers again
 * once one has won. It leaks them if the wait is given up, say by {@code get} with a limit: each
 * such try stays with a future that is still pending. So no row gives up an {@code anyOf}.
 *
 * <p>Arguments: rounds, warmup, forks, ready (selects a round), pending, out.
 */
public final class Selects {
  private static final String READY = "two that are ready";
  private static final String SPAWNED = "one that was just spawned, one that never ends";
  private static final String RELEASED = "one that another task releases, one that never ends";
  private static final String TIMER = "one that was just spawned, against a timer of one second";

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Callable<Integer> BODY = () -> 1;
  private static final Supplier<Integer> SUPPLIER = () -> 1;
  private static final List<String> OPTIONS = Contest.jvm("2g");

  private Selects() {}

  public static void main(String[] args) throws Exception {
    Args a = new Args(args);
    int rounds = a.get("rounds", 40);
    int warmUp = a.get("warmup", 20);
    int forks = a.get("forks", 3);
    int ready = a.get("ready", 100_000);
    int pending = a.get("pending", 20_000);
    String out = a.get("out", "");
    boolean child = Boolean.parseBoolean(a.get("child", "false"));
    a.rejectOthers();
    if (child) {
      measure(rounds, warmUp, ready, pending);
      Child.end();
    }
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("rounds", rounds);
    parameters.put("warmup", warmUp);
    parameters.put("forks", forks);
    parameters.put("ready", ready);
    parameters.put("pending", pending);
    parameters.put("jvm", OPTIONS);
    Report report = new Report("Select", parameters);
    List<String> forwarded = new ArrayList<>(List.of(args));
    forwarded.add("child=true");
    Map<String, Samples> samples = Interleaved.collect(Selects.class, OPTIONS, forwarded, forks);
    report.text(
        Contest.LEGEND
            + " Each time is that of one turn: what is spawned in it is in it, too. Every"
            + " contestant selects in a task, a virtual thread or a coroutine.");
    Contest.publish(report, samples, warmUp);
    report.publish(out, "select");
  }

  private static void measure(int rounds, int warmUp, int ready, int pending) throws Exception {
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Map<String, Batch> two = new LinkedHashMap<>();
      two.put("Musubi, Select.select", inTask(Selects::musubiReady));
      two.put("Musubi, with branches made before the loop", inTask(Selects::musubiReadyReused));
      two.put("JDK, anyOf and join", inThread(Selects::jdkReady));
      two.put("coroutines, select", Coroutines::selectReady);
      Map<String, Batch> spawned = new LinkedHashMap<>();
      spawned.put("Musubi, Select.select", inTask(Selects::musubiSpawned));
      spawned.put("JDK, supplyAsync, anyOf and join", inThread(n -> jdkSpawned(executor, n)));
      spawned.put("coroutines, async, select", Coroutines::selectSpawned);
      Map<String, Batch> released = new LinkedHashMap<>();
      released.put("Musubi, Select.select", inTask(Selects::musubiReleased));
      released.put("JDK, supplyAsync, anyOf and join", inThread(n -> jdkReleased(executor, n)));
      released.put("coroutines, async, select", Coroutines::selectReleased);
      Map<String, Batch> timer = new LinkedHashMap<>();
      timer.put("Musubi, Select.selectBiased, Select.after", inTask(Selects::musubiTimer));
      timer.put("Musubi, JoinHandle.join(limit)", inTask(Selects::musubiJoin));
      timer.put("Musubi, Task.timeout", inTask(Selects::musubiTimeout));
      timer.put("JDK, executor, get with a limit", inThread(n -> jdkGet(executor, n)));
      timer.put(
          "JDK, supplyAsync, copy, orTimeout and join", inThread(n -> jdkOrTimeout(executor, n)));
      timer.put(
          "coroutines, async, select with onTimeout",
          n -> Coroutines.selectAgainstTimer(n, SECOND.toMillis()));
      timer.put(
          "coroutines, async, withTimeoutOrNull",
          n -> Coroutines.awaitWithTimeout(n, SECOND.toMillis()));
      Interleaved.measure(READY, two, ready, warmUp, rounds);
      Interleaved.measure(SPAWNED, spawned, pending, warmUp, rounds);
      Interleaved.measure(RELEASED, released, pending, warmUp, rounds);
      Interleaved.measure(TIMER, timer, pending, warmUp, rounds);
    }
  }

  /** The values are summed up so that none is made in vain; each is 1. */
  private static void check(int sum, int times) {
    if (sum != times) {
      throw new IllegalStateException(sum + " of " + times);
    }
  }

  // ---------------------------------------------------------------- two that are ready

  private static void musubiReady(int times) throws Exception {
    JoinHandle<Integer> a = Task.spawn(BODY);
    JoinHandle<Integer> b = Task.spawn(BODY);
    int sum = a.join() + b.join() - 2;
    for (int i = 0; i < times; i++) {
      sum += Select.<Integer, RuntimeException>select(a.onJoin(v -> v), b.onJoin(v -> v));
    }
    check(sum, times);
  }

  private static void musubiReadyReused(int times) throws Exception {
    JoinHandle<Integer> a = Task.spawn(BODY);
    JoinHandle<Integer> b = Task.spawn(BODY);
    int sum = a.join() + b.join() - 2;
    Branch<Integer, RuntimeException> onA = a.onJoin(v -> v);
    Branch<Integer, RuntimeException> onB = b.onJoin(v -> v);
    for (int i = 0; i < times; i++) {
      sum += Select.<Integer, RuntimeException>select(onA, onB);
    }
    check(sum, times);
  }

  private static void jdkReady(int times) {
    CompletableFuture<Integer> a = CompletableFuture.completedFuture(1);
    CompletableFuture<Integer> b = CompletableFuture.completedFuture(1);
    int sum = 0;
    for (int i = 0; i < times; i++) {
      sum += (Integer) CompletableFuture.anyOf(a, b).join();
    }
    check(sum, times);
  }

  // ---------------------------------------------------------------- one that was just spawned

  private static JoinHandle<Integer> never() {
    CountDownLatch latch = new CountDownLatch(1);
    return Task.spawn(() -> {
      latch.await();
      return 0;
    });
  }

  private static void musubiSpawned(int times) throws Exception {
    JoinHandle<Integer> never = never();
    int sum = 0;
    for (int i = 0; i < times; i++) {
      JoinHandle<Integer> task = Task.spawn(BODY);
      sum += Select.<Integer, RuntimeException>select(never.onJoin(v -> v), task.onJoin(v -> v));
    }
    never.abortAndJoin();
    check(sum, times);
  }

  private static void jdkSpawned(ExecutorService executor, int times) {
    CompletableFuture<Integer> never = new CompletableFuture<>();
    int sum = 0;
    for (int i = 0; i < times; i++) {
      var task = CompletableFuture.supplyAsync(SUPPLIER, executor);
      sum += (Integer) CompletableFuture.anyOf(never, task).join();
    }
    check(sum, times);
  }

  // ---------------------------------------------------------------- one that is released

  /** Passes the turn on to the gate, from a task of its own. */
  private static void release(Semaphore turn, Semaphore gate, int times)
      throws InterruptedException {
    for (int i = 0; i < times; i++) {
      turn.acquire();
      gate.release();
    }
  }

  private static void musubiReleased(int times) throws Exception {
    JoinHandle<Integer> never = never();
    Semaphore turn = new Semaphore(0);
    Semaphore gate = new Semaphore(0);
    JoinHandle<?> releaser = Task.spawn(() -> release(turn, gate, times));
    Callable<Integer> body =
        () -> {
          gate.acquire();
          return 1;
        };
    int sum = 0;
    for (int i = 0; i < times; i++) {
      JoinHandle<Integer> task = Task.spawn(body);
      turn.release();
      sum += Select.<Integer, RuntimeException>select(never.onJoin(v -> v), task.onJoin(v -> v));
    }
    releaser.join();
    never.abortAndJoin();
    check(sum, times);
  }

  private static void jdkReleased(ExecutorService executor, int times) throws Exception {
    CompletableFuture<Integer> never = new CompletableFuture<>();
    Semaphore turn = new Semaphore(0);
    Semaphore gate = new Semaphore(0);
    var releaser =
        executor.submit(() -> {
          release(turn, gate, times);
          return null;
        });
    Supplier<Integer> body =
        () -> {
          gate.acquireUninterruptibly();
          return 1;
        };
    int sum = 0;
    for (int i = 0; i < times; i++) {
      var task = CompletableFuture.supplyAsync(body, executor);
      turn.release();
      sum += (Integer) CompletableFuture.anyOf(never, task).join();
    }
    releaser.get();
    check(sum, times);
  }

  // ---------------------------------------------------------------- against a timer

  /** Biased, so that the timer is set even if the task has ended already. */
  private static void musubiTimer(int times) throws Exception {
    int sum = 0;
    for (int i = 0; i < times; i++) {
      JoinHandle<Integer> task = Task.spawn(BODY);
      sum +=
          Select.<Integer, RuntimeException>selectBiased(
              Select.after(SECOND, () -> -1), task.onJoin(v -> v));
    }
    check(sum, times);
  }

  private static void musubiJoin(int times) throws Exception {
    int sum = 0;
    for (int i = 0; i < times; i++) {
      sum += Task.spawn(BODY).join(SECOND);
    }
    check(sum, times);
  }

  private static void musubiTimeout(int times) throws Exception {
    int sum = 0;
    for (int i = 0; i < times; i++) {
      sum += Task.<Integer, RuntimeException>timeout(SECOND, () -> 1);
    }
    check(sum, times);
  }

  private static void jdkGet(ExecutorService executor, int times) throws Exception {
    int sum = 0;
    for (int i = 0; i < times; i++) {
      sum += executor.submit(BODY).get(1, TimeUnit.SECONDS);
    }
    check(sum, times);
  }

  /** A copy, so that the time limit ends the wait and not the work: as with the others. */
  private static void jdkOrTimeout(ExecutorService executor, int times) {
    int sum = 0;
    for (int i = 0; i < times; i++) {
      sum +=
          CompletableFuture.supplyAsync(SUPPLIER, executor)
              .copy()
              .orTimeout(1, TimeUnit.SECONDS)
              .join();
    }
    check(sum, times);
  }
}
