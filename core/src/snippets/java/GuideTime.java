import dev.musubi.Deadline;
import dev.musubi.Interval;
import dev.musubi.JoinHandle;
import dev.musubi.ManualTime;
import dev.musubi.MissedTicks;
import dev.musubi.Periodic;
import dev.musubi.Task;
import dev.musubi.TaskRuntime;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** Shown in the guide, time.md. */
final class GuideTime {
  private GuideTime() {}

  static String timeout(URI address) throws IOException, InterruptedException {
    // @start region=timeout
    try {
      return Task.timeout(Duration.ofSeconds(2), () -> fetch(address));
    } catch (TimeoutException e) { // here fetch has really stopped
      return "no answer";
    }
    // @end
  }

  static String joinOrAbort(JoinHandle<String> page) throws InterruptedException, TimeoutException {
    // @start region=joinOrAbort
    return page.joinOrAbort(Duration.ofSeconds(2));
    // @end
  }

  static String named(URI address) throws InterruptedException, TimeoutException {
    // @start region=named
    try (var page =
        Task.builder().name("fetch " + address).spawn(() -> fetch(address)).abortOnClose()) {
      return page.joinOrAbort(Duration.ofSeconds(2));
    } // has ended here also if we were aborted
    // @end
  }

  static void deadline() throws InterruptedException, IOException {
    // @start region=deadline
    Deadline deadline = Deadline.after(Duration.ofSeconds(10));
    while (!deadline.hasPassed() && !isReady()) {
      Task.sleep(Duration.ofMillis(100));
    }
    // @end
  }

  static void interval() throws InterruptedException, IOException {
    // @start region=interval
    Interval minute = Interval.every(Duration.ofMinutes(1)).missedTicks(MissedTicks.DELAY);
    while (!isReady()) {
      Deadline due = minute.tick();
      System.out.println("late by " + due.until(Deadline.now()));
    }
    // @end
  }

  static JoinHandle<Void> periodic() {
    // @start region=periodic
    JoinHandle<Void> refresh =
        Periodic.every(Duration.ofMinutes(1)).spawn(Task.builder().name("refresh"), () -> reload());
    // @end
    return refresh;
  }

  static void manual() throws InterruptedException {
    // @start region=manual
    ManualTime time = new ManualTime();
    try (TaskRuntime runtime = TaskRuntime.builder().time(time).build()) {
      JoinHandle<String> reminder =
          runtime.spawn(() -> {
            Task.sleep(Duration.ofDays(30));
            return "pay the rent";
          });
      while (!time.hasWaiting()) {
        Task.yieldNow(); // until the task sleeps
      }
      time.advance(Duration.ofDays(30));
      System.out.println(reminder.join());
    }
    // @end
  }

  private static boolean isReady() throws IOException {
    return true;
  }

  private static void reload() throws IOException {}

  private static String fetch(URI address) throws IOException, InterruptedException {
    return address.toString();
  }
}
