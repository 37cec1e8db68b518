package dev.musubi.examples.linkcheck;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The web. Time limits are the caller's: it aborts the task that waits here. */
final class HttpSource implements Source, AutoCloseable {
  private static final int MOST_BYTES = 64 << 20; // a page larger than that is no page
  private static final Pattern CHARSET =
      Pattern.compile("charset\\s*=\\s*\"?([^\\s;\"]+)", Pattern.CASE_INSENSITIVE);

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(
              HttpClient.Version.HTTP_1_1) // no attempts to upgrade, which confuse some servers
          .followRedirects(HttpClient.Redirect.NEVER) // each hop is an address of its own
          .build();

  @Override
  public Answer get(URI address, boolean read) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(address).header("User-Agent", "musubi-linkcheck").build();
    HttpResponse<InputStream> response;
    try {
      response = client.send(request, BodyHandlers.ofInputStream());
    } catch (IOException e) {
      throw isUnresolved(e) ? new IOException("unknown host " + address.getHost(), e) : e;
    }
    // closing the body before its end drops the connection: nobody downloads what nobody reads
    try (InputStream body = response.body()) {
      int status = response.statusCode();
      Optional<String> location = response.headers().firstValue("Location");
      if (status / 100 == 2) {
        return content(response, body, read);
      }
      if (status / 100 == 3 && location.isPresent()) {
        return moved(address, location.get());
      }
      return new Answer.Refused(status, phrase(status));
    }
  }

  private static Answer content(HttpResponse<?> response, InputStream body, boolean read)
      throws IOException {
    String type = response.headers().firstValue("Content-Type").orElse("");
    Media media = Media.ofContentType(type);
    boolean wanted = read && media != Media.OTHER;
    byte[] bytes = wanted ? body.readNBytes(MOST_BYTES) : new byte[0];
    Matcher charset = CHARSET.matcher(type);
    return new Answer.Content(
        media,
        ByteBuffer.wrap(bytes),
        charset.find() ? Optional.of(charset.group(1)) : Optional.empty());
  }

  private static Answer moved(URI address, String location) {
    try {
      return new Answer.Moved(Addresses.resolve(address, location).address());
    } catch (URISyntaxException e) {
      return new Answer.Refused(502, "redirects to \"" + location + "\", which is no address");
    }
  }

  private static boolean isUnresolved(IOException thrown) {
    for (Throwable e = thrown; e != null; e = e.getCause()) {
      if (e instanceof UnresolvedAddressException) {
        return true;
      }
    }
    return false;
  }

  private static String phrase(int status) {
    return switch (status) {
      case 400 -> "400 Bad Request";
      case 401 -> "401 Unauthorized";
      case 403 -> "403 Forbidden";
      case 404 -> "404 Not Found";
      case 405 -> "405 Method Not Allowed";
      case 410 -> "410 Gone";
      case 429 -> "429 Too Many Requests";
      case 500 -> "500 Internal Server Error";
      case 502 -> "502 Bad Gateway";
      case 503 -> "503 Service Unavailable";
      default -> "status " + status;
    };
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
