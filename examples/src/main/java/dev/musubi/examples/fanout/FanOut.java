package dev.musubi.examples.fanout;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.musubi.Deadline;
import dev.musubi.FinishedEntry;
import dev.musubi.Hedge;
import dev.musubi.JoinMap;
import dev.musubi.Panicked;
import dev.musubi.Select;
import dev.musubi.Success;
import dev.musubi.TaskRuntime;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A service that answers each request by asking several back ends at once. What has come when the
 * time is up is the answer; a back end that is slow is asked again; one that fails is reported as
 * failed. The answer is sent line by line as it comes.
 *
 * <p>Each request is a task of the runtime, and so is each question to a back end. The questions
 * belong to the request: when it ends, in whatever way, they are aborted and have ended before it
 * has. It ends when all have answered, when the time is up, when the client has gone, and when the
 * runtime is shut down.
 */
final class FanOut implements AutoCloseable {
  private final TaskRuntime runtime;
  private final List<BackEnd> backEnds;
  private final Settings settings;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final HttpServer server;
  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong complete = new AtomicLong();
  private final AtomicLong clientsGone = new AtomicLong();

  /** Starts the service, for this machine alone; port 0 stands for any. */
  FanOut(TaskRuntime runtime, List<BackEnd> backEnds, Settings settings, int port)
      throws IOException {
    this.runtime = runtime;
    this.backEnds = List.copyOf(backEnds);
    this.settings = settings;
    this.server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_024);
    server.setExecutor(runtime.asExecutorService());
    server.createContext("/ask", this::handle);
    server.createContext("/stats", this::stats);
    server.start();
  }

  URI address(String path) {
    InetSocketAddress at = server.getAddress();
    return URI.create("http://127.0.0.1:" + at.getPort() + path);
  }

  private void handle(HttpExchange exchange) throws IOException {
    requests.incrementAndGet();
    try {
      answer(exchange);
    } catch (InterruptedException e) { // shut down; a handler may only throw this
      throw new InterruptedIOException("shut down");
    } catch (IOException e) {
      clientsGone.incrementAndGet();
      throw e;
    }
  }

  private void answer(HttpExchange exchange) throws IOException, InterruptedException {
    Deadline end = Deadline.after(settings.timeout());
    int answered = 0;
    try (exchange;
        Lines lines = Lines.begin(exchange);
        JoinMap<BackEnd, BackEnd.Reply> asked = new JoinMap<>()) {
      for (BackEnd one : backEnds) {
        asked.spawn(one, () -> ask(one));
      }
      while (!asked.isEmpty() && !end.hasPassed()) {
        Optional<FinishedEntry<BackEnd, BackEnd.Reply>> next = next(asked, end);
        if (next.isEmpty()) {
          lines.heartbeat();
        } else if (report(next.get(), lines)) {
          answered++;
        }
      }
      for (BackEnd late : asked.keys()) {
        lines.missing(
            late, "timed out", "no answer after " + settings.timeout().toMillis() + " ms");
      }
      lines.end(answered, backEnds.size());
      asked.shutdown(); // what they say now comes too late to matter
    }
    if (answered == backEnds.size()) {
      complete.incrementAndGet();
    }
  }

  private BackEnd.Reply ask(BackEnd one) throws IOException, InterruptedException {
    return settings.hedge().isPresent()
        ? Hedge.after(settings.hedge().get()).call(() -> one.ask(client))
        : one.ask(client);
  }

  /** The next back end that is done; empty when it is time to do something else. */
  private Optional<FinishedEntry<BackEnd, BackEnd.Reply>> next(
      JoinMap<BackEnd, BackEnd.Reply> asked, Deadline end) throws InterruptedException {
    return Select.<Optional<FinishedEntry<BackEnd, BackEnd.Reply>>, RuntimeException>selectBiased(
        asked.onNext(entry -> Optional.of(entry)),
        Select.at(end, () -> Optional.empty()),
        Select.after(settings.heartbeat(), () -> Optional.empty()));
  }

  private static boolean report(FinishedEntry<BackEnd, BackEnd.Reply> entry, Lines lines)
      throws IOException {
    return switch (entry.outcome()) {
      case Success<BackEnd.Reply>(BackEnd.Reply reply) -> {
        lines.answered(entry.key(), reply);
        yield true;
      }
      case Panicked<BackEnd.Reply>(_, Throwable cause) -> {
        lines.missing(entry.key(), "failed", root(cause).toString());
        yield false;
      }
      default -> {
        lines.missing(entry.key(), "aborted", "");
        yield false;
      }
    };
  }

  private static Throwable root(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  private void stats(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] text =
          "{\"requests\":%d,\"complete\":%d,\"clientsGone\":%d,\"otherLiveTasks\":%d}%n"
              .formatted(
                  requests.get(),
                  complete.get(),
                  clientsGone.get(),
                  runtime.liveTaskCount() - 1) // this one
              .getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, text.length);
      exchange.getResponseBody().write(text);
    }
  }

  /** Takes no more requests; those under way go on, at most for a time. */
  void stopAccepting(Duration grace) {
    Thread.ofVirtual().name("stop-accepting").start(() -> server.stop((int) grace.toSeconds()));
  }

  @Override
  public void close() {
    server.stop(0);
    client.shutdownNow();
  }
}
