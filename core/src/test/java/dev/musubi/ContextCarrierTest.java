package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.musubi.contract.Semantics;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Context of other libraries, carried from the spawn into the task. */
class ContextCarrierTest {
  private static final ThreadLocal<String> MDC = new ThreadLocal<>();

  private static final ContextCarrier CARRIER =
      () -> {
        String captured = MDC.get();
        return captured == null
            ? null
            : () -> {
              String before = MDC.get();
              MDC.set(captured);
              return () -> {
                if (before == null) {
                  MDC.remove();
                } else {
                  MDC.set(before);
                }
              };
            };
      };

  @AfterEach
  void clear() {
    MDC.remove();
  }

  private static JoinHandle<String> spawn(TaskRuntime on, int way) {
    return switch (way) {
      case 0 -> on.spawn(MDC::get);
      case 1 -> on.spawnBlocking(MDC::get);
      case 2 -> on.task().spawn(MDC::get);
      default -> on.task().spawnBlocking(MDC::get);
    };
  }

  @Test
  void theContextOfTheSpawnIsInForceInTheTaskAndPutBackAfter() throws Exception {
    try (TaskRuntime runtime =
        TaskRuntime.builder().maxBlockingThreads(1).contextCarrier(CARRIER).build()) {
      for (int way = 0; way < 4; way++) {
        MDC.set("request 17");
        JoinHandle<String> with = spawn(runtime, way);
        MDC.set("request 18");
        assertThat(with.join(Kit.SOON)).isEqualTo("request 17");
        MDC.remove();
        assertThat(spawn(runtime, way).join(Kit.SOON)).isNull(); // the pool's thread is clean
      }
    }
  }

  @Test
  void itReachesTasksOfTasks() throws Exception {
    try (TaskRuntime runtime = TaskRuntime.builder().contextCarrier(CARRIER).build()) {
      MDC.set("request 17");
      assertThat(runtime.spawn(() -> Task.spawn(MDC::get).join()).join(Kit.SOON))
          .isEqualTo("request 17");
    }
  }

  @Test
  void withoutACarrierNothingIsCarried() throws Exception {
    try (TaskRuntime runtime = TaskRuntime.create()) {
      MDC.set("request 17");
      assertThat(runtime.spawn(MDC::get).join(Kit.SOON)).isNull();
    }
  }

  private static ContextCarrier noting(String name, Queue<String> notes) {
    return () -> {
      notes.add("capture " + name);
      return () -> {
        notes.add("restore " + name);
        return () -> notes.add("close " + name);
      };
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"value", "panic", "abort"})
  void carriersNestInTheOrderOfAdditionWhateverTheEnd(String end) throws Exception {
    Queue<String> notes = new ConcurrentLinkedQueue<>();
    try (TaskRuntime runtime =
        TaskRuntime.builder()
            .contextCarrier(noting("a", notes))
            .contextCarrier(noting("b", notes))
            .build()) {
      CountDownLatch inside = new CountDownLatch(1);
      JoinHandle<Void> handle =
          runtime.spawn(() -> {
            notes.add("body");
            inside.countDown();
            switch (end) {
              case "value" -> {}
              case "panic" -> throw new IllegalStateException("boom");
              default -> Kit.sleepForever();
            }
          });
      Kit.await(inside);
      if (end.equals("abort")) {
        handle.abort();
      }
      handle.outcome(Kit.SOON);
      assertThat(notes)
          .containsExactly(
              "capture a", "capture b", "restore a", "restore b", "body", "close b", "close a");
    }
  }

  @Test
  void whatCaptureThrowsLeavesTheSpawnAndNothingHasStarted() {
    try (TaskRuntime runtime =
        TaskRuntime.builder()
            .contextCarrier(() -> {
              throw new IllegalStateException("no context");
            })
            .build()) {
      AtomicBoolean ran = new AtomicBoolean();
      VoidBody<RuntimeException> body = () -> ran.set(true);
      for (VoidBody<RuntimeException> spawn :
          List.<VoidBody<RuntimeException>>of(
              () -> runtime.spawn(body),
              () -> runtime.spawnBlocking(body),
              () -> runtime.task().spawn(body))) {
        assertThatThrownBy(spawn::run)
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("no context");
      }
      assertThat(runtime.liveTaskCount()).isZero();
      assertThat(ran).isFalse();
    }
  }

  @Test
  void whatRestoreThrowsIsThePanicAndTheBodyDoesNotRun() throws Exception {
    IllegalStateException broken = new IllegalStateException("broken");
    Queue<String> notes = new ConcurrentLinkedQueue<>();
    try (TaskRuntime runtime =
        TaskRuntime.builder()
            .contextCarrier(noting("a", notes))
            .contextCarrier(() ->
                () -> {
                  throw broken;
                })
            .build()) {
      JoinHandle<Void> handle =
          runtime.spawn(() -> {
            notes.add("body");
          });
      assertThat(handle.outcome(Kit.SOON)).isEqualTo(new Panicked<Void>(handle.id(), broken));
      assertThat(notes).containsExactly("capture a", "restore a", "close a");
    }
  }

  @Test
  @Semantics(2)
  void ofATaskThatNeverRunsNothingIsRestored() throws Exception {
    Queue<String> notes = new ConcurrentLinkedQueue<>();
    CountDownLatch release = new CountDownLatch(1);
    try (TaskRuntime runtime =
        TaskRuntime.builder().maxBlockingThreads(1).contextCarrier(noting("a", notes)).build()) {
      CountDownLatch inside = new CountDownLatch(1);
      JoinHandle<Void> busy =
          runtime.spawnBlocking(() -> {
            inside.countDown();
            Kit.awaitStubbornly(release);
          });
      Kit.await(inside);
      JoinHandle<Void> queued = runtime.spawnBlocking(() -> {});
      queued.abort();
      release.countDown();
      busy.join(Kit.SOON);
      assertThat(notes).containsExactly("capture a", "restore a", "capture a", "close a");
    }
  }
}
