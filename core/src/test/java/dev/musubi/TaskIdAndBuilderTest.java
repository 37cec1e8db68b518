package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** Ids, names, and what else a builder sets. */
class TaskIdAndBuilderTest {
  @AutoClose private final TaskRuntime runtime = TaskRuntime.create();
  @AutoClose private final TaskRuntime other = TaskRuntime.create();

  @Test
  @Contract({92, 93, 94, 95})
  @Semantics(10)
  void idsAreUniqueAcrossThreadsRuntimesAndKindsOfTasks() throws Exception {
    Set<Long> ids = ConcurrentHashMap.newKeySet();
    List<Thread> spawners = new ArrayList<>();
    int each = 2_000;
    for (TaskRuntime on : List.of(runtime, other, runtime, other)) {
      spawners.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < each; i++) {
                  JoinHandle<?> handle =
                      i % 10 == 0 ? on.spawnBlocking(() -> {}) : on.spawn(() -> {});
                  ids.add(handle.id().value());
                }
              }));
    }
    for (Thread spawner : spawners) {
      spawner.join();
    }
    assertThat(ids).hasSize(4 * each).allMatch(id -> id > 0);
  }

  @Test
  @Contract({94, 95})
  void idsAreEqualByTheirNumberAlone() {
    JoinHandle<?> one = runtime.task().name("n").spawn(() -> {});
    JoinHandle<?> two = runtime.task().name("n").spawn(() -> {});
    assertThat(one.id()).isEqualTo(one.abortHandle().id()).hasSameHashCodeAs(one.id());
    assertThat(one.id()).isNotEqualTo(two.id()).isNotEqualTo("1").isNotEqualTo(null);
  }

  @Test
  @Contract({96, 11})
  @Semantics(14)
  void theCurrentIdIsKnownInsideATaskOnly() throws Exception {
    assertThat(Task.tryCurrentId()).isEmpty();
    assertThatThrownBy(Task::currentId)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("not inside a task");
    runtime.blockOn(() -> {
      assertThat(Task.tryCurrentId()).isEmpty();
      assertThatThrownBy(Task::currentId).isInstanceOf(IllegalStateException.class);
    });
    JoinHandle<TaskId> handle = runtime.spawn(Task::currentId);
    assertThat(handle.join(Kit.SOON)).isEqualTo(handle.id());
    JoinHandle<TaskId> tried = runtime.spawn(() -> Task.tryCurrentId().orElseThrow());
    assertThat(tried.join(Kit.SOON)).isEqualTo(tried.id());
  }

  @Test
  @Contract(97)
  void aBlockingTaskHasAnIdOfItsOwn() throws Exception {
    record Ids(TaskId parent, TaskId child, TaskId handle) {}
    Ids ids =
        runtime
            .spawn(() -> {
              JoinHandle<TaskId> child = Task.spawnBlocking(Task::currentId);
              return new Ids(Task.currentId(), child.join(), child.id());
            })
            .join(Kit.SOON);
    assertThat(ids.child).isEqualTo(ids.handle).isNotEqualTo(ids.parent);
  }

  @Test
  @Contract(96)
  void aPoolThreadHasNoTaskBetweenTasks() throws Exception {
    try (TaskRuntime one = TaskRuntime.builder().maxBlockingThreads(1).build()) {
      Set<TaskId> seen = ConcurrentHashMap.newKeySet();
      for (int i = 0; i < 100; i++) {
        JoinHandle<TaskId> handle = one.spawnBlocking(Task::currentId);
        assertThat(handle.join(Kit.SOON)).isEqualTo(handle.id());
        seen.add(handle.id());
      }
      assertThat(seen).hasSize(100);
    }
  }

  @Test
  @Contract(99)
  @Semantics(10)
  void aNameIsReadInTheTaskAndOnHandleErrorReportAndThread() throws Exception {
    JoinHandle<String> handle =
        runtime
            .task()
            .name("fetch")
            .spawn(() -> {
              assertThat(Task.currentId().name()).contains("fetch");
              throw new IOException(Thread.currentThread().getName());
            });
    JoinException e =
        org.assertj.core.api.Assertions.catchThrowableOfType(
            JoinException.class, () -> handle.join(Kit.SOON));
    assertThat(e.panic()).hasMessage("fetch"); // the thread had the name
    assertThat(e.name()).contains("fetch");
    assertThat(e).hasMessageStartingWith("task " + handle.id().value() + " \"fetch\" panicked");
    assertThat(handle.name()).contains("fetch");
    assertThat(handle.toString()).contains("fetch").contains(Long.toString(handle.id().value()));
  }

  @Test
  @Semantics(10)
  @DisabledIfSystemProperty(named = "dev.musubi.test.light", matches = "true")
  void aTaskWithoutANameLeavesItsThreadWithoutAName() throws Exception {
    JoinHandle<String> handle = runtime.spawn(() -> Thread.currentThread().getName());
    assertThat(handle.join(Kit.SOON)).isEmpty();
    assertThat(handle.name()).isEmpty();
    assertThat(handle.id().toString()).isEqualTo(Long.toString(handle.id().value()));
  }

  @Test
  @Semantics(10)
  void aPoolThreadHasTheNameWhileTheTaskRuns() throws Exception {
    try (TaskRuntime one = TaskRuntime.builder().name("etl").maxBlockingThreads(1).build()) {
      String before = one.spawnBlocking(() -> Thread.currentThread().getName()).join(Kit.SOON);
      assertThat(before).startsWith("musubi-etl-blocking-");
      assertThat(
              one.task()
                  .name("parse")
                  .spawnBlocking(() -> Thread.currentThread().getName())
                  .join(Kit.SOON))
          .isEqualTo("parse");
      assertThat(one.spawnBlocking(() -> Thread.currentThread().getName()).join(Kit.SOON))
          .isEqualTo(before);
    }
  }

  @Test
  @Contract(99)
  void aBuilderSpawnsAnyNumberOfTasksOnTheRuntimeThatItWasTold() throws Exception {
    TaskBuilder builder = Task.builder().runtime(other).name("many");
    for (int i = 0; i < 3; i++) {
      assertThat(builder.spawn(TaskRuntime::current).join(Kit.SOON)).isSameAs(other);
      assertThat(builder.spawnBlocking(TaskRuntime::current).join(Kit.SOON)).isSameAs(other);
    }
    assertThat(runtime.task().spawn(TaskRuntime::current).join(Kit.SOON)).isSameAs(runtime);
  }

  @Test
  @Contract(99)
  void aBuilderRejectsNonsenseAtOnce() {
    assertThatThrownBy(() -> runtime.task().name(" ")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> runtime.task().name(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> runtime.task().runtime(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> runtime.task().abortPolicy(null))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> runtime.task().spawn((VoidBody<?>) null))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> runtime.spawn((VoidBody<?>) null))
        .isInstanceOf(NullPointerException.class);
  }

  private static final InheritableThreadLocal<String> INHERITED = new InheritableThreadLocal<>();

  @Test
  void threadLocalsAreInheritedOnRequestOnly() throws Exception {
    INHERITED.set("mine");
    try {
      assertThat(runtime.spawn(INHERITED::get).join(Kit.SOON)).isNull();
      assertThat(runtime.task().spawn(INHERITED::get).join(Kit.SOON)).isNull();
      assertThat(runtime.task().inheritThreadLocals(true).spawn(INHERITED::get).join(Kit.SOON))
          .isEqualTo("mine");
      assertThat(
              runtime.task().inheritThreadLocals(true).spawnBlocking(INHERITED::get).join(Kit.SOON))
          .isNull();
    } finally {
      INHERITED.remove();
    }
  }

  @Test
  @Contract(100)
  void aSpawnThatIsNotAcceptedSaysSoToTheSpawner() throws Exception {
    try (TaskRuntime full =
        TaskRuntime.builder().maxBlockingThreads(1).maxBlockingQueue(1, QueueFull.REJECT).build()) {
      CountDownLatch release = new CountDownLatch(1);
      full.spawnBlocking(() -> Kit.awaitStubbornly(release));
      full.spawnBlocking(() -> {});
      assertThatThrownBy(() -> full.task().name("third").spawnBlocking(() -> {}))
          .isInstanceOf(java.util.concurrent.RejectedExecutionException.class)
          .hasMessageContaining("third")
          .hasMessageContaining("full (1)");
      release.countDown();
    }
  }
}
