package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HooksTest {
  private record Event(String what, TaskId id, TaskState state, Thread on, boolean live) {}

  private final Queue<Event> events = new ConcurrentLinkedQueue<>();
  private final AtomicReference<TaskRuntime> self = new AtomicReference<>();

  private final TaskHooks hooks =
      new TaskHooks() {
        @Override
        public void onSpawn(TaskId id) {
          add("spawn", id, null);
        }

        @Override
        public void onStart(TaskId id) {
          add("start", id, null);
        }

        @Override
        public void onEnd(TaskId id, TaskState state) {
          add("end", id, state);
        }

        private void add(String what, TaskId id, TaskState state) {
          boolean live =
              self.get().liveTasks().stream()
                  .anyMatch(info -> info.id().equals(id) && !info.state().isFinished());
          events.add(new Event(what, id, state, Thread.currentThread(), live));
        }
      };

  private final TaskRuntime runtime =
      TaskRuntime.builder().hooks(hooks).maxBlockingThreads(1).build();

  HooksTest() {
    self.set(runtime);
  }

  @AfterEach
  void shutDown() {
    runtime.close();
  }

  private List<Event> of(JoinHandle<?> handle) {
    return events.stream().filter(event -> event.id.equals(handle.id())).toList();
  }

  private static JoinHandle<Thread> spawn(TaskRuntime on, boolean blocking) {
    return blocking ? on.spawnBlocking(Thread::currentThread) : on.spawn(Thread::currentThread);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Contract({353, 354, 356})
  void eachStationIsToldOnceInOrderOnTheRightThread(boolean blocking) throws Exception {
    JoinHandle<Thread> handle = spawn(runtime, blocking);
    Thread own = handle.join(Kit.SOON);
    List<Event> seen = of(handle);
    assertThat(seen).extracting(Event::what).containsExactly("spawn", "start", "end");
    assertThat(seen.get(0).on).isSameAs(Thread.currentThread());
    assertThat(seen.get(0).live).as("registered before").isTrue();
    assertThat(seen.get(1).on).isSameAs(own);
    assertThat(seen.get(2).on).isSameAs(own);
    assertThat(seen.get(2).state).isEqualTo(TaskState.SUCCESS);
  }

  @Test
  @Contract(353)
  void aTaskDoesNotBeginBeforeItsSpawnHookIsDone() throws Exception {
    for (int i = 0; i < 200; i++) {
      boolean blocking = i % 2 == 0;
      AtomicReference<Boolean> hookDone = new AtomicReference<>(false);
      try (TaskRuntime own =
          TaskRuntime.builder()
              .hooks(
                  new TaskHooks() {
                    @Override
                    public void onSpawn(TaskId id) {
                      Thread.yield();
                      hookDone.set(true);
                    }
                  })
              .build()) {
        JoinHandle<Boolean> handle =
            blocking ? own.spawnBlocking(hookDone::get) : own.spawn(hookDone::get);
        assertThat(handle.join(Kit.SOON)).isTrue();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Contract(354)
  void theEndIsToldOnceWhateverItIs(boolean blocking) throws Exception {
    VoidBody<Exception> fails =
        () -> {
          throw new IOException("boom");
        };
    VoidBody<Exception> sleeps = () -> Kit.sleepForever();
    JoinHandle<Void> panic = blocking ? runtime.spawnBlocking(fails) : runtime.spawn(fails);
    assertThat(panic.outcome(Kit.SOON).isPanic()).isTrue();
    JoinHandle<Void> abort = blocking ? runtime.spawnBlocking(sleeps) : runtime.spawn(sleeps);
    Kit.eventually("it runs", () -> abort.state() == TaskState.RUNNING);
    abort.abort();
    assertThat(abort.outcome(Kit.SOON).isCancelled()).isTrue();
    JoinHandle<Void> shut = blocking ? runtime.spawnBlocking(sleeps) : runtime.spawn(sleeps);
    Kit.eventually("it runs", () -> shut.state() == TaskState.RUNNING);
    runtime.close();
    assertThat(of(panic)).extracting(Event::state).containsExactly(null, null, TaskState.PANICKED);
    assertThat(of(abort)).extracting(Event::state).containsExactly(null, null, TaskState.CANCELLED);
    assertThat(of(shut)).extracting(Event::state).containsExactly(null, null, TaskState.CANCELLED);
  }

  @Test
  @Contract({354, 356})
  @Semantics(2)
  void ofATaskThatNeverBeganTheEndIsToldOnAThreadApart() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    runtime.spawnBlocking(() -> Kit.awaitStubbornly(release));
    JoinHandle<Void> queued = runtime.spawnBlocking(() -> {});
    assertThat(queued.abort()).isTrue();
    Kit.eventually("the end is told", () -> of(queued).size() == 2);
    release.countDown();
    runtime.close();
    List<Event> seen = of(queued);
    assertThat(seen).extracting(Event::what).containsExactly("spawn", "end");
    assertThat(seen.get(1).state).isEqualTo(TaskState.CANCELLED);
    assertThat(seen.get(1).on).isNotSameAs(Thread.currentThread());
    assertThat(seen.get(1).on.isVirtual()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Contract(357)
  void ofASpawnAfterShutdownSpawnAndEndAreToldInThisOrder(boolean blocking) {
    runtime.close();
    JoinHandle<Thread> late = spawn(runtime, blocking);
    assertThat(late.isFinished()).isTrue();
    Kit.eventually("the end is told", () -> of(late).size() == 2);
    assertThat(of(late)).extracting(Event::what).containsExactly("spawn", "end");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Contract(358)
  void whatAHookThrowsIsLoggedAndTheTaskGoesOn(boolean blocking) throws Exception {
    TaskHooks broken =
        new TaskHooks() {
          @Override
          public void onSpawn(TaskId id) {
            throw new IllegalStateException("at spawn");
          }

          @Override
          public void onStart(TaskId id) {
            throw new AssertionError("at start");
          }

          @Override
          public void onEnd(TaskId id, TaskState state) {
            throw new StackOverflowError("at end");
          }
        };
    try (var spawned = LogCapture.listenFor("the spawn hook threw");
        var started = LogCapture.listenFor("the start hook threw");
        var ended = LogCapture.listenFor("the end hook threw");
        TaskRuntime own = TaskRuntime.builder().hooks(broken).build()) {
      JoinHandle<Thread> handle = spawn(own, blocking);
      assertThat(handle.outcome(Kit.SOON).isSuccess()).isTrue();
      assertThat(own.liveTaskCount()).isZero();
      assertThat(spawned.first().thrown()).hasMessage("at spawn");
      assertThat(started.first().thrown()).hasMessage("at start");
      assertThat(ended.first().thrown()).hasMessage("at end");
    }
  }

  @Test
  @Contract(11)
  void theRootOfBlockOnHasNoHooks() throws Exception {
    runtime.blockOn(() -> {});
    assertThat(events).isEmpty();
  }

  @Test
  @Contract(354)
  void manyRacingAbortsDoNotDoubleTheEnd() throws Exception {
    for (int i = 0; i < 500; i++) {
      JoinHandle<Void> handle = runtime.spawn(() -> Task.sleep(Duration.ofHours(1)));
      Thread other = Thread.startVirtualThread(handle::abort);
      handle.abort();
      other.join();
      handle.outcome(Kit.SOON);
      Kit.eventually("told", () -> of(handle).stream().anyMatch(e -> e.what.equals("end")));
      assertThat(of(handle)).filteredOn(e -> e.what.equals("end")).hasSize(1);
      events.clear();
    }
  }
}
