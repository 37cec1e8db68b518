package dev.musubi.benchmarks;

import dev.musubi.JoinHandle;
import dev.musubi.Task;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Four pulses of a millisecond under a flood of tasks: a sleeping task, a task unparked by a
 * platform thread, a task spawned by a platform thread, and a task that reads a socket. Arguments:
 * the flood (none, yield, fan, chain, backlog), how many of its loops. With {@code
 * -Ddev.musubi.fairness=off} nothing makes room.
 */
public final class Fairness {
  private static final int SECONDS = 3;
  private static final AtomicLong DONE = new AtomicLong();
  private static volatile long sink;
  private static int perMicro = 1;

  private Fairness() {}

  private static void compute(int micros) {
    long x = 1;
    for (int i = 0; i < micros * perMicro; i++) {
      x = x * 6364136223846793005L + 1442695040888963407L;
    }
    sink = x;
  }

  private static void calibrate() {
    perMicro = 700;
    for (int i = 0; i < 20_000; i++) {
      compute(1);
    }
    long begin = System.nanoTime();
    for (int i = 0; i < 20_000; i++) {
      compute(1);
    }
    perMicro = (int) (700 * 1_000 / ((System.nanoTime() - begin) / 20_000.0));
  }

  public static void main(String[] arguments) throws Exception {
    String flood = arguments[0];
    int loops = Integer.parseInt(arguments[1]);
    calibrate();
    AtomicLong slept = new AtomicLong();
    AtomicLong unparked = new AtomicLong();
    AtomicLong spawned = new AtomicLong();
    AtomicLong read = new AtomicLong();
    ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
    client.setTcpNoDelay(true);
    Socket accepted = server.accept();
    Task.spawn(() -> {
      while (true) {
        Task.sleep(Duration.ofMillis(1));
        slept.getAndIncrement();
      }
    });
    AtomicReference<Thread> parked = new AtomicReference<>();
    Task.spawn(() -> {
      parked.set(Thread.currentThread());
      while (!Task.isAbortRequested()) {
        LockSupport.park();
        unparked.getAndIncrement();
      }
    });
    Task.spawn(() -> {
      byte[] buffer = new byte[64];
      while (accepted.getInputStream().read(buffer) > 0) {
        read.getAndIncrement();
      }
    });
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            while (true) {
              Thread.sleep(1);
              LockSupport.unpark(parked.get());
              Task.spawn(() -> {
                spawned.getAndIncrement();
              });
              client.getOutputStream().write(1);
            }
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    Thread.sleep(500);
    List<AtomicLong> pulses = List.of(slept, unparked, spawned, read);
    List<Long> before = pulses.stream().map(AtomicLong::get).toList();
    long begin = System.nanoTime();
    List<JoinHandle<?>> backlog = start(flood, loops);
    for (JoinHandle<?> handle : backlog) {
      handle.join();
    }
    if (backlog.isEmpty()) {
      Thread.sleep(SECONDS * 1_000);
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    StringBuilder line = new StringBuilder(flood + "," + loops);
    for (int i = 0; i < pulses.size(); i++) {
      line.append(
          String.format(Locale.ROOT, ",%.0f", (pulses.get(i).get() - before.get(i)) / seconds));
    }
    System.out.println(
        line.append(String.format(Locale.ROOT, ",%.0f", DONE.get() / seconds / 1_000)));
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  /** Starts the flood; gives the tasks to wait for, or none if it goes on for ever. */
  private static List<JoinHandle<?>> start(String flood, int loops) {
    List<JoinHandle<?>> backlog = new ArrayList<>();
    if (flood.equals("backlog")) {
      for (int i = 0; i < 50_000; i++) {
        backlog.add(
            Task.spawn(() -> {
              compute(100);
              DONE.getAndIncrement();
            }));
      }
    }
    for (int i = 0; i < loops; i++) {
      switch (flood) {
        case "yield" -> Task.spawn(Fairness::yieldLoop);
        case "fan" -> Task.spawn(Fairness::fanLoop);
        case "chain" -> Task.spawn(Fairness::chain);
        default -> {}
      }
    }
    return backlog;
  }

  private static Void yieldLoop() throws InterruptedException {
    while (true) {
      compute(1);
      DONE.getAndIncrement();
      Task.yieldNow();
    }
  }

  private static Void fanLoop() throws InterruptedException {
    while (true) {
      JoinHandle<?>[] handles = new JoinHandle<?>[100];
      for (int i = 0; i < handles.length; i++) {
        handles[i] = Task.spawn(() -> compute(1));
      }
      for (JoinHandle<?> handle : handles) {
        handle.join();
      }
      DONE.getAndAdd(handles.length);
    }
  }

  private static void chain() {
    compute(1);
    DONE.getAndIncrement();
    Task.spawn(Fairness::chain);
  }
}
