package dev.musubi.benchmarks;

import static dev.musubi.benchmarks.Numbers.quantile;

import dev.musubi.JoinHandle;
import dev.musubi.Outcome;
import dev.musubi.Task;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * From the request to stop a body until it has really ended: {@code abortAndJoin} on a task, and as
 * the floor {@link Thread#interrupt()} and {@link Thread#join()} on a bare virtual thread that
 * waits in the same way. In turn, in one JVM, each from a platform thread and from a task.
 *
 * <p>Arguments: samples, warmup, out.
 */
public final class AbortLatency {
  private static final Duration LONG = Duration.ofHours(10);

  private AbortLatency() {}

  /** What a body does until it is stopped. */
  private interface Body {
    /** The floor cannot use Musubi's calls: it looks at the interrupt flag instead. */
    void run(boolean inTask) throws Exception;
  }

  /** Makes a body with all that it needs, for one sample. */
  private interface Source {
    Body body() throws Exception;
  }

  /** A computing body is never seen waiting: it is stopped as soon as it runs. */
  private record Kind(boolean computes, Source source) {
    static Kind waits(Source source) {
      return new Kind(false, source);
    }
  }

  private static Map<String, Kind> kinds(ReentrantLock held) {
    Map<String, Kind> kinds = new LinkedHashMap<>();
    kinds.put(
        "sleep",
        Kind.waits(() ->
            inTask -> {
              if (inTask) {
                Task.sleep(LONG);
              } else {
                Thread.sleep(LONG);
              }
            }));
    kinds.put(
        "LockSupport.park",
        Kind.waits(() ->
            _ -> {
              while (!Thread.interrupted()) {
                LockSupport.park();
              }
              throw new InterruptedException();
            }));
    kinds.put("CountDownLatch.await", Kind.waits(() -> _ -> new CountDownLatch(1).await()));
    kinds.put("BlockingQueue.take", Kind.waits(() -> _ -> new LinkedBlockingQueue<>().take()));
    kinds.put("ReentrantLock.lockInterruptibly", Kind.waits(() -> _ -> held.lockInterruptibly()));
    kinds.put("Object.wait", Kind.waits(AbortLatency::monitorWait));
    kinds.put("Condition.await", Kind.waits(AbortLatency::conditionAwait));
    kinds.put("Semaphore.acquire", Kind.waits(() -> _ -> new Semaphore(0).acquire()));
    kinds.put("SynchronousQueue.put", Kind.waits(() -> _ -> new SynchronousQueue<>().put(1)));
    kinds.put("Future.get", Kind.waits(() -> _ -> new CompletableFuture<>().get()));
    kinds.put("Socket read", Kind.waits(AbortLatency::socketRead));
    kinds.put("SocketChannel.read", Kind.waits(AbortLatency::channelRead));
    kinds.put(
        "computing, with checkAborted",
        new Kind(
            true,
            () ->
                inTask -> {
                  for (; ; ) {
                    Cpu.burnMicros(1);
                    if (inTask) {
                      Task.checkAborted();
                    } else if (Thread.interrupted()) {
                      throw new InterruptedException();
                    }
                  }
                }));
    return kinds;
  }

  private static Body socketRead() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Socket near = new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort());
      Socket far = server.accept();
      near.setSoLinger(true, 0); // closes without a trace: thousands of samples need no more ports
      far.setSoLinger(true, 0);
      return _ -> {
        try (near;
            far) {
          near.getInputStream().read(); // nobody writes
        }
      };
    }
  }

  private static Body monitorWait() {
    Object monitor = new Object();
    return _ -> {
      synchronized (monitor) {
        while (true) {
          monitor.wait();
        }
      }
    };
  }

  private static Body conditionAwait() {
    ReentrantLock lock = new ReentrantLock();
    Condition condition = lock.newCondition();
    return _ -> {
      lock.lock();
      try {
        while (true) {
          condition.await();
        }
      } finally {
        lock.unlock();
      }
    };
  }

  /** An interrupt closes the channel. */
  private static Body channelRead() throws Exception {
    try (ServerSocketChannel server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      SocketChannel near = SocketChannel.open(server.getLocalAddress());
      SocketChannel far = server.accept();
      near.setOption(StandardSocketOptions.SO_LINGER, 0);
      far.setOption(StandardSocketOptions.SO_LINGER, 0);
      return _ -> {
        try (near;
            far) {
          near.read(ByteBuffer.allocate(1));
        }
      };
    }
  }

  public static void main(String[] args) throws Exception {
    Args a = new Args(args);
    int samples = a.get("samples", 5_000);
    int warmUp = a.get("warmup", 2_000);
    String out = a.get("out", "");
    a.rejectOthers();
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("samples", samples);
    parameters.put("warmup", warmUp);
    Report report = new Report("Abort latency", parameters);
    report.text(
        "Microseconds from the request until the body has left, which each sample checks. Bare:"
            + " interrupt and join of a virtual thread. Musubi: abortAndJoin, whose outcome must be"
            + " cancelled.");
    measure(report, "a platform thread", samples, warmUp);
    Task.spawn(() -> measure(report, "a task", samples, warmUp)).join();
    report.text(
        "A body that swallows its first interrupt ends with a repeated one, by default 2 s later."
            + " A body that computes without a check does not end. Both follow from the policy, not"
            + " from speed, and are not measured here.");
    report.publish(out, "abort-latency");
    Child.end();
  }

  private static void measure(Report report, String from, int samples, int warmUp)
      throws Exception {
    ReentrantLock held = new ReentrantLock();
    held.lock();
    report.heading("Aborted from " + from);
    report.header("what the body does", "Musubi p50", "p99", "max", "bare p50", "p99", "max");
    for (Map.Entry<String, Kind> kind : kinds(held).entrySet()) {
      double[] bare = new double[samples];
      double[] musubi = new double[samples];
      for (int i = -warmUp; i < samples; i++) {
        double bareMicros = bare(kind.getValue());
        double musubiMicros = musubi(kind.getValue());
        if (i >= 0) {
          bare[i] = bareMicros;
          musubi[i] = musubiMicros;
        }
      }
      report.row(
          kind.getKey(),
          micros(quantile(musubi, 0.5)),
          micros(quantile(musubi, 0.99)),
          micros(quantile(musubi, 1)),
          micros(quantile(bare, 0.5)),
          micros(quantile(bare, 0.99)),
          micros(quantile(bare, 1)));
      report.figure(
          "from", from,
          "what", kind.getKey(),
          "musubiP50", quantile(musubi, 0.5),
          "musubiP99", quantile(musubi, 0.99),
          "musubiMax", quantile(musubi, 1),
          "bareP50", quantile(bare, 0.5),
          "bareP99", quantile(bare, 0.99),
          "bareMax", quantile(bare, 1));
    }
    held.unlock();
  }

  private static String micros(double micros) {
    return String.format(Locale.ROOT, "%.1f", micros);
  }

  /** What a sample observes of a body. */
  private static final class Watch {
    volatile Thread thread;
    volatile boolean left;

    void run(Body body, boolean inTask) throws Exception {
      thread = Thread.currentThread();
      try {
        body.run(inTask);
      } finally {
        left = true;
      }
    }

    /** Until the body sits in its wait, or has computed for a moment. */
    void awaitWaiting(boolean computes) throws InterruptedException {
      long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (!isWaiting(computes)) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("the body does not wait: " + thread);
        }
        Thread.sleep(0, 50_000);
      }
    }

    private boolean isWaiting(boolean computes) {
      Thread thread = this.thread;
      if (thread == null) {
        return false;
      }
      Thread.State state = thread.getState();
      return state == Thread.State.WAITING
          || state == Thread.State.TIMED_WAITING
          || (computes && state == Thread.State.RUNNABLE);
    }

    void mustHaveLeft() {
      if (!left) {
        throw new IllegalStateException(
            "the body has not left: " + Arrays.toString(thread.getStackTrace()));
      }
    }
  }

  private static double bare(Kind kind) throws Exception {
    Body body = kind.source().body();
    Watch watch = new Watch();
    Thread thread =
        Thread.startVirtualThread(() -> {
          try {
            watch.run(body, false);
          } catch (Exception e) {
            // the interrupt, in one of its forms
          }
        });
    watch.awaitWaiting(kind.computes());
    long begin = System.nanoTime();
    thread.interrupt();
    thread.join();
    double micros = (System.nanoTime() - begin) / 1e3;
    watch.mustHaveLeft();
    return micros;
  }

  private static double musubi(Kind kind) throws Exception {
    Body body = kind.source().body();
    Watch watch = new Watch();
    JoinHandle<?> handle = Task.spawn(() -> watch.run(body, true));
    watch.awaitWaiting(kind.computes());
    long begin = System.nanoTime();
    Outcome<?> outcome = handle.abortAndJoin();
    double micros = (System.nanoTime() - begin) / 1e3;
    watch.mustHaveLeft();
    if (!outcome.isCancelled()) {
      throw new IllegalStateException("not cancelled: " + outcome);
    }
    return micros;
  }
}
