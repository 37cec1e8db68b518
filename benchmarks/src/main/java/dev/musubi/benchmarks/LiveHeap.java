package dev.musubi.benchmarks;

import dev.musubi.JoinHandle;
import dev.musubi.Task;
import dev.musubi.TaskRuntime;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Live heap of each parked task against a bare virtual thread parked in the same call, after
 * warm-up and two collections. Arguments: how (park, latch or sleep), who (bare or musubi), how
 * many.
 */
public final class LiveHeap {
  private static final int WARM = 20_000;

  private static AtomicInteger ready = new AtomicInteger();
  private static CountDownLatch latch = new CountDownLatch(1);

  private LiveHeap() {}

  public static void main(String[] arguments) throws Exception {
    String how = arguments[0];
    boolean bare = arguments[1].equals("bare");
    int n = Integer.parseInt(arguments[2]);
    for (int round = 0; round < 10; round++) {
      Object[] started = startAll(how, bare, WARM, 1);
      latch.countDown();
      for (Object each : started) {
        if (each instanceof JoinHandle<?> handle) {
          handle.abortAndJoin();
        } else if (each instanceof Thread thread) {
          LockSupport.unpark(thread);
          thread.join();
        }
      }
      latch = new CountDownLatch(1);
    }
    Thread.sleep(1_500); // lets the compilers finish
    long before = used();
    Object[] started = startAll(how, bare, n, 1_000_000);
    Thread.sleep(500);
    System.out.printf(
        Locale.ROOT, "%s %s: %.0f bytes each%n", how, arguments[1], (used() - before) / (double) n);
    if (!bare) {
      long begin = System.nanoTime();
      int listed = TaskRuntime.global().liveTasks().size();
      System.out.printf(
          "  listing %d live tasks: %.0f ms%n", listed, (System.nanoTime() - begin) / 1e6);
    }
    if (started[0] == null) {
      throw new AssertionError();
    }
    Runtime.getRuntime().halt(0);
  }

  private static @Nullable Object[] startAll(String how, boolean bare, int n, long millis)
      throws InterruptedException {
    ready = new AtomicInteger();
    Object[] started = new Object[n];
    for (int i = 0; i < n; i++) {
      started[i] = bare ? startBare(how, millis) : startTask(how, millis);
    }
    while (ready.get() < n) {
      Thread.sleep(1);
    }
    return started;
  }

  private static Object startBare(String how, long millis) {
    return switch (how) {
      case "park" ->
          Thread.startVirtualThread(() -> {
            ready.getAndIncrement();
            LockSupport.park();
          });
      case "latch" ->
          Thread.startVirtualThread(() -> {
            ready.getAndIncrement();
            try {
              latch.await();
            } catch (InterruptedException e) {
              // ends
            }
          });
      case "sleep" ->
          Thread.startVirtualThread(() -> {
            ready.getAndIncrement();
            try {
              Thread.sleep(millis);
            } catch (InterruptedException e) {
              // ends
            }
          });
      default -> throw new IllegalArgumentException(how);
    };
  }

  private static Object startTask(String how, long millis) {
    return switch (how) {
      case "park" ->
          Task.spawn(() -> {
            ready.getAndIncrement();
            LockSupport.park();
          });
      case "latch" ->
          Task.spawn(() -> {
            ready.getAndIncrement();
            latch.await();
          });
      case "sleep" ->
          Task.spawn(() -> {
            ready.getAndIncrement();
            Task.sleep(Duration.ofMillis(millis));
          });
      default -> throw new IllegalArgumentException(how);
    };
  }

  private static long used() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
