package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.musubi.contract.Semantics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A function over many elements, so many at a time. */
@Timeout(60)
class MapConcurrentTest {
  private final TaskRuntime runtime = TaskRuntime.create();

  @AfterEach
  void nothingIsLeaked() {
    assertThat(runtime.liveTaskCount()).isZero();
    runtime.close();
  }

  private static List<Integer> numbers(int n) {
    return IntStream.range(0, n).boxed().toList();
  }

  @Test
  void resultsComeInTheOrderOfTheElements() throws Exception {
    runtime.blockOn(() -> {
      CountDownLatch second = new CountDownLatch(1);
      try (var results =
          MapConcurrent.inOrder(
              numbers(100),
              8,
              n -> {
                if (n == 0) {
                  second.await();
                } else if (n == 1) {
                  second.countDown();
                }
                return n;
              })) {
        assertThat(results.toList()).isEqualTo(numbers(100));
        assertThat(results.next()).isEmpty();
      }
    });
  }

  @Test
  void theTasksAreSpawnedAsTheBuilderSays() throws Exception {
    runtime.blockOn(() -> {
      TaskBuilder light = Task.builder().light().name("piece");
      try (MapConcurrent<Boolean> results =
          MapConcurrent.inOrder(
                  numbers(100),
                  8,
                  n ->
                      TaskCore.current() instanceof TaskCore<?> me
                          && me.isLight()
                          && "piece".equals(me.name()))
              .spawnedBy(light)) {
        assertThat(results.next()).contains(true);
        assertThatThrownBy(() -> results.spawnedBy(light))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("the results are under way");
        assertThat(results.toList()).hasSize(99).doesNotContain(false);
      }
      try (MapConcurrent<Integer> results = MapConcurrent.inOrder(numbers(1), 1, n -> n)) {
        assertThatThrownBy(() -> results.spawnedBy(null)).isInstanceOf(NullPointerException.class);
        results.close();
        assertThatThrownBy(() -> results.spawnedBy(light))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("the results are closed");
      }
    });
  }

  @Test
  void resultsMayComeAsTheyAreReady() throws Exception {
    runtime.blockOn(() -> {
      CountDownLatch second = new CountDownLatch(1);
      try (MapConcurrent<Integer> results =
          MapConcurrent.asCompleted(
              numbers(2),
              2,
              n -> {
                if (n == 0) {
                  second.await();
                }
                return n;
              })) {
        assertThat(results.next()).contains(1);
        second.countDown();
        assertThat(results.next()).contains(0);
        assertThat(results.next()).isEmpty();
      }
    });
  }

  @Test
  void neverMoreThanTheLimitAreUnderWayAndTheSourceIsReadOnDemand() throws Exception {
    runtime.blockOn(() -> {
      AtomicInteger read = new AtomicInteger();
      AtomicInteger running = new AtomicInteger();
      AtomicInteger most = new AtomicInteger();
      Stream<Integer> endless = Stream.generate(read::incrementAndGet);
      try (var results =
          MapConcurrent.asCompleted(
              endless,
              3,
              n -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                Task.yieldNow();
                running.decrementAndGet();
                return n;
              })) {
        assertThat(read).as("nothing runs when nobody asks").hasValue(0);
        for (int taken = 1; taken <= 200; taken++) {
          assertThat(results.next()).isPresent();
          assertThat(read.get()).isLessThanOrEqualTo(taken + 3);
        }
      }
      assertThat(most.get()).isLessThanOrEqualTo(3);
    });
  }

  @Test
  @Semantics({4, 8})
  void theFirstFailureEndsEverythingAndIsThrown() throws Exception {
    runtime.blockOn(() -> {
      AtomicInteger cleaned = new AtomicInteger();
      CountDownLatch running = new CountDownLatch(2);
      AtomicBoolean closed = new AtomicBoolean();
      Stream<Integer> source = numbers(10).stream().onClose(() -> closed.set(true));
      MapConcurrent<Integer> results =
          MapConcurrent.asCompleted(
              source,
              3,
              n -> {
                if (n == 2) {
                  running.await();
                  throw new IOException("down");
                }
                try {
                  running.countDown();
                  return Kit.<Integer>sleepForever();
                } finally {
                  cleaned.incrementAndGet();
                }
              });
      assertThatThrownBy(results::next)
          .isInstanceOf(JoinException.class)
          .hasRootCauseMessage("down");
      assertThat(cleaned).as("the others have really ended").hasValue(2);
      assertThat(closed).isTrue();
      assertThatThrownBy(results::next).isInstanceOf(IllegalStateException.class);
      results.close();
    });
  }

  @Test
  void aSourceThatFailsEndsEverythingToo() throws Exception {
    runtime.blockOn(() -> {
      Stream<Integer> source =
          Stream.of(1, 2, 3)
              .peek(n -> {
                if (n == 3) {
                  throw new IllegalStateException("source");
                }
              });
      MapConcurrent<Integer> results =
          MapConcurrent.inOrder(source, 10, n -> Kit.<Integer>sleepForever());
      assertThatThrownBy(results::next).hasMessage("source");
      assertThat(runtime.liveTaskCount()).isZero();
    });
  }

  @Test
  @Semantics({4, 8})
  void aConsumerThatStopsOrIsAbortedStopsTheWork() throws Exception {
    AtomicReference<Thread> waiter = new AtomicReference<>();
    AtomicInteger cleaned = new AtomicInteger();
    JoinHandle<?> consumer =
        runtime.spawn(() -> {
          waiter.set(Thread.currentThread());
          try (var results =
              MapConcurrent.inOrder(
                  numbers(10),
                  2,
                  n -> {
                    try {
                      return Kit.<Integer>sleepForever();
                    } finally {
                      cleaned.incrementAndGet();
                    }
                  })) {
            results.next();
          }
        });
    Kit.awaitParked(Kit.thread(waiter));
    Kit.eventually("both run", () -> runtime.liveTaskCount() == 3);
    assertThat(consumer.abortAndJoin().isCancelled()).isTrue();
    assertThat(runtime.liveTaskCount()).isZero();
    assertThat(cleaned.get()).isLessThanOrEqualTo(2);
  }

  @Test
  @Semantics(8)
  void anInterruptedWaitHasTakenNothing() throws Exception {
    runtime.blockOn(() -> {
      try (var results = MapConcurrent.inOrder(numbers(5), 2, n -> n)) {
        List<Integer> taken = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
          Thread.currentThread().interrupt();
          assertThatThrownBy(results::next).isInstanceOf(InterruptedException.class);
          taken.add(results.next().orElseThrow());
        }
        assertThat(taken).isEqualTo(numbers(5));
        assertThat(results.next()).isEqualTo(Optional.empty());
      }
    });
  }

  @Test
  void badArgumentsAreRefused() {
    assertThatThrownBy(() -> MapConcurrent.inOrder(numbers(1), 0, n -> n))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> MapConcurrent.inOrder(numbers(1), 1, null))
        .isInstanceOf(NullPointerException.class);
  }
}
