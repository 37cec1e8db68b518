package dev.musubi.views;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.musubi.Task;
import dev.musubi.TaskRuntime;
import dev.musubi.contract.Semantics;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Executor views under the JDK's own frameworks, as users will have them. */
@Semantics({15})
class EcosystemTest {
  @AutoClose private final Bench bench = new Bench();
  private final ExecutorService view = bench.runtime.asExecutorService();

  // ---------------------------------------------------------------- java.util.concurrent

  @Test
  void completableFuturesRunOnIt() throws Exception {
    CompletableFuture<String> chain =
        CompletableFuture.supplyAsync(() -> Task.currentId().toString(), view)
            .thenApplyAsync(first -> first + " " + Task.currentId(), view);
    String[] ids = chain.get(20, SECONDS).split(" ");
    assertThat(ids).hasSize(2).doesNotHaveDuplicates();
    view.shutdown();
    Bench.awaitEnd(view);
  }

  @Test
  void theFailureOfACompletableFutureIsItsOwnAffair() {
    CompletableFuture<String> failed =
        CompletableFuture.supplyAsync(
            () -> {
              throw new IllegalStateException("odd");
            },
            view);
    assertThatThrownBy(failed::join)
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(IllegalStateException.class);
    bench.nothingIsReportedAtTheEnd();
  }

  @Test
  void aDelayedExecutorFeedsIt() throws Exception {
    Executor delayed = CompletableFuture.delayedExecutor(1, MILLISECONDS, view);
    CompletableFuture<Boolean> inTask =
        CompletableFuture.supplyAsync(() -> Task.tryCurrentId().isPresent(), delayed);
    assertThat(inTask.get(20, SECONDS)).isTrue();
  }

