package dev.musubi.examples.tour;

import dev.musubi.JoinHandle;
import dev.musubi.Task;

/** Spawns work with a value; joining gives it, as often as one asks. */
public final class WithValue {
  private WithValue() {}

  public static void main(String[] args) throws InterruptedException {
    JoinHandle<Integer> handle = Task.spawn(() -> 5 + 3);

    System.out.println("5 + 3 = " + handle.join());
    System.out.println("joined again: " + handle.join());
  }
}
