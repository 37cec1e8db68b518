package dev.musubi.examples.fanout;

import dev.musubi.TaskRuntime;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/**
 * A back end to try the service with: answers each request after the time that its script says. It
 * notices when the one who asked goes away meanwhile, and counts that.
 */
final class SlowServer implements AutoCloseable {
  /** What happens to a request. */
  record Turn(Duration after, int status) {
    static Turn ok(Duration after) {
      return new Turn(after, 200);
    }
  }

  private final String name;
  private final IntFunction<Turn> script;
  private final TaskRuntime runtime;
  private final ServerSocket listening;
  final AtomicInteger asked = new AtomicInteger();
  final AtomicInteger answered = new AtomicInteger();
  final AtomicInteger abandoned = new AtomicInteger();

  /** The script is given the number of the request, from 1 on. */
  SlowServer(String name, IntFunction<Turn> script) throws IOException {
    this.name = name;
    this.script = script;
    this.listening = new ServerSocket(0, 1_024, InetAddress.getLoopbackAddress());
    this.runtime = TaskRuntime.builder().name(name).build();
    runtime.spawn(() -> accept()).detach();
  }

  /** Usually 5 to 20 ms; 2 of 100 take 300 ms, and 2 of 1,000 fail. */
  static SlowServer withTail(String name, long seed) throws IOException {
    return new SlowServer(
        name,
        number -> {
          SplittableRandom random = new SplittableRandom(seed + number);
          int dice = random.nextInt(1_000);
          Duration after = Duration.ofMillis(dice < 20 ? 300 : random.nextInt(5, 21));
          return new Turn(after, dice >= 998 ? 503 : 200);
        });
  }

  BackEnd backEnd() {
    return new BackEnd(name, URI.create("http://127.0.0.1:" + listening.getLocalPort() + "/"));
  }

  private void accept() throws IOException {
    try {
      while (true) {
        Socket socket = listening.accept();
        runtime.spawn(() -> serve(socket)).detach();
      }
    } catch (SocketException e) {
      if (!listening.isClosed()) {
        throw e;
      }
    }
  }

  private void serve(Socket socket) throws IOException {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      while (readRequest(in)) {
        Turn turn = script.apply(asked.incrementAndGet());
        if (leavesWithin(turn.after(), socket, in)) {
          abandoned.incrementAndGet();
          return;
        }
        answered.incrementAndGet();
        String text = "from " + name;
        String response =
            "HTTP/1.1 %d x\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(turn.status(), text.length(), text);
        socket.getOutputStream().write(response.getBytes(StandardCharsets.US_ASCII));
      }
    } catch (SocketException e) {
      // the one who asked went away between two requests, or this server is closed
    }
  }

  /** Reads to the empty line; false at the end of the connection. */
  private static boolean readRequest(InputStream in) throws IOException {
    int newlines = 0;
    for (int c = in.read(); c >= 0; c = in.read()) {
      newlines = c == '\n' ? newlines + 1 : c == '\r' ? newlines : 0;
      if (newlines == 2) {
        return true;
      }
    }
    return false;
  }

  /** Waits that long for nothing to be read: a client that waits sends nothing. */
  private static boolean leavesWithin(Duration time, Socket socket, InputStream in)
      throws IOException {
    try {
      socket.setSoTimeout((int) Math.max(1, time.toMillis()));
      return in.read() < 0;
    } catch (SocketTimeoutException e) {
      socket.setSoTimeout(0);
      return false;
    } catch (SocketException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    runtime.close();
  }
}
