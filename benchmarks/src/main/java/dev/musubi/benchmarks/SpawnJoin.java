package dev.musubi.benchmarks;

import dev.musubi.JoinHandle;
import dev.musubi.Task;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The same work by each contestant: start n threads of control that do nothing, and wait for all.
 */
public enum SpawnJoin {
  /** A bare virtual thread and the cheapest hand-over there is: the floor. Carries no result. */
  BARE {
    @Override
    public void oneByOne(int n) {
      Thread me = Thread.currentThread();
      for (int i = 0; i < n; i++) {
        Flag done = new Flag();
        Thread.startVirtualThread(() -> {
          done.set = true;
          LockSupport.unpark(me);
        });
        while (!done.set) {
          LockSupport.park();
        }
      }
    }

    @Override
    public void allAtOnce(int n) {
      Thread me = Thread.currentThread();
      AtomicInteger left = new AtomicInteger(n);
      for (int i = 0; i < n; i++) {
        Thread.startVirtualThread(() -> {
          if (left.decrementAndGet() == 0) {
            LockSupport.unpark(me);
          }
        });
      }
      while (left.get() > 0) {
        LockSupport.park();
      }
    }
  },

  EXECUTOR {
    @Override
    public void oneByOne(int n) throws Exception {
      try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < n; i++) {
          int value = i;
          executor.submit(() -> value).get();
        }
      }
    }

    @Override
    public void allAtOnce(int n) throws Exception {
      try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
        Future<?>[] futures = new Future<?>[n];
        for (int i = 0; i < n; i++) {
          int value = i;
          futures[i] = executor.submit(() -> value);
        }
        for (Future<?> future : futures) {
          future.get();
        }
      }
    }
  },

  MUSUBI {
    @Override
    public void oneByOne(int n) throws Exception {
      for (int i = 0; i < n; i++) {
        int value = i;
        Task.spawn(() -> value).join();
      }
    }

    @Override
    public void allAtOnce(int n) throws Exception {
      JoinHandle<?>[] handles = new JoinHandle<?>[n];
      for (int i = 0; i < n; i++) {
        int value = i;
        handles[i] = Task.spawn(() -> value);
      }
      for (JoinHandle<?> handle : handles) {
        handle.join();
      }
    }
  };

  private static final class Flag {
    volatile boolean set;
  }

  public abstract void oneByOne(int n) throws Exception;

  public abstract void allAtOnce(int n) throws Exception;
}
