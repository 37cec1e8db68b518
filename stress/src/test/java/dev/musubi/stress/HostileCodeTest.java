package dev.musubi.stress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.AbortPolicy;
import dev.musubi.JoinHandle;
import dev.musubi.Outcome;
import dev.musubi.Panicked;
import dev.musubi.Task;
import dev.musubi.TaskHooks;
import dev.musubi.TaskId;
import dev.musubi.TaskRuntime;
import dev.musubi.TaskState;
import dev.musubi.sync.Oneshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** User code that misbehaves where the library calls it: the task ends all the same. */
class HostileCodeTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private static final class HostileHandler implements Thread.UncaughtExceptionHandler {
    @Override
    public void uncaughtException(Thread thread, Throwable thrown) {}

    @Override
    public String toString() {
      throw new IllegalStateException("toString of a handler");
    }
  }

  private static final class HostileCause extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public synchronized Throwable getCause() {
      throw new IllegalStateException("getCause of a throwable");
    }
  }

  @Test
  void aTaskEndsThoughTheHandlerThatItsBodySetCannotBePrinted() throws Exception {
    JoinHandle<Integer> handle =
        Task.spawn(() -> {
          Thread.currentThread().setUncaughtExceptionHandler(new HostileHandler());
          return 1;
        });
    assertThat(handle.join(LONG)).isEqualTo(1);
  }

  @Test
  void anAbortedTaskEndsThoughTheCauseOfItsThrowableCannotBeAsked() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    HostileCause thrown = new HostileCause();
    JoinHandle<Integer> handle =
        Task.spawn(() -> {
          begun.countDown();
          try {
            Thread.sleep(Long.MAX_VALUE);
          } catch (InterruptedException e) {
            throw thrown;
          }
          return 1;
        });
    begun.await();
    handle.abort();
    assertThat(handle.outcome(LONG).isPanic()).isTrue();
  }

  @Test
  void aTaskEndsThoughItsEndHookRunsOutOfMemoryOrStack() throws Exception {
    TaskHooks hooks =
        new TaskHooks() {
          @Override
          public void onEnd(TaskId id, TaskState state) {
            if (state == TaskState.SUCCESS) {
              throw new OutOfMemoryError("of a hook");
            }
            onEnd(id, state);
          }
        };
    try (TaskRuntime runtime = TaskRuntime.builder().hooks(hooks).build()) {
      assertThat(runtime.spawn(() -> 1).join(LONG)).isEqualTo(1);
      Callable<Integer> failing =
          () -> {
            throw new IllegalStateException("expected");
          };
      assertThat(runtime.spawn(failing).outcome(LONG).isPanic()).isTrue();
    }
  }

  @Test
  void anAbortDuringTheStartHookReachesTheBodyAndNotTheHook() throws Exception {
    CountDownLatch inHook = new CountDownLatch(1);
    CountDownLatch aborted = new CountDownLatch(1);
    AtomicReference<Throwable> disturbed = new AtomicReference<>();
    TaskHooks hooks =
        new TaskHooks() {
          @Override
          public void onStart(TaskId id) {
            inHook.countDown();
            try {
              aborted.await();
              Thread.sleep(20);
            } catch (InterruptedException e) {
              disturbed.set(e);
            }
          }
        };
    try (TaskRuntime runtime =
        TaskRuntime.builder().abortPolicy(AbortPolicy.once()).hooks(hooks).build()) {
      JoinHandle<Integer> handle =
          runtime.spawn(() -> {
            Thread.sleep(Long.MAX_VALUE);
            return 1;
          });
      inHook.await();
      handle.abort();
      aborted.countDown();
      assertThat(handle.outcome(LONG).isCancelled()).isTrue();
      assertThat(disturbed).hasNullValue();
    }
  }

  @Test
  void aJobThatIsCancelledByAShutdownInMidSubmissionIsRejectedAndNotForgotten() throws Exception {
    AtomicReference<TaskRuntime> shared = new AtomicReference<>();
    TaskHooks hooks =
        new TaskHooks() {
          @Override
          public void onSpawn(TaskId id) {
            shared.get().shutdown(Duration.ZERO);
          }
        };
    TaskRuntime runtime = TaskRuntime.builder().hooks(hooks).build();
    shared.set(runtime);
    ExecutorService view = runtime.asExecutorService();
    Callable<Integer> job = () -> 1;
    Outcome<Object> outcome = Task.<Object>spawn(() -> view.invokeAll(List.of(job))).outcome(LONG);
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Panicked.class,
            panicked ->
                assertThat(panicked.cause()).isInstanceOf(RejectedExecutionException.class));
    view.shutdown();
    assertThat(view.isTerminated()).isTrue();
  }

  @Test
  void anAbortOnAFullStackIsMadeOrNotMadeButNotHalfMade() throws Exception {
    try (TaskRuntime runtime =
        TaskRuntime.builder()
            .abortPolicy(AbortPolicy.repeating(Duration.ofMillis(200), Duration.ofSeconds(1)))
            .build()) {
      long end = Stress.deadline();
      for (int i = 0; i < 20 || System.nanoTime() < end; i++) {
        CountDownLatch begun = new CountDownLatch(1);
        JoinHandle<Integer> handle =
            runtime.spawn(() -> {
              begun.countDown();
              Thread.sleep(Long.MAX_VALUE);
              return 1;
            });
        begun.await();
        Thread climber = new Thread(null, () -> abortAtTheTop(handle), "climber", 256 * 1024);
        climber.start();
        climber.join();
        handle.abort(); // if none of the others got through
        assertThat(handle.outcome(LONG).isCancelled()).isTrue();
      }
    }
  }

  @Test
  void aSendOnAFullStackIsMadeOrNotMadeButNotHalfMade() throws Exception {
    long end = Stress.deadline();
    for (int i = 0; i < 10 || System.nanoTime() < end; i++) {
      List<Oneshot<Integer>> channels = new ArrayList<>();
      List<JoinHandle<Integer>> receiving = new ArrayList<>();
      Queue<Thread> waiting = new ConcurrentLinkedQueue<>();
      for (int n = 0; n < 20; n++) {
        Oneshot<Integer> channel = Oneshot.create();
        channels.add(channel);
        receiving.add(
            Task.spawn(() -> {
              waiting.add(Thread.currentThread());
              return channel.receiver().receive();
            }));
      }
      while (waiting.size() < channels.size()
          || !waiting.stream().allMatch(t -> t.getState() == Thread.State.WAITING)) {
        Thread.sleep(1);
      }
      Thread climber = new Thread(null, () -> sendAtTheTop(channels), "climber", 256 * 1024);
      climber.start();
      climber.join();
      for (int n = 0; n < channels.size(); n++) {
        if (channels.get(n).toString().contains("OPEN")) {
          assertThat(channels.get(n).sender().send(1)).isTrue();
        }
        assertThat(receiving.get(n).join(LONG)).isEqualTo(1);
      }
    }
  }

  private static void sendAtTheTop(List<Oneshot<Integer>> channels) {
    try {
      climb(channels.iterator(), 0);
    } catch (StackOverflowError e) {
      // as intended
    }
  }

  private static int climb(Iterator<Oneshot<Integer>> channels, int depth) {
    try {
      return climb(channels, depth + 1) + 1;
    } catch (StackOverflowError e) {
      if (channels.hasNext()) {
        var _ = channels.next().sender().send(1);
      }
      throw e;
    }
  }

  /** Fills the stack, then tries to abort from each frame on the way back until one succeeds. */
  private static void abortAtTheTop(JoinHandle<?> handle) {
    try {
      climb(handle, 0);
    } catch (StackOverflowError e) {
      // as intended
    }
  }

  private static int climb(JoinHandle<?> handle, int depth) {
    try {
      return climb(handle, depth + 1) + 1;
    } catch (StackOverflowError e) {
      if (!handle.isAbortRequested()) {
        handle.abort();
      }
      throw e;
    }
  }
}
