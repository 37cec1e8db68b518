package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import java.io.IOException;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** An interrupt meant for a task reaches nobody else. */
@Semantics(6)
class NoStrayInterruptTest {
  private static final AbortPolicy HASTY =
      AbortPolicy.repeating(Duration.ofNanos(100_000), Duration.ofNanos(100_000));

  @Test
  void thePoolThreadsNextTaskIsNotInterrupted() throws Exception {
    try (TaskRuntime one = TaskRuntime.builder().maxBlockingThreads(1).abortPolicy(HASTY).build()) {
      AtomicInteger aborted = new AtomicInteger();
      for (int i = 0; i < 3_000; i++) {
        AtomicReference<Boolean> running = new AtomicReference<>(false);
        int spins = i % 500;
        boolean surely = i % 10 == 0; // most rounds may miss each other on a busy machine
        JoinHandle<Void> victim =
            one.spawnBlocking(() -> {
              running.set(true);
              for (int n = 0; n < spins || surely && !Task.isAbortRequested(); n++) {
                Thread.onSpinWait();
              }
              if (Task.isAbortRequested()) {
                aborted.incrementAndGet();
              }
            });
        JoinHandle<Boolean> next =
            one.spawnBlocking(() -> {
              for (int n = 0; n < 50; n++) {
                if (Thread.currentThread().isInterrupted()) {
                  return true;
                }
                Thread.onSpinWait();
              }
              return false;
            });
        while (!running.get()) {
          Thread.onSpinWait();
        }
        victim.abort();
        assertThat(next.join(Kit.SOON)).as("stray interrupt").isFalse();
      }
      assertThat(aborted.get()).as("the race took place").isPositive();
    }
  }

  @Test
  void aPoolThreadDoesNotKeepTheFlagThatABodyLeftBehind() throws Exception {
    try (TaskRuntime one = TaskRuntime.builder().maxBlockingThreads(1).build()) {
      one.spawnBlocking(() -> Thread.currentThread().interrupt()).join(Kit.SOON);
      assertThat(one.spawnBlocking(() -> Thread.currentThread().isInterrupted()).join(Kit.SOON))
          .isFalse();
    }
  }

  @Test
  void hooksAndDependentsAreNotInterrupted() throws Exception {
    Queue<String> flags = new ConcurrentLinkedQueue<>();
    TaskHooks hooks =
        new TaskHooks() {
          @Override
          public void onEnd(TaskId id, TaskState state) {
            for (int n = 0; n < 50; n++) {
              if (Thread.currentThread().isInterrupted()) {
                flags.add("end hook");
              }
              Thread.onSpinWait();
            }
          }
        };
    try (TaskRuntime hooked = TaskRuntime.builder().hooks(hooks).abortPolicy(HASTY).build()) {
      for (int i = 0; i < 1_000; i++) {
        int spins = i % 300;
        CountDownLatch inside = new CountDownLatch(1);
        JoinHandle<Void> victim =
            hooked.spawn(() -> {
              inside.countDown();
              for (int n = 0; n < spins; n++) {
                Thread.onSpinWait();
              }
            });
        CompletableFuture<Boolean> dependent =
            victim.toCompletableFuture().handle((_, _) -> Thread.currentThread().isInterrupted());
        Kit.await(inside);
        victim.abort();
        if (dependent.get(20, TimeUnit.SECONDS)) {
          flags.add("dependent");
        }
        victim.outcome(Kit.SOON);
      }
    }
    assertThat(flags).isEmpty();
  }

  @Test
  @Contract(64)
  void aJoinerIsNotInterruptedByTheAbortOfWhatItJoins() throws Exception {
    try (TaskRuntime runtime = TaskRuntime.builder().abortPolicy(HASTY).build()) {
      for (int i = 0; i < 500; i++) {
        JoinHandle<Void> victim = runtime.spawn(() -> Kit.sleepForever());
        JoinHandle<Boolean> joiner =
            runtime.spawn(() -> {
              victim.outcome(); // throws if this thread were interrupted
              return Thread.currentThread().isInterrupted();
            });
        victim.abort();
        assertThat(joiner.join(Kit.SOON)).isFalse();
      }
    }
  }

