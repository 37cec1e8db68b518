import dev.musubi.Join;
import dev.musubi.JoinHandle;
import dev.musubi.Task;

/** Shown in the Javadoc of {@code Join}. */
final class JoinSnippets {
  private JoinSnippets() {}

  record User(String name) {}

  record Page(User user, int orders) {}

  static Page join(String id) throws InterruptedException {
    // @start region=join
    JoinHandle<User> user = Task.spawn(() -> loadUser(id));
    JoinHandle<Integer> orders = Task.spawn(() -> countOrders(id));
    return Join.tryJoin(user, orders, (who, count) -> new Page(who, count));
    // @end
  }

  private static User loadUser(String id) {
    return new User(id);
  }

  private static int countOrders(String id) {
    return id.length();
  }
}
