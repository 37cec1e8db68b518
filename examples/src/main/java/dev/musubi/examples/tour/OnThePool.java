package dev.musubi.examples.tour;

import dev.musubi.JoinHandle;
import dev.musubi.Task;
import java.util.stream.LongStream;

/** Spawns work that computes for long on the bounded pool of platform threads. */
public final class OnThePool {
  private OnThePool() {}

  public static void main(String[] args) throws InterruptedException {
    JoinHandle<String> handle =
        Task.spawnBlocking(() -> {
          long sum = LongStream.rangeClosed(1, 1_000_000).sum();
          return sum + (Thread.currentThread().isVirtual() ? " (virtual)" : " (platform)");
        });

    System.out.println("the sum is " + handle.join());
  }
}
