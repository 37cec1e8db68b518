import dev.musubi.CancellationToken;
import dev.musubi.JoinHandle;
import dev.musubi.Registration;
import dev.musubi.Task;
import java.io.IOException;
import java.net.Socket;
import java.util.Optional;

/** Shown in the guide, cancellation-tokens.md. */
final class GuideTokens {
  private GuideTokens() {}

  static void tree() {
    // @start region=tree
    CancellationToken service = new CancellationToken();
    CancellationToken request = service.child();
    request.cancel("client went away"); // service goes on
    service.cancel("shutting down"); // all requests end
    // @end
  }

  static JoinHandle<String> bound(CancellationToken request) {
    // @start region=bound
    JoinHandle<String> page = Task.builder().cancelledBy(request).spawn(() -> fetch());
    // @end
    return page;
  }

  static String until(CancellationToken request) throws IOException, InterruptedException {
    // @start region=until
    Optional<String> page = request.runUntilCancelled(() -> fetch());
    return page.orElse("not wanted any more"); // and fetch has really ended
    // @end
  }

  static void callback(CancellationToken request, Socket socket) throws IOException {
    // @start region=callback
    try (Registration _ = request.onCancel(() -> close(socket))) {
      read(socket); // does not react to interrupts; ends when the socket is closed
    }
    // @end
  }

  static void poll(CancellationToken request) {
    // @start region=poll
    while (!request.isCancelled()) {
      step();
    }
    System.out.println("stopped: " + request.reason().orElseThrow());
    // @end
  }

  private static void step() {}

  private static void read(Socket socket) throws IOException {
    socket.getInputStream().read();
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      System.err.println(e);
    }
  }

  private static String fetch() throws IOException, InterruptedException {
    return "page";
  }
}
