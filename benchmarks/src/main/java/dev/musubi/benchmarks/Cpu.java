package dev.musubi.benchmarks;

/** Computing for a given time, the same everywhere in one JVM. */
final class Cpu {
  private static final int PROBE = 1_000;
  private static final double STEPS_PER_MICRO = calibrate();
  private static volatile long sink;

  private Cpu() {}

  static void burnMicros(double micros) {
    sink = steps((int) (micros * STEPS_PER_MICRO));
  }

  private static long steps(int n) {
    long x = n;
    for (int i = 0; i < n; i++) {
      x = x * 6364136223846793005L + 1442695040888963407L;
    }
    return x;
  }

  /** The best of many short probes: the one that nobody disturbed. */
  private static double calibrate() {
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 20_000; i++) {
      long begin = System.nanoTime();
      sink = steps(PROBE);
      best = Math.min(best, System.nanoTime() - begin);
    }
    return PROBE * 1_000.0 / Math.max(best, 1);
  }
}
