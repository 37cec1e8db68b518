package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import dev.musubi.support.Eventually;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
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

  record Flood(String name, Body<Void, Exception> start) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Flood> floods() {
    int many = 2 * Runtime.getRuntime().availableProcessors();
    return Stream.of(
        new Flood(
            "yield loops",
            () -> {
              for (int i = 0; i < many; i++) {
                Task.spawn(() -> {
                  while (true) {
                    Task.yieldNow();
                  }
                });
              }
              return null;
            }),
        new Flood(
            "spawn and join loops",
            () -> {
              for (int i = 0; i < many; i++) {
                Task.spawn(() -> {
                  while (true) {
                    List<JoinHandle<Integer>> handles = new ArrayList<>();
                    for (int k = 0; k < 100; k++) {
                      handles.add(Task.spawn(() -> 1));
                    }
                    for (JoinHandle<Integer> handle : handles) {
                      handle.join();
                    }
                  }
                });
              }
              return null;
            }),
        new Flood(
            "chains",
            () -> {
              for (int i = 0; i < many; i++) {
                Task.spawn(FairnessTest::chain);
              }
              return null;
            }),
        new Flood(
            "a backlog",
            () -> {
              for (int i = 0; i < 50_000; i++) {
                Task.spawn(() -> Kit.compute(100_000));
              }
              return null;
            }));
  }

  private static Void chain() {
    Task.spawn(FairnessTest::chain);
    return null;
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
