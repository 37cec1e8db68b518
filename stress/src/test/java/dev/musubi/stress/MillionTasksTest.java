package dev.musubi.stress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.AbortPolicy;
import dev.musubi.Cancelled;
import dev.musubi.JoinHandle;
import dev.musubi.Outcome;
import dev.musubi.Panicked;
import dev.musubi.Success;
import dev.musubi.Task;
import dev.musubi.TaskRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * A million tasks (as many as fit into the time) that are aborted, joined, timed out, detached and
 * shut down at random, from several threads. The oracle: cancelled means aborted or shut down; a
 * value means that the body ran to its end; a body runs at most once, and has left when its task is
 * finished; each failure is handed out or reported, exactly once.
 */
class MillionTasksTest {
  private static final int MOST = 1_000_000;
  private static final int ROUND = 10_000;
  private static final int SPAWNERS = 4;

  private static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;
    final AtomicInteger reports = new AtomicInteger();
    volatile boolean looked;

    Failure() {
      super(null, null, false, false);
    }
  }

  /** One task and what is known of it. */
  private static final class Specimen {
    final AtomicInteger entered = new AtomicInteger();
    final AtomicBoolean left = new AtomicBoolean();
    final AtomicBoolean returned = new AtomicBoolean();
    final Failure failure = new Failure();
    final int kind;
    JoinHandle<Integer> handle;
    boolean aborted;
    boolean detached;

    Specimen(int kind) {
      this.kind = kind;
    }

    int body() throws Exception {
      entered.incrementAndGet();
      try {
        switch (kind & 7) {
          case 0 -> Task.sleep(Duration.ofNanos(1_000L * (kind & 63)));
          case 1 -> Task.yieldNow();
          case 2 -> Task.shield(() -> Thread.yield());
          case 3 -> {
            for (int i = 0; i < (kind & 255); i++) {
              Thread.onSpinWait();
              Task.checkAborted();
            }
          }
          case 4 -> throw failure;
          default -> Thread.onSpinWait();
        }
        returned.set(true);
        return kind;
      } finally {
        left.set(true);
      }
    }
  }

  @Test
  void whateverIsDoneToThemTheHandlesTellTheTruth() throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(Stress.SECONDS).toNanos();
    AtomicLong spawned = new AtomicLong();
    Queue<Throwable> problems = new ConcurrentLinkedQueue<>();
    while (spawned.get() < MOST && System.nanoTime() < end && problems.isEmpty()) {
      round(spawned, problems);
    }
    assertThat(problems).isEmpty();
    assertThat(spawned.get()).isGreaterThanOrEqualTo(ROUND);
    System.out.println("tasks: " + spawned);
  }

  private static void round(AtomicLong spawned, Queue<Throwable> problems) throws Exception {
    List<Specimen> all = new ArrayList<>();
    AtomicBoolean shutdown = new AtomicBoolean();
    TaskRuntime runtime =
        TaskRuntime.builder()
            .maxBlockingThreads(4)
            .abortPolicy(AbortPolicy.repeating(Duration.ofMillis(5), Duration.ofMillis(50)))
            .failureHook(failure -> ((Failure) failure.cause()).reports.incrementAndGet())
            .build();
    List<Thread> spawners = new ArrayList<>();
    for (int t = 0; t < SPAWNERS; t++) {
      long seed = spawned.get() + t;
      boolean virtual = t % 2 == 0;
      Thread.Builder builder = virtual ? Thread.ofVirtual() : Thread.ofPlatform();
      spawners.add(
          builder.start(() -> {
            try {
              List<Specimen> mine = spawnSome(runtime, new SplittableRandom(seed));
              synchronized (all) {
                all.addAll(mine);
              }
            } catch (Throwable e) {
              problems.add(e);
            }
          }));
    }
    boolean early = spawned.get() % (3 * ROUND) == 0;
    if (early) {
      shutdown.set(true);
      assertThat(runtime.shutdown(Duration.ofSeconds(20)).isComplete()).isTrue();
    }
    for (Thread spawner : spawners) {
      spawner.join();
    }
    for (Specimen specimen : all) {
      check(specimen, early);
    }
    shutdown.set(true);
    assertThat(runtime.shutdown(Duration.ofSeconds(20)).isComplete()).isTrue();
    assertThat(runtime.liveTaskCount()).isZero();
    for (Specimen specimen : all) {
      if (specimen.handle.state() == dev.musubi.TaskState.PANICKED) {
        Failure failure = specimen.failure;
        Stress.eventually("it is told", () -> failure.looked || failure.reports.get() > 0);
        assertThat(failure.reports.get()).isLessThanOrEqualTo(1);
      }
    }
    spawned.addAndGet(all.size());
  }

  private static List<Specimen> spawnSome(TaskRuntime runtime, SplittableRandom random)
      throws InterruptedException {
    List<Specimen> mine = new ArrayList<>();
    for (int i = 0; i < ROUND / SPAWNERS; i++) {
      Specimen specimen = new Specimen(random.nextInt());
      specimen.handle =
          random.nextInt(20) == 0
              ? runtime.spawnBlocking(() -> specimen.body())
              : runtime.spawn(() -> specimen.body());
      mine.add(specimen);
      Specimen other = mine.get(random.nextInt(mine.size()));
      switch (random.nextInt(8)) {
        case 0, 1 -> other.aborted |= other.handle.abort();
        case 2 -> waitBriefly(other);
        case 3 -> {
          if (!other.detached && random.nextInt(4) == 0) {
            other.detached = true;
            other.handle.detach();
          }
        }
        default -> {}
      }
    }
    return mine;
  }

  private static void waitBriefly(Specimen specimen) throws InterruptedException {
    if (!specimen.detached) {
      try {
        if (specimen.handle.outcome(Duration.ofNanos(50_000)).isPanic()) {
          specimen.failure.looked = true;
        }
      } catch (TimeoutException e) {
        // it can be joined later
      }
    }
  }

  private static void check(Specimen specimen, boolean shutdown) throws Exception {
    if (specimen.detached) {
      Stress.eventually("a detached task ends", specimen.handle::isFinished);
      return;
    }
    Outcome<Integer> outcome = specimen.handle.outcome(Duration.ofSeconds(20));
    assertThat(specimen.entered.get()).isLessThanOrEqualTo(1);
    if (specimen.entered.get() == 1) {
      assertThat(specimen.left).isTrue();
    } else {
      assertThat(specimen.aborted || shutdown).isTrue();
    }
    switch (outcome) {
      case Success<Integer>(Integer value) -> {
        assertThat(value).isEqualTo(specimen.kind);
        assertThat(specimen.returned).isTrue();
      }
      case Cancelled<Integer> _ -> assertThat(specimen.aborted || shutdown).isTrue();
      case Panicked<Integer>(_, Throwable cause) -> {
        assertThat(cause).isSameAs(specimen.failure);
        specimen.failure.looked = true;
      }
    }
  }
}
