package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.musubi.contract.Semantics;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ending a runtime in good order. */
@Timeout(60)
class GracefulShutdownTest {
  @Test
  @Semantics({9, 11})
  void tasksEndByThemselvesFirstAndOnlyTheRestIsAborted() throws Exception {
    TaskRuntime runtime = TaskRuntime.create();
    AtomicReference<ShutdownReport> told = new AtomicReference<>();
    GracefulShutdown shutdown =
        GracefulShutdown.of(runtime).grace(Duration.ofMillis(50)).onReport(told::set);
    JoinHandle<String> polite =
        runtime.spawn(() -> {
          shutdown.token().awaitCancelled();
          return "ended by itself: " + shutdown.token().reason().orElseThrow();
        });
    JoinHandle<String> stuck = runtime.spawn(() -> Kit.<String>sleepForever());
    ShutdownReport report = shutdown.run("deploy");
    assertThat(report.isComplete()).isTrue();
    assertThat(told).hasValue(report);
    assertThat(polite.join()).isEqualTo("ended by itself: token cancelled: deploy");
    assertThat(((Cancelled<String>) stuck.outcome()).reason().kind())
        .isEqualTo(AbortReason.Kind.RUNTIME_SHUTDOWN);
    assertThat(shutdown.run("again")).isSameAs(report);
    assertThat(runtime.isShutdown()).isTrue();
  }

  @Test
  void itEndsAsSoonAsNoTaskIsLeftAlsoOfThoseSpawnedMeanwhile() throws Exception {
    TaskRuntime runtime = TaskRuntime.create();
    AtomicInteger ended = new AtomicInteger();
    CountDownLatch begun = new CountDownLatch(1);
    GracefulShutdown shutdown = GracefulShutdown.of(runtime).grace(Duration.ofHours(1));
    runtime.spawn(() -> {
      begun.countDown();
      shutdown.token().awaitCancelled();
      Task.spawn(() -> {
        Task.yieldNow();
        ended.incrementAndGet();
      });
    });
    Kit.await(begun);
    assertThat(shutdown.run("deploy").isComplete()).isTrue();
    assertThat(ended).hasValue(1);
  }

  /** Each is spawned where the walk over the live tasks may have been, by one it has yet to see. */
  @Test
  void aTaskThatIsSpawnedByOneThatEndsIsNotMissed() throws Exception {
    int links = 2_000;
    for (int i = 0; i < 50; i++) {
      TaskRuntime runtime = TaskRuntime.create();
      AtomicInteger ended = new AtomicInteger();
      GracefulShutdown shutdown = GracefulShutdown.of(runtime).grace(Duration.ofHours(1));
      chain(runtime, links, ended);
      assertThat(shutdown.run("deploy").isComplete()).isTrue();
      assertThat(ended).hasValue(links);
    }
  }

  private static void chain(TaskRuntime runtime, int links, AtomicInteger ended) {
    if (links > 0) {
      runtime
          .spawn(() -> {
            chain(runtime, links - 1, ended);
            ended.incrementAndGet();
          })
          .detach();
    }
  }

  @Test
  @Semantics(11)
  void whoDoesNotStopIsInTheReport() throws Exception {
    TaskRuntime runtime = TaskRuntime.create();
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch running = new CountDownLatch(1);
    runtime
        .task()
        .name("stubborn")
        .spawn(() -> {
          running.countDown();
          Kit.awaitStubbornly(release);
        });
    Kit.await(running);
    ShutdownReport report =
        GracefulShutdown.of(runtime)
            .grace(Duration.ZERO)
            .abortLimit(Duration.ofMillis(20))
            .onReport(_ -> {
              throw new IllegalStateException("the listener's own failure harms nobody");
            })
            .run("deploy");
    assertThat(report.isComplete()).isFalse();
    assertThat(report.toString()).contains("stubborn");
    release.countDown();
  }

  @Test
  @Semantics(11)
  void aTaskOfTheRuntimeCannotWaitForItsOwnEnd() throws Exception {
    try (TaskRuntime runtime = TaskRuntime.create()) {
      GracefulShutdown shutdown = GracefulShutdown.of(runtime);
      assertThatThrownBy(() -> runtime.spawn(() -> shutdown.run("own")).join())
          .hasRootCauseInstanceOf(IllegalStateException.class);
      assertThat(shutdown.token().isCancelled()).as("nothing has happened").isFalse();
    }
    assertThatThrownBy(() -> GracefulShutdown.of(TaskRuntime.global()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aHookThatWasTakenBackDoesNothing() {
    try (TaskRuntime runtime = TaskRuntime.create()) {
      Registration hook = GracefulShutdown.of(runtime).onJvmShutdown();
      hook.close();
      hook.close();
    }
  }

  /** Run in a JVM of its own, to which a real signal is sent. */
  static final class Service {
    private Service() {}

    public static void main(String[] args) throws Exception {
      TaskRuntime runtime = TaskRuntime.builder().name("service").build();
      GracefulShutdown shutdown =
          GracefulShutdown.of(runtime)
              .grace(Duration.ofSeconds(1))
              .onReport(report -> System.out.println("complete: " + report.isComplete()));
      shutdown.onJvmShutdown();
      runtime.spawn(() -> {
        shutdown.token().awaitCancelled();
        System.out.println("polite: " + shutdown.token().reason().orElseThrow());
      });
      runtime.spawn(() -> {
        try {
          Kit.sleepForever();
        } finally {
          System.out.println("aborted");
        }
      });
      System.out.println("ready");
      shutdown.token().awaitCancelled();
    }
  }

  @Test
  void aRealSignalEndsAServiceInGoodOrder() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                Kit.classPath(GracefulShutdownTest.class, Task.class),
                Service.class.getName())
            .redirectErrorStream(true)
            .start();
    List<String> lines = new ArrayList<>();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.equals("ready")) {
          process.toHandle().destroy(); // SIGTERM; Process.destroy would close the pipe, too
        } else {
          lines.add(line);
        }
      }
    }
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(lines)
        .containsExactly(
            "polite: token cancelled: the JVM is going down", "aborted", "complete: true");
    assertThat(process.exitValue()).as("128 + SIGTERM").isEqualTo(143);
  }
}
