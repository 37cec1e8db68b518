package dev.musubi.benchmarks;

import dev.musubi.Finished;
import dev.musubi.JoinHandle;
import dev.musubi.JoinSet;
import dev.musubi.Select;
import dev.musubi.Selectable;
import dev.musubi.Task;
import dev.musubi.TaskBuilder;
import dev.musubi.VoidBody;
import dev.musubi.benchmarks.Interleaved.Batch;
import dev.musubi.sync.Oneshot;
import dev.musubi.sync.OneshotSender;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Musubi's part of the suite, with ordinary tasks or with light ones. The same work as in {@link
 * SuiteJdk}, SuiteCoroutines.kt and workloads.rs, under the same names and in the same order.
 */
final class SuiteMusubi {
  private static final Duration LONG = Duration.ofSeconds(600);

  private final boolean light;

  SuiteMusubi(boolean light) {
    this.light = light;
  }

  private <T> JoinHandle<T> spawn(Callable<T> body) {
    return light ? Task.spawnLight(body) : Task.spawn(body);
  }

  /** Of a task that was spawned a moment ago. */
  private <T> T join(JoinHandle<T> handle) throws InterruptedException {
    return light ? handle.joinInline() : handle.join();
  }

  private TaskBuilder builder() {
    return light ? Task.builder().light() : Task.builder();
  }

  Batch inside(Batch batch) {
    return n -> {
      VoidBody<Exception> body = () -> batch.run(n);
      builder().spawn(body).join(Exception.class);
    };
  }

  void spawnOne(int n) throws InterruptedException {
    int sum = 0;
    for (int i = 0; i < n; i++) {
      sum += join(spawn(() -> 1));
    }
    Suite.check(sum, n);
  }

  void spawnTen(int n) throws InterruptedException {
    for (int i = 0; i < n / 10; i++) {
      List<JoinHandle<Integer>> handles = new ArrayList<>(10);
      for (int k = 0; k < 10; k++) {
        handles.add(spawn(() -> 1));
      }
      int sum = 0;
      for (JoinHandle<Integer> handle : handles.reversed()) {
        sum += join(handle);
      }
      Suite.check(sum, 10);
    }
  }

