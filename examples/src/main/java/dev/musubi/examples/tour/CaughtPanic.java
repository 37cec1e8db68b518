package dev.musubi.examples.tour;

import dev.musubi.JoinException;
import dev.musubi.JoinHandle;
import dev.musubi.Task;

/** A throwable that nobody expected ends its task, and nothing else; joining reports it. */
public final class CaughtPanic {
  private CaughtPanic() {}

  public static void main(String[] args) throws InterruptedException {
    JoinHandle<Integer> handle =
        Task.builder().name("parser").spawn(() -> Integer.parseInt("forty-two"));

    try {
      handle.join();
    } catch (JoinException e) {
      System.out.println("task " + e.name().orElse("?") + " panicked: " + e.isPanic());
      System.out.println("what left its body: " + e.panic());
    }
  }
}
