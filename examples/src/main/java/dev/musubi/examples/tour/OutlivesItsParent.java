package dev.musubi.examples.tour;

import dev.musubi.JoinHandle;
import dev.musubi.Task;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** A child that is detached from its parent runs on when the parent has ended. */
public final class OutlivesItsParent {
  private OutlivesItsParent() {}

  public static void main(String[] args) throws InterruptedException {
    CountDownLatch parentEnded = new CountDownLatch(1);
    CountDownLatch childDone = new CountDownLatch(1);

    JoinHandle<@Nullable Void> parent =
        Task.spawn(() -> {
          Task.spawn(
                  () -> {
                    parentEnded.await();
                    System.out.println("the child still runs");
                    childDone.countDown();
                  })
              .detach();
          System.out.println("the parent returns");
        });

    parent.join();
    System.out.println("the parent has ended: " + parent.isFinished());
    parentEnded.countDown();
    childDone.await(); // nobody has a handle to join
    System.out.println("the child is done");
  }
}
