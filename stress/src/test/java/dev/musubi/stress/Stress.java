package dev.musubi.stress;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** What the stress tests share. */
final class Stress {
  /** For how long a test keeps going. */
  static final int SECONDS = Integer.getInteger("stress.seconds", 2);

  private Stress() {}

  static long deadline() {
    return System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
  }

  static void eventually(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not in 30 s: " + what);
      }
      Thread.sleep(1);
    }
  }
}
