package dev.musubi.abort;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.AbortPolicy;
import dev.musubi.AbortReason;
import dev.musubi.Cancelled;
import dev.musubi.JoinHandle;
import dev.musubi.JoinTimeoutException;
import dev.musubi.Outcome;
import dev.musubi.TaskRuntime;
import dev.musubi.TaskState;
import dev.musubi.VoidBody;
import dev.musubi.abort.AbortTable.Row;
import dev.musubi.abort.Effect.Flag;
import dev.musubi.abort.Effect.Reaction;
import dev.musubi.abort.Scene.On;
import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Performs every row of the {@link AbortTable}, and keeps the guide's page in step with it. */
class AbortTableTest {
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  /**
   * How long we watch a call that is not to react; a wrong row may slip through, a right one never
   * fails.
   */
  private static final Duration WATCHED = Duration.ofMillis(100);

  /** What the body saw. Written by the task, read after its end. */
  private static final class Witness {
    boolean begun;
    Flag flag = Flag.NONE;
    Optional<Throwable> thrown = Optional.empty();
  }

  static Stream<Arguments> rows() {
    return AbortTable.rows().stream()
        .flatMap(row -> Stream.of(On.values()).map(on -> Arguments.of(row.call(), on, row)));
  }

  @ParameterizedTest(name = "{0} on a {1} thread")
  @MethodSource("rows")
  @Semantics({2, 3, 4, 5, 6, 7})
  @Contract({24, 50, 51, 52, 54, 57, 66, 67, 313})
  void abortDoesWhatTheTableSays(String call, On on, Row row) throws Exception {
    TaskRuntime runtime =
        TaskRuntime.builder()
            .maxBlockingThreads(1)
            .abortPolicy(AbortPolicy.once())
            .closeDeadline(DEADLINE)
            .onClosed(report -> assertThat(report.stragglers()).isEmpty())
            .build();
    try (runtime) {
      try (Scene scene = new Scene(on, runtime)) {
        row.scene().prepare(scene);
        assertThat(perform(scene, row.on(on))).isEqualTo(row.on(on));
      }
      boolean stray = runtime.spawnBlocking(() -> Thread.currentThread().isInterrupted()).join();
      assertThat(stray).as("an interrupt left on the pooled thread").isFalse();
    }
  }

  private static Effect perform(Scene scene, Effect expected) throws Exception {
    Witness witness = new Witness();
    VoidBody<Exception> body = () -> witnessed(scene, witness);
    JoinHandle<?> handle =
        scene.on == On.VIRTUAL ? scene.runtime.spawn(body) : scene.runtime.spawnBlocking(body);
    if (scene.isUnstarted()) {
      assertThat(handle.state()).isEqualTo(TaskState.SCHEDULED);
    } else {
      scene.awaitPlace(handle);
    }

    assertThat(handle.abort("the table says so")).isTrue();
    assertThat(handle.isAbortRequested()).isTrue();
    boolean watched = expected.reaction() == Reaction.GOES_ON;
    if (expected.reaction() == Reaction.NEVER_BEGINS) {
      assertThat(handle.isFinished()).as("finished at once").isTrue();
    }
    boolean released = false;
    Outcome<?> outcome;
    try {
      outcome = handle.outcome(watched ? WATCHED : DEADLINE);
    } catch (TimeoutException e) {
      assertThat(e).isInstanceOf(JoinTimeoutException.class);
      assertThat(handle.isFinished()).isFalse();
      released = true;
      scene.release();
      outcome = handle.outcome(DEADLINE);
    }

    if (scene.isUnstarted()) {
      // those behind it in the queue begin, and it does not
      scene.release();
      VoidBody<RuntimeException> next = () -> {};
      (scene.on == On.VIRTUAL ? scene.runtime.spawn(next) : scene.runtime.spawnBlocking(next))
          .join(DEADLINE);
    }
    if (outcome instanceof Cancelled<?>(_, AbortReason reason)) {
      assertThat(reason.kind()).isEqualTo(AbortReason.Kind.USER);
      assertThat(reason.message()).contains("the table says so");
      assertThat(reason.thrown()).isEqualTo(witness.thrown);
    }
    return new Effect(
        !witness.begun
            ? Reaction.NEVER_BEGINS
            : released
                ? Reaction.GOES_ON
                : witness.thrown.isPresent() ? Reaction.THROWS : Reaction.RETURNS,
        witness.thrown.map(AbortTableTest::describe),
        witness.flag,
        handle.state(),
        scene.cost());
  }

  private static void witnessed(Scene scene, Witness witness) throws Exception {
    witness.begun = true;
    try {
      scene.act();
    } catch (Throwable e) {
      witness.thrown = Optional.of(e);
      throw e;
    } finally {
      witness.flag = Thread.currentThread().isInterrupted() ? Flag.SET : Flag.CLEAR;
    }
  }

  private static String describe(Throwable thrown) {
    String name = thrown.getClass().getSimpleName();
    return thrown instanceof SocketException ? name + ": " + thrown.getMessage() : name;
  }

  @Test
  void thePageOfTheGuideIsUpToDate() throws Exception {
    Path page = root().resolve("docs/guide/abort-table.md");
    String fresh = AbortTablePage.render(AbortTable.rows());
    if (Boolean.getBoolean("musubi.contract.write")) {
      Files.writeString(page, fresh);
    }
    assertThat(page)
        .as("rewrite it: mvn -pl core test -Dtest=AbortTableTest -Dmusubi.contract.write=true")
        .hasContent(fresh);
  }

  private static Path root() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(at.resolve("core/src"))) {
      at = at.getParent();
    }
    return at;
  }
}
