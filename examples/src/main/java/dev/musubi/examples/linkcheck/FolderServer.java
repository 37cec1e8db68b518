package dev.musubi.examples.linkcheck;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.musubi.TaskRuntime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Serves a folder over http to this machine alone; each request is a task. */
final class FolderServer implements AutoCloseable {
  private static final int NO_BODY = -1;

  private final FolderSource folder;
  private final TaskRuntime runtime = TaskRuntime.builder().name("server").build();
  private final HttpServer server;

  FolderServer(FolderSource folder) throws IOException {
    this.folder = folder;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(runtime.asExecutorService());
    server.createContext("/", this::handle);
    server.start();
  }

  /** The address of a file of the folder on this server. */
  URI address(URI file) {
    InetSocketAddress at = server.getAddress();
    String host = at.getAddress().getHostAddress();
    return URI.create(
        "http://"
            + (host.contains(":") ? "[" + host + "]" : host)
            + ":"
            + at.getPort()
            + file.getRawPath());
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      URI file = file(exchange.getRequestURI());
      switch (folder.get(file, false)) {
        case Answer.Content(Media media, _, _) -> send(exchange, media, file);
        case Answer.Moved(URI to) -> {
          exchange.getResponseHeaders().set("Location", to.getRawPath());
          exchange.sendResponseHeaders(302, NO_BODY);
        }
        case Answer.Refused(int status, _) -> exchange.sendResponseHeaders(status, NO_BODY);
      }
    }
  }

  private static URI file(URI request) throws IOException {
    try {
      return Addresses.resolve(FolderSource.ROOT, request.getRawPath()).address();
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }

  private void send(HttpExchange exchange, Media media, URI file) throws IOException {
    Path path = folder.path(file).orElseThrow();
    String type =
        switch (media) {
          case HTML -> "text/html";
          case CSS -> "text/css";
          case OTHER -> "application/octet-stream";
        };
    exchange.getResponseHeaders().set("Content-Type", type);
    long size = Files.size(path);
    exchange.sendResponseHeaders(200, size == 0 ? NO_BODY : size);
    if (size > 0) {
      Files.copy(path, exchange.getResponseBody());
    }
  }

  @Override
  public void close() {
    server.stop(0);
    runtime.close();
  }
}
