package dev.musubi;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Things that happen later and rarely: repeated interrupts, reports of failures nobody looked at.
 * One daemon platform thread for the JVM, started when it is first needed; a platform thread,
 * because no flood of virtual threads can starve it. Jobs are short and run no foreign code: what
 * may be foreign is moved to a virtual thread with {@link #aside}.
 */
final class Housekeeping {
  private static final AtomicLong ASIDE = new AtomicLong();

  private Housekeeping() {}

  private static final class Holder {
    static final ScheduledThreadPoolExecutor TIMER = create();

    private static ScheduledThreadPoolExecutor create() {
      var timer =
          new ScheduledThreadPoolExecutor(
              1,
              Thread.ofPlatform()
                  .daemon()
                  .name("musubi-housekeeping")
                  .inheritInheritableThreadLocals(false)
                  .factory());
      timer.setRemoveOnCancelPolicy(true);
      timer.setKeepAliveTime(10, TimeUnit.SECONDS);
      timer.allowCoreThreadTimeOut(true);
      return timer;
    }
  }

  static ScheduledFuture<?> later(Runnable job, long nanos) {
    return Holder.TIMER.schedule(
        () -> {
          try {
            job.run();
          } catch (Throwable e) {
            Log.warn("housekeeping failed", e);
          }
        },
        nanos,
        TimeUnit.NANOSECONDS);
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
