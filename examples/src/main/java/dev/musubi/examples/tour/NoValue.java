package dev.musubi.examples.tour;

import dev.musubi.JoinHandle;
import dev.musubi.Task;
import org.jspecify.annotations.Nullable;

/** Spawns work that returns nothing, and waits for it. */
public final class NoValue {
  private NoValue() {}

  public static void main(String[] args) throws InterruptedException {
    JoinHandle<@Nullable Void> handle =
        Task.spawn(() -> System.out.println("hello from a task of its own"));

    handle.join();
    // joining happens after the body: this line never comes first
    System.out.println("the task has ended");
  }
}
