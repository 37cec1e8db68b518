package dev.musubi.examples.fanout;

import dev.musubi.GracefulShutdown;
import dev.musubi.TaskRuntime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The service with ten slow back ends, in one JVM, until it gets SIGTERM or Ctrl-C. */
@Command(
    name = "fanout",
    mixinStandardHelpOptions = true,
    description = "A service on this machine that asks ten slow back ends for each answer.")
public final class Demo implements Callable<Integer> {
  @Option(names = "--port", description = "default: any free one")
  private int port;

  @Option(names = "--timeout", description = "of an answer, in ms (default: ${DEFAULT-VALUE})")
  private int timeout = 200;

  @Option(
      names = "--hedge",
      description = "ask again after so many ms; 0 is never (default: ${DEFAULT-VALUE})")
  private int hedge = 30;

  @Option(names = "--grace", description = "at the end, in ms (default: ${DEFAULT-VALUE})")
  private int grace = 2_000;

  @Option(names = "--back-end-delay", description = "each back end takes so many ms; for tests")
  private int delay;

  private Demo() {}

  /**
   * Runs it.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    // or each further line waits for the acknowledgement of the one before, which takes 40 ms
    System.setProperty("sun.net.httpserver.nodelay", "true");
    int code = new CommandLine(new Demo()).execute(args);
    if (code != 0) {
      System.exit(code);
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<BackEnd> backEnds = new ArrayList<>();
    for (int i = 1; i <= 10; i++) {
      String name = "back-end-" + i;
      backEnds.add(
          (delay == 0
                  ? SlowServer.withTail(name, 1_000_003L * i)
                  : new SlowServer(name, _ -> SlowServer.Turn.ok(Duration.ofMillis(delay))))
              .backEnd());
    }
    TaskRuntime runtime = TaskRuntime.builder().name("fanout").build();
    Settings settings =
        new Settings(
            Duration.ofMillis(timeout),
            Optional.of(Duration.ofMillis(hedge)).filter(Duration::isPositive),
            Duration.ofMillis(50));
    FanOut service = new FanOut(runtime, backEnds, settings, port);
    Duration patience = Duration.ofMillis(grace);
    GracefulShutdown shutdown =
        GracefulShutdown.of(runtime)
            .grace(patience)
            .abortLimit(Duration.ofSeconds(5))
            .onReport(System.err::println);
    shutdown.token().onCancel(() -> service.stopAccepting(patience));
    shutdown.onJvmShutdown();
    System.out.println(service.address("/ask"));
    shutdown.token().awaitCancelled();
    return 0;
  }
}
