import dev.musubi.AbortPolicy;
import dev.musubi.JoinHandle;
import dev.musubi.Task;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.SQLException;

/** Shown in the Javadoc of {@code Task} and {@code TaskBuilder}. */
final class TaskSnippets {
  private TaskSnippets() {}

  static String spawn(HttpClient client, HttpRequest request)
      throws IOException, InterruptedException {
    // @start region=spawn
    JoinHandle<String> page =
        Task.spawn(() -> client.send(request, BodyHandlers.ofString()).body());
    prepare(); // runs meanwhile
    return page.join(IOException.class);
    // @end
  }

  private static void prepare() {}

  static String builder(HttpClient client, URI address) throws InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(address).build();
    // @start region=builder
    JoinHandle<String> page =
        Task.builder()
            .name("fetch " + address)
            .abortPolicy(AbortPolicy.once())
            .spawn(() -> client.send(request, BodyHandlers.ofString()).body());
    // @end
    return page.join();
  }

  static void shield(Connection connection) throws SQLException, InterruptedException {
    // @start region=shield
    Task.shield(() -> {
      debit(connection);
      credit(connection);
      connection.commit();
    });
    // @end
  }

  private static void debit(Connection connection) throws SQLException {
    connection.prepareStatement("update account set amount = amount - 1 where id = 1").execute();
  }

  private static void credit(Connection connection) throws SQLException {
    connection.prepareStatement("update account set amount = amount + 1 where id = 2").execute();
  }
}