  @Test
  @Semantics({4, 6})
  void theCleanUpAfterAWaitThatThrewIsNotInterruptedByTheSameAbort() throws Exception {
    try (TaskRuntime runtime = TaskRuntime.builder().abortPolicy(AbortPolicy.once()).build()) {
      for (int i = 0; i < 2_000; i++) {
        CountDownLatch inside = new CountDownLatch(1);
        boolean sleeps = i % 2 == 0;
        JoinHandle<Boolean> handle =
            runtime.spawn(() -> {
              inside.countDown();
              try {
                while (true) {
                  if (sleeps) {
                    Task.sleep(Duration.ofHours(1));
                  }
                  Task.checkAborted();
                }
              } catch (TaskAbortedException e) {
                for (int n = 0; n < 200; n++) {
                  if (Thread.currentThread().isInterrupted()) {
                    return false;
                  }
                  Thread.onSpinWait();
                }
                return true;
              }
            });
        Kit.await(inside);
        handle.abort();
        assertThat(handle.join(Kit.SOON)).as("clean-up is left alone").isTrue();
      }
    }
  }

  /** A channel in whose close code the interrupter finds itself. */
  private static final class Sticky extends AbstractInterruptibleChannel {
    private final VoidBody<IOException> onClose;
    final CountDownLatch inside = new CountDownLatch(1);

    Sticky(VoidBody<IOException> onClose) {
      this.onClose = onClose;
    }

    void block() throws IOException {
      boolean completed = false;
      try {
        begin();
        inside.countDown();
        Kit.eventually("closed", () -> !isOpen());
        completed = true;
      } finally {
        end(completed);
      }
    }

    @Override
    protected void implCloseChannel() throws IOException {
      try {
        onClose.run();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void whatTheCloseCodeThrowsIsLoggedAndTheAbortGoesOn() throws Exception {
    try (var log = LogCapture.listenFor("\"sticky\"");
        TaskRuntime runtime = TaskRuntime.create()) {
      Sticky channel =
          new Sticky(() -> {
            throw new IllegalStateException("close code");
          });
      JoinHandle<Void> handle = runtime.task().name("sticky").spawn(() -> channel.block());
      Kit.await(channel.inside);
      assertThat(handle.abort()).isTrue();
      assertThat(handle.outcome(Kit.SOON).isCancelled()).isTrue();
      assertThat(log.first().thrown()).hasMessage("close code");
    }
  }

  @Test
  @Semantics({6, 11})
  void inAShutdownOneAbortCannotHoldUpTheNext() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    TaskRuntime runtime = TaskRuntime.create();
    Sticky channel = new Sticky(() -> Kit.awaitStubbornly(release));
    JoinHandle<Void> before = runtime.spawn(() -> Kit.sleepForever());
    JoinHandle<Void> stuck = runtime.spawn(() -> channel.block());
    JoinHandle<Void> after = runtime.spawn(() -> Kit.sleepForever());
    Kit.await(channel.inside);
    runtime.shutdown(Duration.ZERO); // returns although the close code hangs
    assertThat(before.outcome(Kit.SOON).isCancelled()).isTrue();
    assertThat(after.outcome(Kit.SOON).isCancelled()).isTrue();
    assertThat(stuck.isFinished()).isFalse();
    release.countDown();
    assertThat(stuck.outcome(Kit.SOON).isCancelled()).isTrue();
    runtime.close();
  }

  @Test
  void repeatsDoNotRunCloseCodeOnTheTimerThread() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    AtomicReference<Thread> closer = new AtomicReference<>();
    try (TaskRuntime runtime = TaskRuntime.builder().abortPolicy(HASTY).build()) {
      CountDownLatch swallowed = new CountDownLatch(1);
      Sticky channel =
          new Sticky(() -> {
            closer.set(Thread.currentThread());
            Kit.awaitStubbornly(release);
          });
      JoinHandle<Void> stuck =
          runtime.spawn(() -> {
            swallowed.countDown();
            Kit.awaitStubbornly(new CountDownLatch(0));
            try {
              Kit.sleepForever();
            } catch (InterruptedException e) {
              // swallowed
            }
            channel.block(); // the repeat finds it here
          });
      Kit.await(swallowed);
      stuck.abort();
      Kit.eventually("the close code runs", () -> closer.get() != null);
      assertThat(closer.get().isVirtual()).as("%s", closer.get()).isTrue();
      // the timer goes on: another task's repeats come
      AtomicInteger interrupts = new AtomicInteger();
      JoinHandle<Void> other =
          runtime.spawn(() -> {
            while (interrupts.get() < 3) {
              try {
                Kit.sleepForever();
              } catch (InterruptedException e) {
                interrupts.incrementAndGet();
              }
            }
          });
      Kit.eventually("it runs", () -> other.state() == TaskState.RUNNING);
      other.abort();
      assertThat(other.outcome(Kit.SOON).isSuccess()).isTrue();
      release.countDown();
    }
  }
}
