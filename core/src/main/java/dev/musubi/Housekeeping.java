package dev.musubi;

import dev.musubi.internal.RealTimers;
import dev.musubi.internal.Timer;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Things that happen later and rarely: reports of failures nobody looked at, foreign code that must
 * not run where it was caused.
 */
final class Housekeeping {
  private static final AtomicLong ASIDE = new AtomicLong();

  private Housekeeping() {}

  /** A job for later. It is short, and runs no foreign code. */
  private static final class Later extends Timer {
    private final Runnable job;

    Later(Runnable job) {
      this.job = job;
    }

    @Override
    protected void fired() {
      job.run();
    }
  }

  static Timer later(Runnable job, long nanos) {
    Later later = new Later(job);
    if (!RealTimers.INSTANCE.set(later, RealTimers.INSTANCE.in(nanos))) {
      job.run();
    }
    return later;
  }

  /** Runs foreign code on a virtual thread of its own, outside every task. */
  static Thread aside(String what, Runnable job) {
    return Thread.ofVirtual()
        .name("musubi-" + what + "-", ASIDE.incrementAndGet())
        .inheritInheritableThreadLocals(false)
        .start(() -> {
          try {
            job.run();
          } catch (Throwable e) {
            Log.warn(what + " failed", e);
          }
        });
  }
}
