package dev.musubi.examples.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.ManualTime;
import dev.musubi.TaskRuntime;
import dev.musubi.examples.fanout.SlowServer.Turn;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class FanOutTest {
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final Duration SOON = Duration.ofMillis(1);
  private static final IntFunction<Turn> QUICK = _ -> Turn.ok(SOON);
  private static final IntFunction<Turn> NEVER = _ -> Turn.ok(LONG);

  private final ManualTime time = new ManualTime();
  private final TaskRuntime runtime = TaskRuntime.builder().time(time).build();
  private final List<SlowServer> servers = new ArrayList<>();
  private Optional<FanOut> service = Optional.empty();

  @AfterEach
  void nothingIsLeft() throws Exception {
    eventually("no task is left", () -> runtime.liveTaskCount() == 0);
    service.ifPresent(FanOut::close);
    runtime.close();
    for (SlowServer server : servers) {
      server.close();
    }
  }

  private SlowServer server(IntFunction<Turn> script) throws IOException {
    SlowServer server = new SlowServer("number-" + servers.size(), script);
    servers.add(server);
    return server;
  }

  /** A service that asks the servers made so far. */
  private URI start(Duration timeout, Optional<Duration> hedge) throws IOException {
    FanOut started =
        new FanOut(
            runtime,
            servers.stream().map(SlowServer::backEnd).toList(),
            new Settings(timeout, hedge, Duration.ofMillis(5)),
            0);
    service = Optional.of(started);
    return started.address("/ask");
  }

  @Test
  void allAnswersAreInTheAnswer() throws Exception {
    for (int i = 0; i < 10; i++) {
      server(QUICK);
    }
    List<String> lines = get(start(LONG, Optional.empty()));
    assertThat(lines).hasSize(11);
    assertThat(lines.getLast()).isEqualTo("{\"complete\":true,\"answered\":10,\"of\":10}");
    for (int i = 0; i < 10; i++) {
      String name = "number-" + i;
      assertThat(lines)
          .anySatisfy(line ->
              assertThat(line)
                  .startsWith("{\"backEnd\":\"" + name + "\",\"status\":\"ok\",\"ms\":")
                  .endsWith("\"answer\":\"from " + name + "\"}"));
    }
  }

  @Test
  void oneThatFailsIsReportedAndTheOthersAnswer() throws Exception {
    server(QUICK);
    server(_ -> new Turn(SOON, 503));
    List<String> lines = get(start(LONG, Optional.empty()));
    assertThat(lines)
        .hasSize(3)
        .contains(
            "{\"backEnd\":\"number-1\",\"status\":\"failed\",\"why\":\"java.io.IOException: status"
                + " 503\"}");
    assertThat(lines.getLast()).isEqualTo("{\"complete\":false,\"answered\":1,\"of\":2}");
  }

  @Test
  void whatIsNotThereInTimeIsMissingAndItsRequestIsAborted() throws Exception {
    server(QUICK);
    SlowServer never = server(NEVER);
    try (Socket client = ask(start(Duration.ofSeconds(2), Optional.empty()))) {
      List<String> lines = new ArrayList<>();
      for (String line : (Iterable<String>) reader(client).lines()::iterator) {
        if (line.startsWith("{")) {
          lines.add(line);
        }
        if (line.contains("number-0")) {
          eventually("the other is asked", () -> never.asked.get() == 1);
          time.advance(Duration.ofSeconds(2));
        }
      }
      assertThat(lines)
          .hasSize(3)
          .contains(
              "{\"backEnd\":\"number-1\",\"status\":\"timed out\",\"why\":\"no answer after 2000"
                  + " ms\"}");
      assertThat(lines.getLast()).isEqualTo("{\"complete\":false,\"answered\":1,\"of\":2}");
    }
    eventually("the request is abandoned", () -> never.abandoned.get() == 1);
  }

  @Test
  void aSlowOneIsAskedAgainAndTheLoserIsAborted() throws Exception {
    SlowServer slow = server(number -> Turn.ok(number == 1 ? LONG : SOON));
    try (Socket client = ask(start(LONG, Optional.of(Duration.ofMillis(20))))) {
      passTimeUntil("it is asked again", () -> slow.asked.get() == 2);
      assertThat(reader(client).lines()).contains("{\"complete\":true,\"answered\":1,\"of\":1}");
    }
    eventually("the first request is abandoned", () -> slow.abandoned.get() == 1);
    assertThat(slow.answered).hasValue(1);
  }

  @Test
  void whenTheClientLeavesTheBackEndsAreLeftToo() throws Exception {
    SlowServer one = server(NEVER);
    SlowServer two = server(NEVER);
    URI address = start(LONG, Optional.empty());
    try (Socket client = ask(address)) {
      eventually("both are asked", () -> one.asked.get() == 1 && two.asked.get() == 1);
      assertThat(client.isConnected()).isTrue();
    }
    passTimeUntil("both are left", () -> one.abandoned.get() == 1 && two.abandoned.get() == 1);
  }

  @Test
  void aShutdownOfTheRuntimeAbortsTheRequests() throws Exception {
    SlowServer never = server(NEVER);
    try (Socket client = ask(start(LONG, Optional.empty()))) {
      eventually("it is asked", () -> never.asked.get() == 1);
      assertThat(runtime.shutdown(Duration.ofSeconds(30)).isComplete()).isTrue();
      eventually("it is left", () -> never.abandoned.get() == 1);
      assertThat(client.isConnected()).isTrue();
    }
  }

  @Test
  void atSigtermWhatIsUnderWayMayEndWithinTheGracePeriod() throws Exception {
    try (Running demo = Running.start("--grace=60000", "--back-end-delay=300", "--timeout=60000")) {
      try (Socket client = ask(demo.address)) {
        BufferedReader in = reader(client);
        assertThat(in.readLine()).isEqualTo("HTTP/1.1 200 OK");
        demo.terminate();
        assertThat(in.lines()).anyMatch(line -> line.startsWith("{\"complete\":true"));
      }
      demo.awaitCleanEnd();
    }
  }

  @Test
  void atSigtermWhatDoesNotEndIsAborted() throws Exception {
    try (Running demo =
            Running.start("--grace=100", "--back-end-delay=600000", "--timeout=600000");
        Socket client = ask(demo.address)) {
      BufferedReader in = reader(client);
      assertThat(in.readLine()).isEqualTo("HTTP/1.1 200 OK");
      demo.terminate();
      demo.awaitCleanEnd();
    }
  }

  /** The demo in a JVM of its own. */
  private record Running(Process process, URI address, BufferedReader out)
      implements AutoCloseable {
    static Running start(String... options) throws IOException {
      List<String> command =
          new ArrayList<>(
              List.of(
                  java.nio.file.Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Demo.class.getName()));
      command.addAll(List.of(options));
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      BufferedReader out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      return new Running(process, URI.create(out.readLine()), out);
    }

    /** SIGTERM; by the handle, as the process would close its streams. */
    void terminate() {
      process.toHandle().destroy();
    }

    void awaitCleanEnd() throws Exception {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(out.readLine()).startsWith("shutdown of runtime fanout complete after");
      assertThat(process.exitValue()).isEqualTo(143);
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  // ---------------------------------------------------------------- a client

  private static Socket ask(URI address) throws IOException {
    Socket socket = new Socket(address.getHost(), address.getPort());
    socket
        .getOutputStream()
        .write(
            "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                .formatted(address.getPath())
                .getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static BufferedReader reader(Socket socket) throws IOException {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
  }

  /** The lines of JSON. */
  private static List<String> get(URI address) throws IOException {
    try (Socket socket = ask(address)) {
      return reader(socket).lines().filter(line -> line.startsWith("{")).toList();
    }
  }

  private void passTimeUntil(String what, BooleanSupplier condition) throws InterruptedException {
    eventually(
        what,
        () -> {
          time.advance(Duration.ofMillis(5)); // a heartbeat
          return condition.getAsBoolean();
        });
  }

  private static void eventually(String what, BooleanSupplier condition)
      throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("still waiting until " + what).isLessThan(end);
      Thread.sleep(1);
    }
  }
}
