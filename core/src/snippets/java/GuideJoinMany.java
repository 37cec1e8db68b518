import dev.musubi.Join;
import dev.musubi.JoinException;
import dev.musubi.JoinHandle;
import dev.musubi.Outcome;
import dev.musubi.Task;
import java.io.IOException;
import java.net.URI;
import java.util.List;

/** Shown in the guide, joining-several.md. */
final class GuideJoinMany {
  private GuideJoinMany() {}

  record Page(String user, int orders) {}

  static Page tryJoin() throws IOException, InterruptedException {
    // @start region=tryJoin
    JoinHandle<String> user = Task.spawn(() -> findUser());
    JoinHandle<Integer> orders = Task.spawn(() -> countOrders());
    try {
      return Join.tryJoin(user, orders, (name, count) -> new Page(name, count));
    } catch (JoinException e) { // the other one has really ended
      throw e.unwrap(IOException.class);
    }
    // @end
  }

  static List<String> list(List<URI> addresses) throws InterruptedException {
    // @start region=list
    List<JoinHandle<String>> pages =
        addresses.stream().map(address -> Task.spawn(() -> fetch(address))).toList();
    return Join.tryJoin(pages);
    // @end
  }

  static long join(List<JoinHandle<String>> pages) throws InterruptedException {
    // @start region=join
    List<Outcome<String>> outcomes = Join.join(pages);
    long failed = outcomes.stream().filter(outcome -> !outcome.isSuccess()).count();
    // @end
    return failed;
  }

  static String race(URI here, URI there) throws InterruptedException {
    // @start region=race
    String page = Join.race(List.of(Task.spawn(() -> fetch(here)), Task.spawn(() -> fetch(there))));
    // @end
    return page;
  }

  private static String findUser() throws IOException {
    return "user";
  }

  private static int countOrders() throws IOException {
    return 3;
  }

  private static String fetch(URI address) throws IOException, InterruptedException {
    return address.toString();
  }
}
