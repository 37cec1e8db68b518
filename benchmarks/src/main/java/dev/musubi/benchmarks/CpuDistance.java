package dev.musubi.benchmarks;

import dev.musubi.benchmarks.Interleaved.Batch;

/**
 * How long a cache line takes from one CPU to another and back: two threads that turn one word. On
 * a virtual machine that moves, as its CPUs are put on cores that share a cache or do not; it
 * divides the rounds of whatever hands tasks from one CPU to the other.
 */
final class CpuDistance implements Batch {
  /** Below it, two CPUs share a cache. In nanoseconds. */
  static final double NEAR = 200;

  private static final int TURNS = 100;
  private static final int TRIES = 20; // the best counts
  private static final int MOST_TRIES = 500;
  private static final double SAME_CPU = 5_000; // then both are on one CPU still
  private static final int SPINS = 1_000;

  private volatile int word; // odd: it is the other one's turn; negative: the end

  @Override
  public void run(int tasks) throws InterruptedException {
    sample(tasks);
  }

  @Override
  public double[] sample(int tasks) throws InterruptedException {
    word = 0;
    Thread other = Thread.ofPlatform().start(this::answer);
    double best = Double.POSITIVE_INFINITY;
    for (int i = 0; i < TRIES || (best > SAME_CPU && i < MOST_TRIES); i++) {
      long begin = System.nanoTime();
      for (int turn = 0; turn < TURNS; turn++) {
        word = 2 * turn + 1;
        awaitLast(0);
      }
      best = Math.min(best, (System.nanoTime() - begin) / (double) TURNS);
    }
    word = -1;
    other.join();
    return new double[] {best, 0, 0};
  }

  @Override
  public Batch repeated(int times, int tasksOfEach) {
    return this;
  }

  private void answer() {
    for (int seen = awaitLast(1); seen >= 0; seen = awaitLast(1)) {
      word = seen + 1;
    }
  }

  /** Until the word has that as its last bit; the end is odd, for the one that answers. */
  private int awaitLast(int bit) {
    for (int spins = 0; ; spins++) {
      int seen = word;
      if ((seen & 1) == bit) {
        return seen;
      }
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        Thread.yield(); // the other one may need this CPU
      }
    }
  }
}
