package dev.musubi.examples.fanout;

import dev.musubi.Deadline;
import dev.musubi.JoinSet;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Loads the service with clients that ask again and again, some of which leave too early. */
@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    description = "Asks a service again and again, and prints a row of a Markdown table.")
public final class LoadClient implements Callable<Integer> {
  @Parameters(paramLabel = "ADDRESS", description = "of the service")
  private URI address = URI.create("http://127.0.0.1/");

  @Option(names = "--name", description = "the first cell of the row")
  private String name = "load";

  @Option(names = "--clients", description = "default: ${DEFAULT-VALUE}")
  private int clients = 50;

  @Option(names = "--seconds", description = "default: ${DEFAULT-VALUE}")
  private int seconds = 10;

  @Option(names = "--leave", description = "of 100 requests so many are left (default: 0)")
  private int leave;

  private LoadClient() {}

  /** What one client, or all of them, have seen. */
  private static final class Seen {
    final List<Long> micros = new ArrayList<>();
    int complete;
    int left;

    void add(Seen other) {
      micros.addAll(other.micros);
      complete += other.complete;
      left += other.left;
    }

    double millis(double quantile) {
      return micros.isEmpty()
          ? Double.NaN
          : micros.get((int) (quantile * (micros.size() - 1))) / 1_000.0;
    }
  }

  /**
   * Runs it.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    System.exit(new CommandLine(new LoadClient()).execute(args));
  }

  @Override
  public Integer call() throws InterruptedException {
    Deadline end = Deadline.after(Duration.ofSeconds(seconds));
    Seen all = new Seen();
    try (JoinSet<Seen> running = new JoinSet<>()) {
      for (int i = 0; i < clients; i++) {
        running.spawn(() -> ask(end));
      }
      running.joinAll().forEach(all::add);
    }
    Collections.sort(all.micros);
    System.out.printf(
        Locale.ROOT,
        "| %s | %d | %.0f | %.1f | %.1f | %.1f | %.1f | %.1f %% | %d |%n",
        name,
        all.micros.size(),
        (double) all.micros.size() / seconds,
        all.millis(0.5),
        all.millis(0.9),
        all.millis(0.99),
        all.millis(1),
        100.0 * all.complete / Math.max(1, all.micros.size()),
        all.left);
    return 0;
  }

  /** One client, which keeps its connection as long as it does not leave. */
  private Seen ask(Deadline end) throws IOException {
    Seen seen = new Seen();
    while (!end.hasPassed()) {
      try (Socket socket = new Socket(address.getHost(), address.getPort())) {
        socket.setTcpNoDelay(true);
        boolean stays = true;
        while (stays && !end.hasPassed()) {
          stays = askOnce(socket, seen);
        }
      }
    }
    return seen;
  }

  private boolean askOnce(Socket socket, Seen seen) throws IOException {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    boolean leaves = random.nextInt(100) < leave;
    socket.setSoTimeout(leaves ? 1 + random.nextInt(20) : 0);
    long begin = System.nanoTime();
    String request = "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(address.getPath());
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    try {
      String answer = read(socket.getInputStream());
      seen.micros.add((System.nanoTime() - begin) / 1_000);
      if (answer.contains("\"complete\":true")) {
        seen.complete++;
      }
      return true;
    } catch (SocketTimeoutException e) {
      seen.left++;
      return false;
    }
  }

  /** Up to the last chunk, which is empty. */
  private static String read(InputStream in) throws IOException {
    StringBuilder text = new StringBuilder();
    byte[] some = new byte[8_192];
    while (text.indexOf("\r\n0\r\n\r\n", Math.max(0, text.length() - 8_200)) < 0) {
      int n = in.read(some);
      if (n < 0) {
        throw new IOException("cut off after: " + text);
      }
      text.append(new String(some, 0, n, StandardCharsets.ISO_8859_1));
    }
    return text.toString();
  }
}
