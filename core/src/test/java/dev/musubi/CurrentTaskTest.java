package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The current task is known on the task's own thread only. */
@Semantics(14)
class CurrentTaskTest {
  @AutoClose
  private final TaskRuntime runtime =
      TaskRuntime.builder().abortPolicy(AbortPolicy.never()).build();

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Contract(96)
  void aThreadThatABodyStartsIsOutsideOfTheTask(boolean blocking) throws Exception {
    AtomicReference<String> seen = new AtomicReference<>();
    CountDownLatch inside = new CountDownLatch(1);
    VoidBody<Exception> body =
        () -> {
          inside.countDown();
          Kit.eventually("aborted", Task::isAbortRequested);
          Thread foreign =
              Thread.startVirtualThread(() -> {
                try {
                  Task.checkAborted();
                  Task.yieldNow();
                  Task.sleep(Duration.ofMillis(1));
                  Task.shield(() -> Task.sleep(Duration.ZERO));
                  seen.set(Task.tryCurrentId() + " " + Task.isAbortRequested());
                } catch (InterruptedException e) {
                  seen.set(e.toString());
                }
              });
          foreign.join();
        };
    JoinHandle<Void> handle = blocking ? runtime.spawnBlocking(body) : runtime.spawn(body);
    Kit.await(inside);
    handle.abort();
    assertThat(handle.outcome(Kit.SOON).isSuccess()).isTrue();
    assertThat(seen).hasValue("Optional.empty false");
  }

  /** Decision 0003: the handler is how the current task is known. */
  @Test
  void aTaskThatReplacesItsThreadsHandlerIsOutsideOfItselfAndTheLogSaysSo() throws Exception {
    try (LogCapture.Listener log = LogCapture.listenFor("\"displaced\"")) {
      JoinHandle<Boolean> handle =
          runtime
              .task()
              .name("displaced")
              .spawn(() -> {
                Thread.currentThread().setUncaughtExceptionHandler((_, _) -> {});
                return Task.tryCurrentId().isPresent();
              });
      assertThat(handle.join(Kit.SOON)).isFalse();
      assertThat(log.first().message()).contains("uncaught-exception handler");
    }
  }

  /** A preview feature of the JDK: a program of its own can switch it on. */
  private static final String FORKS =
      """
      package dev.musubi;

      import java.time.Duration;
      import java.util.concurrent.StructuredTaskScope;

      class Forks {
        static final TaskLocal<String> USER = TaskLocal.named("user");

        public static void main(String[] arguments) throws Exception {
          TaskRuntime runtime = TaskRuntime.builder().abortPolicy(AbortPolicy.never()).build();
          var self = new java.util.concurrent.CompletableFuture<JoinHandle<String>>();
          JoinHandle<String> handle =
              runtime.task().taskLocal(USER, "ann").spawn(
                  () -> {
                    self.get().abort();
                    try (var scope = StructuredTaskScope.open()) {
                      var fork =
                          scope.fork(
                              () -> {
                                Task.checkAborted();
                                Task.sleep(Duration.ofMillis(1));
                                Task.shield(() -> Thread.currentThread().interrupt());
                                boolean flag = Thread.interrupted();
                                JoinHandle<String> child = Task.spawn(() -> USER.get());
                                return Task.tryCurrentId().isPresent()
                                    + " " + Task.isAbortRequested()
                                    + " " + flag
                                    + " " + USER.get()
                                    + " " + child.join()
                                    + " " + (TaskRuntime.current() == runtime);
                              });
                      scope.join();
                      return fork.get();
                    }
                  });
          self.complete(handle);
          System.out.println("fork: " + handle.join());
        }
      }
      """;

  @Test
  void inAForkOneIsOutsideOfTheTaskButReadsItsLocals(@TempDir Path folder) throws Exception {
    Path source = Files.writeString(folder.resolve("Forks.java"), FORKS);
    Path bin = Path.of(System.getProperty("java.home"), "bin");
    Path classes = Files.createDirectory(folder.resolve("classes"));
    String library = Kit.classPath(Task.class);
    Kit.Exit compiled =
        Kit.run(
            List.of(
                bin.resolve("javac").toString(),
                "--enable-preview",
                "--release",
                "25",
                "-proc:none",
                "-d",
                classes.toString(),
                "-cp",
                library,
                source.toString()));
    assertThat(compiled.code()).as(compiled.out()).isZero();
    Kit.Exit exit =
        Kit.run(
            List.of(
                bin.resolve("java").toString(),
                "--enable-preview",
                "-cp",
                classes + System.getProperty("path.separator") + library,
                "dev.musubi.Forks"));
    assertThat(exit.out()).contains("fork: false false true ann ann false");
  }
}
