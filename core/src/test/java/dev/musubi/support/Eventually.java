package dev.musubi.support;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for a condition that must come true, however long that takes within reason. */
public final class Eventually {
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  private Eventually() {}

  /** Polls until the condition holds; fails after 20 s. */
  public static void until(String what, Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + DEADLINE.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within " + DEADLINE + ": " + what);
      }
      Thread.sleep(1);
    }
  }
}
