package dev.musubi.benchmarks;

import dev.musubi.JoinHandle;
import dev.musubi.Task;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The contestants of spawn and join. The bodies do nothing, so that all of the cost is overhead;
 * none captures anything, so that none pays for a lambda object.
 */
final class SpawnJoin {
  private static final Callable<Integer> BODY = () -> 1;

  private SpawnJoin() {}

  // ---------------------------------------------------------------- bare virtual threads

  /** The cheapest hand-over from one thread to one other: a flag, and an unpark. */
  private static final class Flag implements Runnable {
    private final Thread joiner;
    private volatile boolean done;

    Flag(Thread joiner) {
      this.joiner = joiner;
    }

    @Override
    public void run() {
      done = true;
      LockSupport.unpark(joiner);
    }
  }

  static void bareOneByOne(int tasks) {
    Thread me = Thread.currentThread();
    for (int i = 0; i < tasks; i++) {
      Flag flag = new Flag(me);
      Thread.startVirtualThread(flag);
      while (!flag.done) {
        LockSupport.park();
      }
    }
  }

  /** No value, no failure, no handle: one counter, one unpark, and one lambda for all. */
  static void bareAtOnce(int tasks) {
    Thread me = Thread.currentThread();
    AtomicInteger left = new AtomicInteger(tasks);
    Runnable body =
        () -> {
          if (left.decrementAndGet() == 0) {
            LockSupport.unpark(me);
          }
        };
    for (int i = 0; i < tasks; i++) {
      Thread.startVirtualThread(body);
    }
    while (left.get() > 0) {
      LockSupport.park();
    }
  }

  // ---------------------------------------------------------------- the JDK's executor

  static void executorOneByOne(ExecutorService executor, int tasks) throws Exception {
    for (int i = 0; i < tasks; i++) {
      executor.submit(BODY).get();
    }
  }

  static void executorAtOnce(ExecutorService executor, int tasks) throws Exception {
    Future<?>[] futures = new Future<?>[tasks];
    for (int i = 0; i < tasks; i++) {
      futures[i] = executor.submit(BODY);
    }
    for (Future<?> future : futures) {
      future.get();
    }
  }

  // ---------------------------------------------------------------- Musubi

  static void musubiOneByOne(int tasks) throws InterruptedException {
    for (int i = 0; i < tasks; i++) {
      Task.spawn(BODY).join();
    }
  }

  static void musubiAtOnce(int tasks) throws InterruptedException {
    JoinHandle<?>[] handles = new JoinHandle<?>[tasks];
    for (int i = 0; i < tasks; i++) {
      handles[i] = Task.spawn(BODY);
    }
    for (JoinHandle<?> handle : handles) {
      handle.join();
    }
  }

  // ---------------------------------------------------------------- Musubi, with something on

  /** One way to spawn a task, for the table of what a feature costs. */
  interface Spawner {
    JoinHandle<?> spawn(Callable<Integer> body);
  }

  static void oneByOne(Spawner spawner, int tasks) throws InterruptedException {
    for (int i = 0; i < tasks; i++) {
      spawner.spawn(BODY).join();
    }
  }

  static void atOnce(Spawner spawner, int tasks) throws InterruptedException {
    JoinHandle<?>[] handles = new JoinHandle<?>[tasks];
    for (int i = 0; i < tasks; i++) {
      handles[i] = spawner.spawn(BODY);
    }
    for (JoinHandle<?> handle : handles) {
      handle.join();
    }
  }
}
