package dev.musubi.examples.fanout;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The answer to a client, a line of JSON for each piece, sent at once. Every method throws an
 * {@link IOException} once the client is known to have gone.
 */
final class Lines implements AutoCloseable {
  private final OutputStream out;

  private Lines(OutputStream out) {
    this.out = out;
  }

  static Lines begin(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/x-ndjson");
    exchange.sendResponseHeaders(200, 0); // in chunks
    return new Lines(exchange.getResponseBody());
  }

  void answered(BackEnd who, BackEnd.Reply reply) throws IOException {
    send(
        "{\"backEnd\":%s,\"status\":\"ok\",\"ms\":%d,\"answer\":%s}"
            .formatted(quote(who.name()), reply.after().toMillis(), quote(reply.text())));
  }

  void missing(BackEnd who, String status, String why) throws IOException {
    send(
        "{\"backEnd\":%s,\"status\":%s,\"why\":%s}"
            .formatted(quote(who.name()), quote(status), quote(why)));
  }

  void end(int answered, int of) throws IOException {
    send("{\"complete\":%b,\"answered\":%d,\"of\":%d}".formatted(answered == of, answered, of));
  }

  /** Finds out whether the client is still there: nothing else would tell. */
  void heartbeat() throws IOException {
    send("");
  }

  private void send(String line) throws IOException {
    out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  private static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ') {
        quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
