package dev.musubi.examples.linkcheck;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A web site on this machine; each request has a thread of its own. */
final class TestSite implements AutoCloseable {
  /** Counted down by the first request for a page that never answers. */
  final CountDownLatch slowRequested = new CountDownLatch(1);

  private final CountDownLatch closed = new CountDownLatch(1);
  private final Map<String, HttpHandler> pages = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;

  TestSite() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  URI address(String path) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  TestSite page(String path, String html) {
    return handler(path, exchange -> answer(exchange, 200, html));
  }

  TestSite status(String path, int status) {
    return handler(path, exchange -> answer(exchange, status, ""));
  }

  TestSite redirect(String path, String to) {
    return handler(
        path,
        exchange -> {
          exchange.getResponseHeaders().set("Location", to);
          answer(exchange, 301, "moved");
        });
  }

  /** A page that never answers. */
  TestSite slow(String path) {
    return handler(
        path,
        exchange -> {
          slowRequested.countDown();
          try {
            closed.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  TestSite handler(String path, HttpHandler handler) {
    pages.put(path, handler);
    return this;
  }

  static void answer(HttpExchange exchange, int status, String html) throws IOException {
    byte[] bytes = html.getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      HttpHandler handler = pages.get(exchange.getRequestURI().toString());
      if (handler == null) {
        answer(exchange, 404, "<p id=not-found>not found</p>");
      } else {
        handler.handle(exchange);
      }
    }
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow(); // a handler that waits for a test which has failed
    threads.close();
  }
}
