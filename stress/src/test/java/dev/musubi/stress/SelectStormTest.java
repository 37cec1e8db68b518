package dev.musubi.stress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.CancellationToken;
import dev.musubi.JoinHandle;
import dev.musubi.Select;
import dev.musubi.Task;
import dev.musubi.sync.Oneshot;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Very many selects: what is lost leaves nothing behind, and what is sent arrives once. */
@Timeout(120)
class SelectStormTest {
  private static final int SELECTORS = 4;
  private static final int EACH = 250_000;

  @Test
  void aMillionLostSelectsLeaveNothingBehind() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    JoinHandle<Integer> longLived =
        Task.spawn(() -> {
          release.await();
          return 42;
        });
    CancellationToken root = new CancellationToken();
    Oneshot<Integer> channel = Oneshot.create();
    long before = used();
    List<JoinHandle<Integer>> selectors = new ArrayList<>();
    AtomicInteger over = new AtomicInteger();
    for (int s = 0; s < SELECTORS; s++) {
      CancellationToken token = root.child();
      selectors.add(
          Task.spawn(() -> {
            for (int i = 0; i < EACH; i++) {
              int won =
                  Select.<Integer, RuntimeException>selectBiased(
                      longLived.onJoin(_ -> 1),
                      token.onCancelled(() -> 2),
                      channel.receiver().onReceive(_ -> 3),
                      Select.after(Duration.ofHours(1), () -> 4),
                      Select.after(Duration.ZERO, () -> 5));
              if (won != 5) {
                throw new AssertionError("won: " + won);
              }
            }
            over.incrementAndGet();
            return longLived.join(); // so that they stay while the memory is looked at
          }));
    }
    Stress.eventually("the storm is over", () -> over.get() == SELECTORS);
    assertThat(used() - before).as("bytes kept").isLessThan(4_000_000);
    release.countDown();
    for (JoinHandle<Integer> selector : selectors) {
      assertThat(selector.join(Duration.ofSeconds(20))).isEqualTo(42);
    }
  }

  private static long used() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /**
   * Each message is in one place at the end: with one who has received it, or still in its channel.
   * Receivers lose against timers, tokens and each other, and are aborted.
   */
  @Test
  void everyMessageIsReceivedOnceOrStillThere() throws Exception {
    long end = Stress.deadline();
    AtomicLong rounds = new AtomicLong();
    AtomicLong given = new AtomicLong();
    List<JoinHandle<?>> workers = new ArrayList<>();
    for (int w = 0; w < 3; w++) {
      workers.add(
          Task.spawn(() -> {
            while (System.nanoTime() < end) {
              given.addAndGet(oneMessage());
              rounds.incrementAndGet();
            }
          }));
    }
    for (JoinHandle<?> worker : workers) {
      worker.join();
    }
    System.out.println("messages: " + rounds + ", received by a select: " + given);
    assertThat(given.get()).isPositive();
  }

  private static int oneMessage() throws InterruptedException {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    Oneshot<Integer> channel = Oneshot.create();
    CancellationToken token = new CancellationToken();
    AtomicInteger received = new AtomicInteger();
    List<JoinHandle<?>> rivals = new ArrayList<>();
    for (int r = 0; r < 2; r++) {
      rivals.add(
          Task.spawn(() -> {
            try {
              int _ =
                  Select.<Integer, RuntimeException>select(
                      channel.receiver().onReceive(v -> received.addAndGet(v)),
                      token.onCancelled(() -> 0),
                      Select.after(Duration.ofNanos(random.nextInt(200_000)), () -> 0));
            } catch (IllegalStateException e) {
              // the other has it
            }
          }));
    }
    JoinHandle<?> sender = Task.spawn(() -> channel.sender().send(1));
    switch (random.nextInt(4)) {
      case 0 -> token.cancel();
      case 1 -> rivals.get(random.nextInt(2)).abort();
      default -> Task.yieldNow();
    }
    sender.join();
    for (JoinHandle<?> rival : rivals) {
      if (rival.outcome().isPanic()) {
        throw new AssertionError(rival.outcome().toString());
      }
    }
    int left = received.get() == 0 ? channel.receiver().tryReceive().orElse(0) : 0;
    if (received.get() + left != 1) {
      throw new AssertionError("received " + received + ", left " + left);
    }
    return received.get();
  }

  /**
   * Trees that are cancelled at any place while tasks are bound to them, end, and are waited for.
   */
  @Test
  void cancelledTreesMissNobody() throws Exception {
    long end = Stress.deadline();
    AtomicLong trees = new AtomicLong();
    AtomicBoolean failed = new AtomicBoolean();
    List<JoinHandle<?>> workers = new ArrayList<>();
    for (int w = 0; w < 3; w++) {
      workers.add(
          Task.spawn(() -> {
            while (System.nanoTime() < end && !failed.get()) {
              oneTree();
              trees.incrementAndGet();
            }
          }));
    }
    for (JoinHandle<?> worker : workers) {
      worker.join();
    }
    System.out.println("token trees: " + trees);
  }

  private static void oneTree() throws Exception {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    List<CancellationToken> tokens = new ArrayList<>();
    tokens.add(new CancellationToken());
    for (int i = 0; i < 6; i++) {
      tokens.add(tokens.get(random.nextInt(tokens.size())).child());
    }
    CountDownLatch called = new CountDownLatch(1);
    tokens.getLast().onCancel(called::countDown);
    List<JoinHandle<?>> cancels = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      CancellationToken one = tokens.get(random.nextInt(tokens.size()));
      cancels.add(Task.spawn(() -> one.cancel("one")));
    }
    cancels.add(Task.spawn(() -> tokens.getFirst().cancel("root")));
    List<JoinHandle<?>> bound = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      CancellationToken token = tokens.get(random.nextInt(tokens.size()));
      switch (i % 3) {
        case 0 -> bound.add(Task.builder().cancelledBy(token).spawn(() -> Task.sleep(HOUR)));
        case 1 -> bound.add(Task.builder().cancelledBy(token.child()).spawn(() -> {}));
        default -> bound.add(Task.spawn(() -> token.awaitCancelled()));
      }
    }
    for (JoinHandle<?> task : cancels) {
      task.join(SOON);
    }
    for (JoinHandle<?> task : bound) {
      if (task.outcome(SOON).isPanic()) {
        throw new AssertionError(task.outcome().toString());
      }
    }
    for (CancellationToken token : tokens) {
      if (!token.isCancelled() || !token.reason().equals(token.reason())) {
        throw new AssertionError(token.toString());
      }
    }
    if (!called.await(SOON.toSeconds(), java.util.concurrent.TimeUnit.SECONDS)) {
      throw new AssertionError("a callback was missed");
    }
  }

  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration SOON = Duration.ofSeconds(20);
}
