import dev.musubi.Join;
import dev.musubi.JoinHandle;
import dev.musubi.Scope;
import dev.musubi.Task;
import java.io.IOException;

/** Shown in the guide, scopes.md. */
final class GuideScopes {
  private GuideScopes() {}

  record Page(String user, int orders) {}

  static Page scope() throws InterruptedException {
    // @start region=scope
    try (Scope scope = Scope.open()) {
      JoinHandle<String> user = scope.spawn(() -> findUser());
      JoinHandle<Integer> orders = scope.spawn(() -> countOrders());
      return Join.tryJoin(user, orders, (name, count) -> new Page(name, count));
    } // none of them runs any more
    // @end
  }

  static void join() throws InterruptedException {
    // @start region=join
    try (Scope scope = Scope.open()) {
      scope.spawn(Task.builder().name("walk"), () -> walk(scope, 5));
      scope.join(); // for all, also for those that they have spawned
    }
    // @end
  }

  private static void walk(Scope scope, int depth) {
    if (depth > 0) {
      scope.spawn(() -> walk(scope, depth - 1));
    }
  }

  private static String findUser() throws IOException {
    return "user";
  }

  private static int countOrders() throws IOException {
    return 3;
  }
}
