package dev.musubi.benchmarks;

import com.softwaremill.jox.Channel;
import com.softwaremill.jox.Select;
import com.softwaremill.jox.structured.CancellableFork;
import com.softwaremill.jox.structured.Fork;
import com.softwaremill.jox.structured.Scopes;
import dev.musubi.benchmarks.Interleaved.Batch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;

/**
 * Jox' part of the suite, where it has the thing: forks in a supervised scope, channels of capacity
 * one, and its select. A fork can be made only by the thread of its scope, so each that forks has a
 * scope of its own. See {@link SuiteMusubi}.
 */
final class SuiteJox {
  private static final long LONG_MILLIS = 600_000;

  private SuiteJox() {}

  static Optional<Batch> batch(String workload) {
    Batch inside =
        switch (workload) {
          case "spawnOne" -> SuiteJox::spawnOne;
          case "spawnTen" -> SuiteJox::spawnTen;
          case "spawnMany" -> SuiteJox::spawnMany;
          case "pingPong" -> SuiteJox::pingPong;
          case "oneshot" -> SuiteJox::oneshot;
          case "selectOneshots" -> SuiteJox::selectOneshots;
          case "skynet" -> n -> Suite.check(skynet(0, n), Suite.sumBelow(n));
          case "fib" -> _ -> Suite.check(fib(25), 75_025);
          case "sleepOneMilli" -> SuiteJox::sleepOneMilli;
          case "abortOne" -> SuiteJox::abortOne;
          default -> null;
        };
    return Optional.ofNullable(inside).map(Contest::inThread);
  }

  private static void spawnOne(int n) throws Exception {
    int got =
        Scopes.supervised(scope -> {
          int sum = 0;
          for (int i = 0; i < n; i++) {
            sum += scope.fork(() -> 1).join();
          }
          return sum;
        });
    Suite.check(got, n);
  }

  private static void spawnTen(int n) throws Exception {
    for (int i = 0; i < n / 10; i++) {
      spawnMany(10);
    }
  }

  private static void spawnMany(int n) throws Exception {
    Suite.check(forked(n, () -> 1), n);
  }

  private static void sleepOneMilli(int n) throws Exception {
    Callable<Integer> body =
        () -> {
          Thread.sleep(1);
          return 1;
        };
    Suite.check(forked(n, body), n);
  }

  private static int forked(int n, Callable<Integer> body) throws Exception {
    return Scopes.supervised(scope -> {
      List<Fork<Integer>> forks = new ArrayList<>(n);
      for (int i = 0; i < n; i++) {
        forks.add(scope.fork(body));
      }
      int sum = 0;
      for (Fork<Integer> fork : forks) {
        sum += fork.join();
      }
      return sum;
    });
  }

  private static void pingPong(int n) throws Exception {
    Suite.check(forked(n, SuiteJox::pair), n);
  }

  private static int pair() throws Exception {
    return Scopes.supervised(scope -> {
      Channel<Integer> ping = Channel.newBufferedChannel(1);
      Channel<Integer> pong = Channel.newBufferedChannel(1);
      scope.fork(() -> {
        pong.send(ping.receive());
        return 1;
      });
      ping.send(1);
      return pong.receive();
    });
  }

  private static void oneshot(int n) throws Exception {
    int sum = 0;
    for (int i = 0; i < n; i++) {
      Channel<Integer> channel = Channel.newBufferedChannel(1);
      channel.send(1);
      sum += channel.receive();
    }
    Suite.check(sum, n);
  }

  private static void selectOneshots(int n) throws Exception {
    int sum = 0;
    for (int i = 0; i < n; i++) {
      Channel<Integer> channel = Channel.newBufferedChannel(1);
      Channel<Integer> other = Channel.newBufferedChannel(1);
      channel.send(1);
      sum += Select.<Integer>select(channel.receiveClause(), other.receiveClause());
    }
    Suite.check(sum, n);
  }

  private static long skynet(long first, int size) throws Exception {
    if (size == 1) {
      return first;
    }
    int part = size / 10;
    return Scopes.supervised(scope -> {
      List<Fork<Long>> children = new ArrayList<>(10);
      for (int i = 0; i < 10; i++) {
        long from = first + (long) i * part;
        children.add(scope.fork(() -> skynet(from, part)));
      }
      long sum = 0;
      for (Fork<Long> child : children.reversed()) {
        sum += child.join();
      }
      return sum;
    });
  }

  private static long fib(int n) throws Exception {
    if (n < 2) {
      return n;
    }
    return Scopes.supervised(scope -> {
      Fork<Long> one = scope.fork(() -> fib(n - 1));
      long other = fib(n - 2);
      return one.join() + other;
    });
  }

  /** The cancel waits for the end of the body. */
  private static void abortOne(int n) throws Exception {
    int cancelled =
        Scopes.supervised(scope -> {
          int sum = 0;
          for (int i = 0; i < n; i++) {
            CountDownLatch begun = new CountDownLatch(1);
            CancellableFork<Integer> sleeper =
                scope.forkCancellable(() -> {
                  begun.countDown();
                  Thread.sleep(LONG_MILLIS);
                  return 0;
                });
            begun.await();
            try {
              sum += sleeper.cancel();
            } catch (ExecutionException e) {
              sum++;
            }
          }
          return sum;
        });
    Suite.check(cancelled, n);
  }
}