  void spawnMany(int n) throws InterruptedException {
    List<JoinHandle<Integer>> handles = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      handles.add(spawn(() -> 1));
    }
    int sum = 0;
    for (JoinHandle<Integer> handle : handles) {
      sum += handle.join();
    }
    Suite.check(sum, n);
  }

  void spawnManyBusy(int n) throws InterruptedException {
    AtomicBoolean stop = new AtomicBoolean();
    List<JoinHandle<Integer>> busy = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      busy.add(
          spawn(() -> {
            while (!stop.get()) {
              Task.yieldNow();
            }
            return 0;
          }));
    }
    spawnMany(n);
    stop.set(true);
    for (JoinHandle<Integer> one : busy) {
      one.join();
    }
  }

  void chainedSpawn(int n) throws Exception {
    var done = Oneshot.<Integer>create();
    link(n, done.sender());
    Suite.check(done.receiver().receive(), 1);
  }

  private void link(int left, OneshotSender<Integer> done) {
    if (left == 0) {
      var _ = done.send(1);
    } else {
      spawn(
              () -> {
                link(left - 1, done);
                return 0;
              })
          .detach();
    }
  }

  void pingPong(int n) throws InterruptedException {
    List<JoinHandle<Integer>> pairs = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      pairs.add(
          spawn(() -> {
            var ping = Oneshot.<Integer>create();
            var pong = Oneshot.<Integer>create();
            spawn(() -> pong.sender().send(ping.receiver().receive())).detach();
            var _ = ping.sender().send(1);
            return pong.receiver().receive();
          }));
    }
    for (JoinHandle<Integer> pair : pairs) {
      pair.join();
    }
  }

  void yieldMany(int n) throws InterruptedException {
    List<JoinHandle<Integer>> tasks = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      tasks.add(
          spawn(() -> {
            for (int k = 0; k < n / 200; k++) {
              Task.yieldNow();
            }
            return 0;
          }));
    }
    for (JoinHandle<Integer> task : tasks) {
      task.join();
    }
  }

  void spawnBlocking(int n) throws InterruptedException {
    List<JoinHandle<Integer>> handles = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      handles.add(Task.spawnBlocking(() -> 1));
    }
    int sum = 0;
    for (JoinHandle<Integer> handle : handles) {
      sum += handle.join();
    }
    Suite.check(sum, n);
  }

  void oneshot(int n) throws Exception {
    int sum = 0;
    for (int i = 0; i < n; i++) {
      var channel = Oneshot.<Integer>create();
      var _ = channel.sender().send(1);
      sum += channel.receiver().receive();
    }
    Suite.check(sum, n);
  }

  /**
   * A source of our own: for a task that has finished the select would not set the timer at all.
   */
  void timers(int n) throws InterruptedException {
    Selectable<Integer> ready =
        waiter -> {
          waiter.offer(1);
          return () -> {};
        };
    int sum = 0;
    for (int i = 0; i < n; i++) {
      sum +=
          Select.<Integer, RuntimeException>selectBiased(
              Select.after(LONG, () -> 0), Select.on(ready, one -> one));
    }
    Suite.check(sum, n);
  }

  void selectReady(int n) throws InterruptedException {
    JoinHandle<Integer> one = ready();
    JoinHandle<Integer> other = ready();
    int sum = 0;
    for (int i = 0; i < n; i++) {
      sum +=
          Select.<Integer, RuntimeException>select(
              one.onJoin(true, value -> value), other.onJoin(true, value -> value));
    }
    Suite.check(sum, n);
  }

  void selectOneshots(int n) throws InterruptedException {
    int sum = 0;
    for (int i = 0; i < n; i++) {
      var channel = Oneshot.<Integer>create();
      var other = Oneshot.<Integer>create();
      var _ = channel.sender().send(1);
      sum +=
          Select.<Integer, RuntimeException>select(
              channel.receiver().onReceive(one -> one), other.receiver().onReceive(none -> 0));
    }
    Suite.check(sum, n);
  }

  private JoinHandle<Integer> ready() throws InterruptedException {
    JoinHandle<Integer> handle = spawn(() -> 1);
    handle.join();
    return handle;
  }

  void skynet(int n) throws Exception {
    Suite.check(skynet(0, n), Suite.sumBelow(n));
  }

  private long skynet(long first, int size) throws InterruptedException {
    if (size == 1) {
      return first;
    }
    int part = size / 10;
    List<JoinHandle<Long>> children = new ArrayList<>(10);
    for (int i = 0; i < 10; i++) {
      long from = first + (long) i * part;
      children.add(spawn(() -> skynet(from, part)));
    }
    long sum = 0;
    for (JoinHandle<Long> child : children.reversed()) {
      sum += join(child);
    }
    return sum;
  }

  void fib(int calls) throws InterruptedException {
    Suite.check(fibOf(25), 75_025);
  }

  private long fibOf(int n) throws InterruptedException {
    if (n < 2) {
      return n;
    }
    JoinHandle<Long> one = spawn(() -> fibOf(n - 1));
    long other = fibOf(n - 2);
    return join(one) + other;
  }

  void drained(int n) throws InterruptedException {
    try (JoinSet<Integer> set = new JoinSet<>()) {
      for (int i = 0; i < n; i++) {
        set.spawn(builder(), () -> 1);
      }
      int sum = 0;
      while (set.next() instanceof Finished<Integer> finished) {
        sum += finished.outcome().orThrow();
      }
      Suite.check(sum, n);
    }
  }

  void sleepersAborted(int n) throws InterruptedException {
    List<JoinHandle<Integer>> handles = new ArrayList<>(n);
    AtomicInteger toBegin = new AtomicInteger(n);
    var allBegun = Oneshot.<Integer>create();
    for (int i = 0; i < n; i++) {
      handles.add(
          spawn(() -> {
            if (toBegin.decrementAndGet() == 0) {
              var _ = allBegun.sender().send(1);
            }
            Task.sleep(LONG);
            return 0;
          }));
    }
    Suite.check(allBegun.receiver().receive(), 1);
    for (JoinHandle<Integer> handle : handles) {
      handle.abort();
    }
    for (JoinHandle<Integer> handle : handles) {
      Suite.check(handle.outcome().isCancelled());
    }
  }

  void sleepOneMilli(int n) throws InterruptedException {
    Duration milli = Duration.ofMillis(1);
    List<JoinHandle<Integer>> handles = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      handles.add(
          spawn(() -> {
            Task.sleep(milli);
            return 0;
          }));
    }
    for (JoinHandle<Integer> handle : handles) {
      handle.join();
    }
  }

  void abortOne(int n) throws InterruptedException {
    for (int i = 0; i < n; i++) {
      var begun = Oneshot.<Integer>create();
      JoinHandle<Integer> sleeper =
          spawn(() -> {
            var _ = begun.sender().send(1);
            Task.sleep(LONG);
            return 0;
          });
      Suite.check(begun.receiver().receive(), 1);
      Suite.check(sleeper.abortAndJoin().isCancelled());
    }
  }

  void fanOut(int n) throws Exception {
    Duration limit = Duration.ofSeconds(1);
    for (int i = 0; i < n; i++) {
      JoinHandle<Integer> slow =
          spawn(() -> {
            Task.sleep(LONG);
            return 0;
          });
      List<JoinHandle<Integer>> quick = new ArrayList<>(9);
      for (int k = 0; k < 9; k++) {
        quick.add(spawn(() -> 1));
      }
      int sum =
          Task.timeout(
              limit,
              () -> {
                int answers = 0;
                for (JoinHandle<Integer> one : quick) {
                  answers += one.join();
                }
                return answers;
              });
      Suite.check(sum, 9);
      slow.abort();
      Suite.check(slow.outcome().isCancelled());
    }
  }
}
