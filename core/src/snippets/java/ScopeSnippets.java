import dev.musubi.Join;
import dev.musubi.JoinHandle;
import dev.musubi.Scope;

/** Shown in the Javadoc of {@code Scope}. */
final class ScopeSnippets {
  private ScopeSnippets() {}

  record Page(String user, int orders) {}

  static Page scope(String id) throws InterruptedException {
    // @start region=scope
    try (Scope scope = Scope.open()) {
      JoinHandle<String> user = scope.spawn(() -> findUser(id));
      JoinHandle<Integer> orders = scope.spawn(() -> countOrders(id));
      scope.spawn(() -> log(id)); // nobody joins it, and it ends with the block all the same
      return Join.tryJoin(user, orders, (name, count) -> new Page(name, count));
    }
    // @end
  }

  private static String findUser(String id) {
    return id;
  }

  private static int countOrders(String id) {
    return id.length();
  }

  private static void log(String id) {
    System.out.println(id);
  }
}
