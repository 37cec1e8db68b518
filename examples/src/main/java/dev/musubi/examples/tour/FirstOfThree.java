package dev.musubi.examples.tour;

import static dev.musubi.Select.after;
import static dev.musubi.Select.select;

import dev.musubi.JoinHandle;
import dev.musubi.Task;
import dev.musubi.sync.Oneshot;
import dev.musubi.sync.OneshotReceiver;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** Waits for the first of a task, a letter and a timer; those that come later lose nothing. */
public final class FirstOfThree {
  private FirstOfThree() {}

  public static void main(String[] args) throws InterruptedException {
    CountDownLatch oven = new CountDownLatch(1);
    JoinHandle<String> dinner =
        Task.spawn(() -> {
          oven.await();
          return "a pie";
        });
    Oneshot<String> post = Oneshot.create();

    System.out.println(first(dinner, post.receiver(), Duration.ofMillis(10)));
    post.sender().send("greetings from Kyoto");
    System.out.println(first(dinner, post.receiver(), Duration.ofDays(1)));

    System.out.println("dinner has lost twice, and is ready: " + dinner.isFinished());
    oven.countDown();
    System.out.println("dinner is joined all the same: " + dinner.join());
  }

  private static String first(
      JoinHandle<String> dinner, OneshotReceiver<String> letter, Duration limit)
      throws InterruptedException {
    return select(
        dinner.onJoin(dish -> "dinner: " + dish),
        letter.onReceive(text -> "a letter: " + text),
        after(limit, () -> "neither dinner nor a letter within " + limit.toMillis() + " ms"));
  }
}
