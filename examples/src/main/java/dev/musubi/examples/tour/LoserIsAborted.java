package dev.musubi.examples.tour;

import static dev.musubi.Select.select;

import dev.musubi.Cancelled;
import dev.musubi.JoinHandle;
import dev.musubi.Task;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A task that loses is aborted, and has really ended before the winner's handler runs. */
public final class LoserIsAborted {
  private LoserIsAborted() {}

  public static void main(String[] args) throws InterruptedException {
    CountDownLatch started = new CountDownLatch(1);
    JoinHandle<String> snail =
        Task.spawn(() -> {
          try {
            started.countDown();
            Task.sleep(Duration.ofDays(1));
            return "the snail";
          } finally {
            System.out.println("the snail turns back");
          }
        });
    JoinHandle<String> hare =
        Task.spawn(() -> {
          started.await(); // else the snail might be aborted before it has begun
          return "the hare";
        });

    String result =
        select(
            hare.onJoin(winner -> winner + " wins, the snail has ended: " + snail.isFinished()),
            snail.onJoin(winner -> winner + " wins").abortOnLose());
    System.out.println(result);
    if (snail.outcome() instanceof Cancelled(_, var reason)) {
      System.out.println("why the snail was aborted: " + reason);
    }
  }
}
