import dev.musubi.Task;
import java.sql.Connection;
import java.sql.SQLException;

/** Shown in the guide, shield.md. */
final class GuideShield {
  private GuideShield() {}

  static void transfer(Connection connection) throws SQLException, InterruptedException {
    // @start region=rollback
    boolean done = false;
    try {
      work(connection); // an abort may end it anywhere
      Task.shield(() -> connection.commit());
      done = true;
    } finally {
      if (!done) {
        Task.shield(() -> connection.rollback());
      }
    }
    // @end
  }

  static long call(Connection connection) throws SQLException, InterruptedException {
    // @start region=call
    long id = Task.shieldCall(() -> insert(connection));
    // @end
    return id;
  }

  private static void work(Connection connection) throws SQLException {
    connection.prepareStatement("update account set amount = amount - 1 where id = 1").execute();
  }

  private static long insert(Connection connection) throws SQLException {
    return connection.prepareStatement("insert into account values (3)").executeLargeUpdate();
  }
}
