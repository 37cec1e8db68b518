package dev.musubi.examples.tour;

import dev.musubi.Cancelled;
import dev.musubi.JoinHandle;
import dev.musubi.Panicked;
import dev.musubi.Success;
import dev.musubi.Task;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Aborts a list of tasks, and finds each of them cancelled: its body has really stopped. */
public final class AbortAll {
  private AbortAll() {}

  public static void main(String[] args) throws InterruptedException {
    List<JoinHandle<String>> handles =
        Stream.of("red", "green", "blue").map(AbortAll::spawnSleeper).toList();

    for (JoinHandle<String> handle : handles) {
      System.out.println(handle.name().orElse("?") + " finished: " + handle.isFinished());
    }
    for (JoinHandle<String> handle : handles) {
      handle.abort("the tour goes on"); // a request: it does not wait
    }
    for (JoinHandle<String> handle : handles) {
      String end =
          switch (handle.outcome()) {
            case Success(String value) -> "returned " + value;
            case Panicked(_, Throwable cause) -> "panicked: " + cause;
            case Cancelled(_, var reason) -> "cancelled, " + reason;
          };
      System.out.println(
          handle.name().orElse("?") + " finished: " + handle.isFinished() + ", " + end);
    }
  }

  private static JoinHandle<String> spawnSleeper(String name) {
    return Task.builder()
        .name(name)
        .spawn(() -> {
          Task.sleep(Duration.ofDays(1));
          return "well rested";
        });
  }
}