  @Test
  void aCompletionServiceGivesTheJobsInTheOrderOfTheirEnds() throws Exception {
    ExecutorCompletionService<Integer> service = new ExecutorCompletionService<>(view);
    int many = 20;
    List<CountDownLatch> gates = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      CountDownLatch gate = new CountDownLatch(1);
      gates.add(gate);
      int number = i;
      service.submit(() -> {
        gate.await();
        return number;
      });
    }
    assertThat(service.poll()).isNull();
    for (int i = many - 1; i >= 0; i--) {
      gates.get(i).countDown();
      assertThat(service.take().get()).isEqualTo(i);
    }
  }

  @Test
  void aCompletionServiceGivesFailuresAndCancellations() throws Exception {
    ExecutorCompletionService<String> service = new ExecutorCompletionService<>(view);
    service.submit(() -> {
      throw new IOException("boom");
    });
    Future<String> failed = service.poll(20, SECONDS);
    assertThatThrownBy(failed::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(IOException.class);
    Bench.Stubborn stubborn = bench.new Stubborn();
    Future<String> endless = service.submit(() -> stubborn.run("value"));
    Bench.await(stubborn.running);
    endless.cancel(true);
    assertThat(endless.isDone()).as("its futures are the JDK's own").isTrue();
    Bench.await(stubborn.interrupted);
    view.shutdown();
    assertThat(view.isTerminated()).as("the body still runs").isFalse();
    assertThat(service.poll()).isNull();
    bench.release.countDown();
    assertThat(service.poll(20, SECONDS)).isSameAs(endless);
    assertThatThrownBy(endless::get).isInstanceOf(CancellationException.class);
    Bench.awaitEnd(view);
  }

  @Test
  void aPublisherDeliversOnIt() throws Exception {
    AtomicInteger sum = new AtomicInteger();
    AtomicInteger outside = new AtomicInteger();
    CompletableFuture<Void> consumed;
    try (SubmissionPublisher<Integer> publisher = new SubmissionPublisher<>(view, 16)) {
      consumed =
          publisher.consume(n -> {
            sum.addAndGet(n);
            if (Task.tryCurrentId().isEmpty()) {
              outside.incrementAndGet();
            }
          });
      for (int i = 1; i <= 1_000; i++) {
        publisher.submit(i);
      }
    }
    consumed.get(20, SECONDS);
    assertThat(sum).hasValue(500_500);
    assertThat(outside).hasValue(0);
  }

  // ---------------------------------------------------------------- HTTP

  private static HttpServer serverOnLoopback(ExecutorService executor) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(executor);
    return server;
  }

  private static URI uri(HttpServer server, String path) {
    return URI.create(
        "http://"
            + InetAddress.getLoopbackAddress().getHostAddress()
            + ":"
            + server.getAddress().getPort()
            + path);
  }

  private static HttpClient client(ExecutorService executor) {
    return HttpClient.newBuilder()
        .executor(executor)
        .version(HttpClient.Version.HTTP_1_1)
        .proxy(HttpClient.Builder.NO_PROXY)
        .connectTimeout(Bench.SOON)
        .build();
  }

  @Test
  void anHttpServerAndAClientRunOnIt() throws Exception {
    HttpServer server = serverOnLoopback(view);
    server.createContext(
        "/id",
        exchange -> {
          byte[] id = Task.tryCurrentId().map(Object::toString).orElse("none").getBytes(UTF_8);
          exchange.sendResponseHeaders(200, id.length);
          try (OutputStream body = exchange.getResponseBody()) {
            body.write(id);
          }
        });
    server.start();
    try (TaskRuntime clients = TaskRuntime.create();
        ExecutorService clientView = clients.asExecutorService()) {
      Set<String> ids = new HashSet<>();
      int many = 50;
      try (HttpClient client = client(clientView)) {
        HttpRequest request = HttpRequest.newBuilder(uri(server, "/id")).build();
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (int i = 0; i < many; i++) {
          answers.add(
              client
                  .sendAsync(request, HttpResponse.BodyHandlers.ofString())
                  .thenApply(HttpResponse::body));
        }
        for (CompletableFuture<String> answer : answers) {
          ids.add(answer.get(20, SECONDS));
        }
        // and from a task, by a blocking call
        ids.add(
            clients
                .spawn(() -> client.send(request, HttpResponse.BodyHandlers.ofString()).body())
                .join(Bench.SOON));
      }
      assertThat(ids).as("a task for each request").hasSize(many + 1).doesNotContain("none");
    } finally {
      server.stop(0);
    }
    view.shutdown();
    Bench.awaitEnd(view);
    bench.nothingIsReportedAtTheEnd();
  }

  @Test
  void aShutdownStopsAHandlerThatHangs() throws Exception {
    CountDownLatch in = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    HttpServer server = serverOnLoopback(view);
    server.createContext(
        "/hang",
        exchange -> {
          in.countDown();
          try {
            Bench.sleepForever();
          } catch (InterruptedException e) {
            stopped.countDown();
          } finally {
            exchange.close();
          }
        });
    server.start();
    try (TaskRuntime clients = TaskRuntime.create();
        ExecutorService clientView = clients.asExecutorService();
        HttpClient client = client(clientView)) {
      CompletableFuture<?> answer =
          client.sendAsync(
              HttpRequest.newBuilder(uri(server, "/hang")).build(),
              HttpResponse.BodyHandlers.discarding());
      Bench.await(in);
      assertThat(bench.runtime.shutdown(Bench.SOON).isComplete()).isTrue();
      Bench.await(stopped);
      assertThatThrownBy(() -> answer.get(20, SECONDS)).hasCauseInstanceOf(IOException.class);
      assertThatThrownBy(() -> view.execute(() -> {}))
          .isInstanceOf(RejectedExecutionException.class);
    } finally {
      server.stop(0);
    }
    view.shutdown();
    Bench.awaitEnd(view);
  }

  @Test
  void anAbortedTaskLeavesAnHttpCallAtOnce() throws Exception {
    CountDownLatch in = new CountDownLatch(1);
    HttpServer server = serverOnLoopback(view);
    server.createContext(
        "/hang",
        exchange -> {
          in.countDown();
          Bench.awaitStubbornly(bench.release);
          exchange.close();
        });
    server.start();
    try (TaskRuntime clients = TaskRuntime.create();
        ExecutorService clientView = clients.asExecutorService();
        HttpClient client = client(clientView)) {
      var call =
          clients.spawn(() ->
              client.send(
                  HttpRequest.newBuilder(uri(server, "/hang")).build(),
                  HttpResponse.BodyHandlers.discarding()));
      Bench.await(in);
      assertThat(call.abortAndJoin(Duration.ofSeconds(20)).isCancelled()).isTrue();
    } finally {
      bench.release.countDown();
      server.stop(0);
    }
  }
}
