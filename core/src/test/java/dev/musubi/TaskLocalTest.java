package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.musubi.contract.Contract;
import java.io.IOException;
import java.time.Duration;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class TaskLocalTest {
  private static final TaskLocal<String> USER = TaskLocal.named("user");
  private static final TaskLocal<String> TRACE = TaskLocal.named("trace");
  private static final TaskLocal<String> PRIVATE = TaskLocal.notInherited("private");

  @AutoClose
  private final TaskRuntime runtime = TaskRuntime.builder().maxBlockingThreads(1).build();

  private static String all() {
    return USER.tryGet().orElse("-")
        + " "
        + TRACE.tryGet().orElse("-")
        + " "
        + PRIVATE.tryGet().orElse("-");
  }

  @Test
  @Contract(346)
  void aValueIsSetForTheLengthOfABodyAndGoneAfterwards() throws Exception {
    assertThat(USER.tryGet()).isEmpty();
    String seen = USER.callWhere("ann", () -> USER.get());
    assertThat(seen).isEqualTo("ann");
    assertThat(USER.tryGet()).isEmpty();
    IOException boom = new IOException("boom");
    assertThatThrownBy(() ->
            USER.runWhere(
                "ann",
                () -> {
                  throw boom;
                }))
        .isSameAs(boom);
    assertThat(USER.tryGet()).isEmpty();
    assertThatThrownBy(() -> USER.runWhere(null, () -> {}))
        .isInstanceOf(NullPointerException.class);
  }

  @Test
  @Contract(350)
  void outsideGetThrowsAndNamesTheKey() {
    assertThatThrownBy(USER::get)
        .isInstanceOf(NoSuchElementException.class)
        .hasMessageContaining("user");
    assertThat(USER.tryGet()).isEmpty();
    assertThat(USER).hasToString("TaskLocal[user]");
  }

  @Test
  @Contract(348)
  void nestedValuesShadowAndComeBack() throws Exception {
    USER.runWhere(
        "outer",
        () -> {
          TRACE.runWhere(
              "t",
              () -> {
                USER.runWhere("inner", () -> assertThat(all()).isEqualTo("inner t -"));
                assertThat(all()).isEqualTo("outer t -");
              });
          assertThat(all()).isEqualTo("outer - -");
        });
    assertThat(all()).isEqualTo("- - -");
  }

  @Test
  @Contract(349)
  void aValueSurvivesSuspensions() throws Exception {
    runtime
        .task()
        .taskLocal(USER, "ann")
        .spawn(() -> {
          for (int i = 0; i < 20; i++) {
            Task.yieldNow();
            Task.sleep(Duration.ofNanos(100_000));
            Task.spawn(() -> {}).join();
            assertThat(USER.get()).isEqualTo("ann");
          }
        })
        .join(Kit.SOON);
  }

  @Test
  @Contract(347)
  void spawnedTasksInheritBlockingOnesToo() throws Exception {
    USER.runWhere(
        "ann",
        () ->
            PRIVATE.runWhere(
                "p",
                () -> {
                  assertThat(all()).isEqualTo("ann - p");
                  assertThat(runtime.spawn(TaskLocalTest::all).join()).isEqualTo("ann - -");
                  assertThat(runtime.spawnBlocking(TaskLocalTest::all).join()).isEqualTo("ann - -");
                  assertThat(
                          runtime
                              .spawn(() -> Task.spawn(() -> Task.spawnBlocking(() -> all()).join()))
                              .join()
                              .join())
                      .isEqualTo("ann - -");
                }));
    assertThat(runtime.spawnBlocking(TaskLocalTest::all).join(Kit.SOON))
        .as("the pool's thread keeps nothing")
        .isEqualTo("- - -");
  }

  @Test
  @Contract(347)
  void inheritingCanBeTurnedOffAndValuesSetForOneTask() throws Exception {
    USER.runWhere(
        "ann",
        () ->
            TRACE.runWhere(
                "t",
                () -> {
                  TaskBuilder off = runtime.task().inheritTaskLocals(false);
                  assertThat(off.spawn(TaskLocalTest::all).join()).isEqualTo("- - -");
                  off.taskLocal(USER, "bob").taskLocal(PRIVATE, "own");
                  assertThat(off.spawn(TaskLocalTest::all).join()).isEqualTo("bob - own");
                  assertThat(off.spawnBlocking(TaskLocalTest::all).join()).isEqualTo("bob - own");
                  TaskBuilder on = runtime.task().taskLocal(USER, "bob").taskLocal(USER, "cid");
                  assertThat(on.spawn(TaskLocalTest::all).join()).isEqualTo("cid t -");
                  assertThat(all()).as("the spawner's own are untouched").isEqualTo("ann t -");
                }));
  }

  @Test
  @Contract(347)
  void whatATaskSetsIsSeenByItsChildrenOnly() throws Exception {
    AtomicReference<String> child = new AtomicReference<>();
    runtime
        .spawn(() -> {
          USER.runWhere("mine", () -> child.set(Task.spawn(TaskLocalTest::all).join()));
          assertThat(all()).isEqualTo("- - -");
        })
        .join(Kit.SOON);
    assertThat(child).hasValue("mine - -");
    assertThat(all()).isEqualTo("- - -");
  }

  @Test
  @Contract(347)
  void theValueOfTheSpawnCountsNotTheOneAtTheStart() throws Exception {
    TaskBuilder builder = runtime.task();
    JoinHandle<String> handle = USER.callWhere("then", () -> builder.spawn(TaskLocalTest::all));
    assertThat(handle.join(Kit.SOON)).isEqualTo("then - -");
    assertThat(builder.spawn(TaskLocalTest::all).join(Kit.SOON)).isEqualTo("- - -");
  }

  @Test
  void aForeignThreadSeesNothing() throws Exception {
    AtomicReference<String> seen = new AtomicReference<>();
    USER.runWhere("ann", () -> Thread.ofVirtual().start(() -> seen.set(all())).join());
    assertThat(seen).hasValue("- - -");
  }
}
