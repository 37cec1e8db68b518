package dev.musubi.examples.linkcheck;

import static dev.musubi.Select.selectBiased;

import dev.musubi.CancellationToken;
import dev.musubi.JoinHandle;
import dev.musubi.Periodic;
import dev.musubi.ShutdownReport;
import dev.musubi.TaskRuntime;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks the links of a documentation site, in a folder or on the web. */
@Command(
    name = "linkcheck",
    description = "Checks the links and anchors of a documentation site.",
    mixinStandardHelpOptions = true,
    version = "linkcheck, an example of Musubi",
    sortOptions = false,
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit code:%n",
    exitCodeList = {
      "0:all is well",
      "1:something is broken",
      "2:wrong usage, or the first page can not be read",
      "3:a defect of this program",
      "130:stopped by Ctrl-C; the report is partial"
    })
public final class LinkCheck implements Callable<Integer> {
  private static final int OK = 0;
  private static final int BROKEN = 1;
  private static final int UNUSABLE = 2;
  private static final int DEFECT = 3;
  private static final int INTERRUPTED = 130;
  private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

  /** When the exit code tells of broken links. */
  enum FailOn {
    BROKEN,
    NONE
  }

  @Spec private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "SITE", description = "A folder, an HTML file or an http(s) address.")
  private String site = "";

  @Option(
      names = "--serve",
      description = "Serve the folder over http on this machine, and check it there.")
  private boolean serve;

  @Option(names = "--external", description = "Also check links to other sites.")
  private boolean external;

  @Option(
      names = "--exclude",
      paramLabel = "REGEX",
      description = "Do not check links whose address contains a match.")
  private Optional<Pattern> exclude = Optional.empty();

  @Option(
      names = "--per-host",
      paramLabel = "N",
      defaultValue = "8",
      description = "How many requests run at once to one host (default: ${DEFAULT-VALUE}).")
  private int perHost;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      defaultValue = "30s",
      converter = DurationConverter.class,
      description = "How long one request may take (default: ${DEFAULT-VALUE}).")
  private Duration timeout = Duration.ZERO;

  @Option(
      names = "--max-pages",
      paramLabel = "N",
      description = "Follow the links of at most N pages.")
  private Optional<Integer> maxPages = Optional.empty();

  @Option(names = "--json", paramLabel = "FILE", description = "Write the report as JSON.")
  private Optional<Path> json = Optional.empty();

  @Option(names = "--html", paramLabel = "FILE", description = "Write the report as a web page.")
  private Optional<Path> html = Optional.empty();

  @Option(
      names = "--fail-on",
      paramLabel = "WHAT",
      defaultValue = "broken",
      description = "What gives exit code 1: broken or none (default: ${DEFAULT-VALUE}).")
  private FailOn failOn = FailOn.BROKEN;

  @Option(
      names = {"-q", "--quiet"},
      description = "Print nothing if nothing is broken, and no progress.")
  private boolean quiet;

  /** Made by picocli. */
  LinkCheck() {}

  /** Runs the command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    System.exit(command().execute(args));
  }

  static CommandLine command() {
    return new CommandLine(new LinkCheck())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(LinkCheck::onWrongUsage)
        .setExecutionExceptionHandler(LinkCheck::onException);
  }

  private static int onWrongUsage(ParameterException e, String[] args) {
    PrintWriter err = e.getCommandLine().getErr();
    err.println("linkcheck: " + e.getMessage());
    err.println("Try 'linkcheck --help'.");
    return UNUSABLE;
  }

  private static int onException(
      Exception e, CommandLine command, CommandLine.ParseResult arguments) {
    if (e instanceof IOException) {
      command.getErr().println("linkcheck: " + e);
      return UNUSABLE;
    }
    e.printStackTrace(command.getErr());
    return DEFECT;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Settings settings = settings();
    try (HttpSource http = new HttpSource()) {
      if (Addresses.isWeb(site)) {
        return checkWeb(http, settings);
      }
      Path path = existing(site);
      FolderSource folder = new FolderSource(folderOf(path));
      List<URI> starts = Files.isDirectory(path) ? folder.starts() : List.of(folder.address(path));
      if (starts.isEmpty()) {
        throw usage("there is no HTML file in " + site);
      }
      if (!serve) {
        Source source =
            (address, read) ->
                (Addresses.FOLDER.equals(address.getScheme()) ? folder : http).get(address, read);
        return check(source, starts, settings);
      }
      try (FolderServer server = new FolderServer(folder)) {
        return check(http, starts.stream().map(server::address).toList(), settings);
      }
    }
  }

  private Settings settings() {
    if (perHost < 1) {
      throw usage("--per-host must be at least 1");
    }
    if (maxPages.isPresent() && maxPages.get() < 1) {
      throw usage("--max-pages must be at least 1");
    }
    return new Settings(perHost, timeout, maxPages.orElse(Integer.MAX_VALUE), external, exclude);
  }

  private int checkWeb(HttpSource http, Settings settings)
      throws IOException, InterruptedException {
    if (serve) {
      throw usage("--serve needs a folder");
    }
    URI start;
    try {
      start = Addresses.parse(site);
    } catch (URISyntaxException e) {
      throw usage("not an address: " + site);
    }
    return check(http, List.of(start), settings);
  }

  private Path existing(String name) {
    try {
      Path path = Path.of(name);
      if (Files.exists(path)) {
        return path;
      }
    } catch (InvalidPathException e) {
      // it does not exist then
    }
    throw usage("no such folder or file: " + name);
  }

  private static Path folderOf(Path path) {
    Path parent = path.toAbsolutePath().getParent();
    return Files.isDirectory(path) || parent == null ? path : parent;
  }

  private int check(Source source, List<URI> starts, Settings settings)
      throws IOException, InterruptedException {
    Crawler crawler = new Crawler(source, starts, settings);
    Optional<Progress> progress = progress();
    CancellationToken stop = new CancellationToken();
    long begin = System.nanoTime();
    try (TaskRuntime runtime =
            TaskRuntime.builder().name("linkcheck").closeDeadline(STOP_LIMIT).build();
        StopSignal _ = StopSignal.cancels(stop)) {
      progress.ifPresent(display -> refresh(display, crawler, runtime));
      JoinHandle<@Nullable Void> crawl = runtime.task().name("crawl").spawn(() -> crawler.crawl());
      boolean complete =
          selectBiased(
              crawl.onJoin(_ -> true).abortOnLose(), // a crawl that is done is not partial
              stop.onCancelled(() -> false));
      // the crawl has ended, so its findings hold still; now for the tasks it has left behind
      ShutdownReport shutdown = runtime.shutdown(STOP_LIMIT);
      progress.ifPresent(Progress::clear);
      Duration elapsed = Duration.ofNanos(System.nanoTime() - begin);
      Report report = crawler.findings().report(site, complete, elapsed);
      return complete
          ? conclude(report, crawler.startProblem())
          : concludePartial(report, shutdown);
    }
  }

  /** Shows the progress again and again, until the runtime is shut down. */
  private static void refresh(Progress display, Crawler crawler, TaskRuntime runtime) {
    Periodic.every(display.period())
        .startingAfter(display.period())
        .spawn(runtime.task().name("progress"), () -> display.show(crawler.progress()))
        .detach();
  }

  private int conclude(Report report, Optional<String> startProblem) throws IOException {
    if (startProblem.isPresent()) {
      err().println("linkcheck: cannot read " + site + ": " + startProblem.get());
      return UNUSABLE;
    }
    write(report);
    boolean broken = !report.broken().isEmpty();
    if (!quiet || broken) {
      print(report);
    }
    return broken && failOn == FailOn.BROKEN ? BROKEN : OK;
  }

  private int concludePartial(Report report, ShutdownReport shutdown) throws IOException {
    print(report);
    if (shutdown.isComplete()) {
      err().println("linkcheck: stopped; every task has ended");
    } else {
      err().println("linkcheck: stopped; " + shutdown);
    }
    err().flush();
    write(report);
    return INTERRUPTED;
  }

  private void print(Report report) {
    PrintWriter out = commandLine().getOut();
    out.print(TextReport.render(report));
    out.flush();
  }

  private void write(Report report) throws IOException {
    if (json.isPresent()) {
      Files.writeString(json.get(), JsonReport.render(report));
    }
    if (html.isPresent()) {
      Files.writeString(html.get(), HtmlReport.render(report));
    }
  }

  @SuppressWarnings("SystemConsoleNull") // not so: JDK 25 gives null where there is no terminal
  private Optional<Progress> progress() {
    if (quiet) {
      return Optional.empty();
    }
    Console console = System.console();
    return Optional.of(
        console != null && console.isTerminal()
            ? new ProgressBar(System.err)
            : new ProgressLines(System.err));
  }

  private PrintWriter err() {
    return commandLine().getErr();
  }

  private ParameterException usage(String problem) {
    return new ParameterException(commandLine(), problem);
  }

  private CommandLine commandLine() {
    if (spec == null) {
      throw new IllegalStateException("not run by picocli");
    }
    return spec.commandLine();
  }
}
