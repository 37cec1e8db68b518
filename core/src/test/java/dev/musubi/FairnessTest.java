package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import dev.musubi.support.Eventually;
import dev.musubi.sync.Oneshot;
import dev.musubi.sync.OneshotReceiver;
import dev.musubi.sync.OneshotSender;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Without the pacer each of these floods stops every timer, socket and outside wake-up for good.
 * That the five pulses get on by a good number of beats is behaviour; how fast is for the
 * benchmarks.
 */
@Timeout(60)
class FairnessTest {
  private static final int BEATS = 100;
  private static final int MANY = 2 * Runtime.getRuntime().availableProcessors();

  record Flood(String name, Body<Void, Exception> start) {
    static Flood of(String name, int tasks, Callable<Void> body) {
      return new Flood(
          name,
          () -> {
            for (int i = 0; i < tasks; i++) {
              Task.spawn(body);
            }
            return null;
          });
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Flood> floods() {
    return Stream.of(
        Flood.of(
            "yield loops",
            MANY,
            () -> {
              while (true) {
                Task.yieldNow();
              }
            }),
        Flood.of(
            "spawn and join loops",
            MANY,
            () -> {
              while (true) {
                List<JoinHandle<Integer>> handles = new ArrayList<>();
                for (int k = 0; k < 100; k++) {
                  handles.add(Task.spawn(() -> 1));
                }
                for (JoinHandle<Integer> handle : handles) {
                  handle.join();
                }
              }
            }),
        Flood.of("chains", MANY, FairnessTest::chain),
        Flood.of(
            "loops that compute and spawn",
            2 * MANY,
            () -> {
              TaskRuntime runtime = TaskRuntime.current();
              while (!runtime.isShutdown()) { // to spawn does not look for an abort
                Kit.compute(100_000);
                Task.spawn(() -> 1).detach();
              }
              return null;
            }),
        new Flood(
            "aborted tasks that try to join again and again",
            () -> {
              JoinHandle<Integer> ended = Task.spawn(() -> 1);
              for (int i = 0; i < MANY; i++) {
                CountDownLatch begun = new CountDownLatch(1);
                JoinHandle<Void> again =
                    Task.spawn(() -> {
                      begun.countDown();
                      while (!TaskRuntime.current().isShutdown()) {
                        try {
                          ended.join();
                        } catch (InterruptedException e) {
                          // on purpose
                        }
                      }
                      return null;
                    });
                begun.await();
                again.abort();
              }
              return null;
            }),
        Flood.of(
            "joins of a task that has ended",
            MANY,
            () -> {
              JoinHandle<Integer> ended = Task.spawn(() -> 1);
              while (true) {
                ended.join();
              }
            }),
        new Flood(
            "hand-overs",
            () -> {
              var _ = playInPairs(MANY, Integer.MAX_VALUE, 0);
              return null;
            }),
        new Flood(
            "hand-overs that compute", // more in two steps each than the gate stays closed for
            () -> {
              var _ = playInPairs(25 * MANY, Integer.MAX_VALUE, 20_000);
              return null;
            }),
        Flood.of(
            "new tasks that wait once and compute",
            MANY,
            () -> {
              JoinHandle<Integer> ended = Task.spawn(() -> 1);
              while (!TaskRuntime.current().isShutdown()) {
                Task.spawn(
                        () -> {
                          ended.join();
                          Kit.compute(20_000);
                          return null;
                        })
                    .detach();
              }
              return null;
            }),
        Flood.of(
            "a backlog",
            50_000,
            () -> {
              Kit.compute(100_000);
              return null;
            }));
  }

  private static Void chain() {
    Task.spawn(FairnessTest::chain);
    return null;
  }

  /** What one of a pair hands to the other: where it is to come back. */
  private record Ball(OneshotSender<Ball> back) {}

  private static List<JoinHandle<Integer>> playInPairs(int pairs, int times, int nanos) {
    List<JoinHandle<Integer>> players = new ArrayList<>();
    for (int i = 0; i < pairs; i++) {
      Oneshot<Ball> one = Oneshot.create();
      Oneshot<Ball> other = Oneshot.create();
      players.add(Task.spawn(() -> play(one.receiver(), times, nanos)));
      players.add(Task.spawn(() -> play(other.receiver(), times, nanos)));
      assertThat(one.sender().send(new Ball(other.sender()))).isTrue();
    }
    return players;
  }

  private static int play(OneshotReceiver<Ball> first, int times, int nanos)
      throws InterruptedException {
    OneshotReceiver<Ball> mine = first;
    for (int i = 0; i < times; i++) {
      Ball ball = mine.receive();
      Kit.compute(nanos);
      Oneshot<Ball> next = Oneshot.create();
      mine = next.receiver();
      var _ = ball.back().send(new Ball(next.sender()));
    }
    return times;
  }

  /** Those who play starve the pacer's probe, so that it stops them again and again. */
  @Test
  @Contract(330)
  @Semantics(13)
  void nothingIsLostAtTheGate() throws InterruptedException {
    try (TaskRuntime runtime = TaskRuntime.create()) {
      for (JoinHandle<Integer> player : runtime.blockOn(() -> playInPairs(MANY, 50_000, 0))) {
        assertThat(player.join()).isEqualTo(50_000);
      }
    }
  }

  /**
   * All carriers are taken by tasks that only yield, until one that is behind them has run. That
   * takes few yields, though not in each round: the system may have stopped a carrier.
   */
  @Test
  @Contract(337)
  void whoYieldsLetsThoseBehindItRun() throws InterruptedException {
    try (TaskRuntime runtime = TaskRuntime.create()) {
      List<Long> yields = new ArrayList<>();
      for (int round = 0; round < 201; round++) {
        AtomicLong count = new AtomicLong();
        CountDownLatch done = new CountDownLatch(1);
        List<JoinHandle<Void>> tasks =
            runtime.blockOn(() -> {
              List<JoinHandle<Void>> all = new ArrayList<>();
              for (int i = 0; i < MANY; i++) {
                all.add(
                    Task.spawn(() -> {
                      while (done.getCount() > 0) {
                        Task.yieldNow();
                        count.incrementAndGet();
                      }
                      return null;
                    }));
              }
              Task.spawn(
                      () -> {
                        done.countDown();
                        return null;
                      })
                  .detach();
              return all;
            });
        for (JoinHandle<Void> task : tasks) {
          assertThat(task.join()).isNull();
        }
        yields.add(count.get() / MANY);
      }
      Collections.sort(yields);
      assertThat(yields.get(100)).as("the median of %s", yields).isLessThan(100);
    }
  }

  @ParameterizedTest
  @MethodSource("floods")
  @Contract({330, 343, 344})
  @Semantics(13)
  void outsideWakeUpsKeepGoing(Flood flood) throws Exception {
    AtomicLong slept = new AtomicLong();
    AtomicLong unparked = new AtomicLong();
    AtomicLong spawned = new AtomicLong();
    AtomicLong echoed = new AtomicLong();
    try (TaskRuntime runtime = TaskRuntime.create();
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
        Socket accepted = server.accept()) {
      AtomicLong unparkSeen = new AtomicLong();
      runtime.blockOn(() -> {
        Task.spawn(() -> {
          while (true) {
            Task.sleep(Duration.ofMillis(1));
            slept.incrementAndGet();
          }
        });
        Task.spawn(() -> {
          int read;
          while ((read = accepted.getInputStream().read()) >= 0) {
            accepted.getOutputStream().write(read);
          }
        });
      });
      Thread parked =
          Thread.ofVirtual()
              .start(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                  LockSupport.park();
                  unparkSeen.incrementAndGet();
                }
              });
      Thread outside =
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                try {
                  while (true) {
                    LockSupport.unpark(parked);
                    unparked.set(unparkSeen.get());
                    Callable<Long> beat = spawned::incrementAndGet;
                    runtime.spawn(beat);
                    client.getOutputStream().write(1);
                    client.getInputStream().read();
                    echoed.incrementAndGet();
                    Thread.sleep(1);
                  }
                } catch (Exception e) {
                  // the sockets are closed at the end of the test
                }
              });
      runtime.blockOn(flood.start());
      List<AtomicLong> pulses = List.of(slept, unparked, spawned, echoed);
      List<Long> before = pulses.stream().map(AtomicLong::get).toList();
      Eventually.until(
          "every pulse goes on under " + flood,
          () -> {
            for (int i = 0; i < pulses.size(); i++) {
              if (pulses.get(i).get() < before.get(i) + BEATS) {
                return false;
              }
            }
            return true;
          });
      outside.interrupt();
      parked.interrupt();
    }
    assertThat(slept.get()).isGreaterThanOrEqualTo(BEATS);
  }
}
