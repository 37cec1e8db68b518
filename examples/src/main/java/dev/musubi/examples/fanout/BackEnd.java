package dev.musubi.examples.fanout;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** One of those who are asked. */
record BackEnd(String name, URI address) {
  /** What it said, and how long that took. */
  record Reply(String text, Duration after) {}

  /** Asks it and waits. An abort closes the connection, so that it need not go on either. */
  Reply ask(HttpClient client) throws IOException, InterruptedException {
    long begin = System.nanoTime();
    HttpResponse<String> response =
        client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException("status " + response.statusCode());
    }
    return new Reply(response.body(), Duration.ofNanos(System.nanoTime() - begin));
  }
}
