package dev.musubi.benchmarks;

import dev.musubi.benchmarks.Interleaved.Batch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The JDK's part of the suite: its executor of virtual threads and its futures. See {@link
 * SuiteMusubi}.
 */
final class SuiteJdk {
  private static final long LONG_MILLIS = 600_000;

  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final ExecutorService pool = Executors.newCachedThreadPool();
  private final ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(1);

  SuiteJdk() {
    scheduler.setRemoveOnCancelPolicy(true);
  }

  Batch inside(Batch batch) {
    return Contest.inThread(batch);
  }

  private <T> Future<T> spawn(Callable<T> body) {
    return executor.submit(body);
  }

  void spawnOne(int n) throws Exception {
    int sum = 0;
    for (int i = 0; i < n; i++) {
      sum += spawn(() -> 1).get();
    }
    Suite.check(sum, n);
  }

  void spawnTen(int n) throws Exception {
    for (int i = 0; i < n / 10; i++) {
      spawnMany(10);
    }
  }

  void spawnMany(int n) throws Exception {
    await(executor, n);
  }

  private static void await(ExecutorService where, int n) throws Exception {
    List<Future<Integer>> futures = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      futures.add(where.submit(() -> 1));
    }
    int sum = 0;
    for (Future<Integer> future : futures) {
      sum += future.get();
    }
    Suite.check(sum, n);
  }

  void chainedSpawn(int n) throws Exception {
    CompletableFuture<Integer> done = new CompletableFuture<>();
    link(n, done);
    Suite.check(done.get(), 1);
  }

  private void link(int left, CompletableFuture<Integer> done) {
    if (left == 0) {
      done.complete(1);
    } else {
      executor.execute(() -> link(left - 1, done));
    }
  }

  void pingPong(int n) throws Exception {
    List<Future<Integer>> pairs = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      pairs.add(
          spawn(() -> {
            CompletableFuture<Integer> ping = new CompletableFuture<>();
            CompletableFuture<Integer> pong = new CompletableFuture<>();
            executor.execute(() -> pong.complete(ping.join()));
            ping.complete(1);
            return pong.get();
          }));
    }
    for (Future<Integer> pair : pairs) {
      pair.get();
    }
  }

  void yieldMany(int n) throws Exception {
    List<Future<?>> tasks = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      tasks.add(
          executor.submit(() -> {
            for (int k = 0; k < n / 200; k++) {
              Thread.yield();
            }
          }));
    }
    for (Future<?> task : tasks) {
      task.get();
    }
  }

  void spawnBlocking(int n) throws Exception {
    await(pool, n);
  }

  void oneshot(int n) throws Exception {
    int sum = 0;
    for (int i = 0; i < n; i++) {
      CompletableFuture<Integer> channel = new CompletableFuture<>();
      channel.complete(1);
      sum += channel.get();
    }
    Suite.check(sum, n);
  }

  void timers(int n) {
    for (int i = 0; i < n; i++) {
      Suite.check(scheduler.schedule(() -> {}, LONG_MILLIS, TimeUnit.MILLISECONDS).cancel(false));
    }
  }

  void selectReady(int n) {
    CompletableFuture<Integer> one = CompletableFuture.completedFuture(1);
    CompletableFuture<Integer> other = CompletableFuture.completedFuture(1);
    int sum = 0;
    for (int i = 0; i < n; i++) {
      sum += (Integer) CompletableFuture.anyOf(one, other).join();
    }
    Suite.check(sum, n);
  }

  void selectOneshots(int n) {
    int sum = 0;
    for (int i = 0; i < n; i++) {
      CompletableFuture<Integer> channel = new CompletableFuture<>();
      CompletableFuture<Integer> other = new CompletableFuture<>();
      channel.complete(1);
      sum += (Integer) CompletableFuture.anyOf(channel, other).join();
    }
    Suite.check(sum, n);
  }

  void skynet(int n) throws Exception {
    Suite.check(skynet(0, n), Suite.sumBelow(n));
  }

  private long skynet(long first, int size) throws Exception {
    if (size == 1) {
      return first;
    }
    int part = size / 10;
    List<Future<Long>> children = new ArrayList<>(10);
    for (int i = 0; i < 10; i++) {
      long from = first + (long) i * part;
      children.add(spawn(() -> skynet(from, part)));
    }
    long sum = 0;
    for (Future<Long> child : children.reversed()) {
      sum += child.get();
    }
    return sum;
  }

  void fib(int calls) throws Exception {
    Suite.check(fibOf(25), 75_025);
  }

  private long fibOf(int n) throws Exception {
    if (n < 2) {
      return n;
    }
    Future<Long> one = spawn(() -> fibOf(n - 1));
    long other = fibOf(n - 2);
    return one.get() + other;
  }

  void drained(int n) throws Exception {
    Sets.completionService(executor, n);
  }

  /** The future of one that was cancelled says so at once; the end of its body has to be told. */
  private Future<Integer> sleeper(CountDownLatch begun, CountDownLatch ended) {
    return spawn(() -> {
      begun.countDown();
      try {
        Thread.sleep(LONG_MILLIS);
        return 0;
      } finally {
        ended.countDown();
      }
    });
  }

  void sleepersAborted(int n) throws Exception {
    List<Future<Integer>> futures = new ArrayList<>(n);
    CountDownLatch begun = new CountDownLatch(n);
    CountDownLatch ended = new CountDownLatch(n);
    for (int i = 0; i < n; i++) {
      futures.add(sleeper(begun, ended));
    }
    begun.await(); // one that is cancelled before would not tell its end
    for (Future<Integer> future : futures) {
      Suite.check(future.cancel(true));
    }
    ended.await();
  }

  void abortOne(int n) throws Exception {
    for (int i = 0; i < n; i++) {
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch ended = new CountDownLatch(1);
      Future<Integer> sleeper = sleeper(begun, ended);
      begun.await();
      Suite.check(sleeper.cancel(true));
      ended.await();
    }
  }

  void sleepOneMilli(int n) throws Exception {
    List<Future<?>> futures = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      futures.add(
          spawn(() -> {
            Thread.sleep(1);
            return 0;
          }));
    }
    for (Future<?> future : futures) {
      future.get();
    }
  }

  void fanOut(int n) throws Exception {
    for (int i = 0; i < n; i++) {
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch ended = new CountDownLatch(1);
      Future<Integer> slow = sleeper(begun, ended);
      List<Future<Integer>> quick = new ArrayList<>(9);
      for (int k = 0; k < 9; k++) {
        quick.add(spawn(() -> 1));
      }
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
      int sum = 0;
      for (Future<Integer> one : quick) {
        sum += one.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      }
      Suite.check(sum, 9);
      begun.await();
      Suite.check(slow.cancel(true));
      ended.await();
    }
  }
}
