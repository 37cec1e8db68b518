package dev.musubi;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A job that runs again and again in a task of its own, and does not silently stop when one run
 * fails.
 *
 * {@snippet class="TimeSnippets" region="periodic"}
 *
 * <p>The runs follow an {@link Interval} and never overlap. A run that throws, whatever it is, is
 * reported to the runtime's {@link FailureHook} (as {@link UnobservedFailure.Kind#PERIODIC_RUN}),
 * and the job goes on; {@link #stopAfterFailures} bounds that. The task ends when it is aborted. An
 * abort in the middle of a run interrupts the run.
 *
 * <p>Immutable and thread-safe. Tokio has no counterpart; in Java, {@code
 * ScheduledExecutorService.scheduleAtFixedRate} stops for good, without a word, at the first
 * failure.
 */
public final class Periodic {
  private final Duration period;
  private final Duration startingAfter;
  private final MissedTicks missedTicks;
  private final int mostFailures;

  private Periodic(
      Duration period, Duration startingAfter, MissedTicks missedTicks, int mostFailures) {
    this.period = period;
    this.startingAfter = startingAfter;
    this.missedTicks = missedTicks;
    this.mostFailures = mostFailures;
  }

  /**
   * A schedule whose first run is at once, that leaves out what it misses, and that survives any
   * number of failures.
   *
   * @param period the time between the beginnings of two runs
   * @return a new schedule
   * @throws IllegalArgumentException if the period is not positive
   */
  public static Periodic every(Duration period) {
    if (!period.isPositive()) {
      throw new IllegalArgumentException("the period must be positive: " + period);
    }
    return new Periodic(period, Duration.ZERO, MissedTicks.SKIP, Integer.MAX_VALUE);
  }

  /**
   * The same with a pause before the first run.
   *
   * @param pause how long after the task's start; not negative
   * @return a new schedule
   * @throws IllegalArgumentException if the pause is negative
   */
  public Periodic startingAfter(Duration pause) {
    Nanos.limit(pause);
    return new Periodic(period, pause, missedTicks, mostFailures);
  }

  /**
   * The same with another policy for runs that could not begin in time.
   *
   * @param policy the default is {@link MissedTicks#SKIP}
   * @return a new schedule
   */
  public Periodic missedTicks(MissedTicks policy) {
    Objects.requireNonNull(policy, "policy");
    return new Periodic(period, startingAfter, policy, mostFailures);
  }

  /**
   * The same with an end: after so many failed runs in a row the task panics with what the last one
   * threw.
   *
   * @param inARow at least 1; the default is never to stop
   * @return a new schedule
   * @throws IllegalArgumentException if it is less than 1
   */
  public Periodic stopAfterFailures(int inARow) {
    if (inARow < 1) {
      throw new IllegalArgumentException("the number of failures must be at least 1: " + inARow);
    }
    return new Periodic(period, startingAfter, missedTicks, inARow);
  }

  /**
   * Spawns a task that runs a job by this schedule; see {@link Task#spawn(VoidBody)}.
   *
   * @param job one run
   * @return the task's handle
   */
  public JoinHandle<@Nullable Void> spawn(VoidBody<?> job) {
    return Task.spawn(body(job));
  }

  /**
   * As {@link #spawn(VoidBody)}, with the settings of a builder: a name, a runtime, a token.
   *
   * @param builder describes the task
   * @param job one run
   * @return the task's handle
   */
  public JoinHandle<@Nullable Void> spawn(TaskBuilder builder, VoidBody<?> job) {
    return builder.spawn(body(job));
  }

  /** Returns only by throwing. */
  private VoidBody<Exception> body(VoidBody<?> job) {
    Objects.requireNonNull(job, "job");
    return () -> run(job);
  }

  private void run(VoidBody<?> job) throws Exception {
    Interval interval =
        Interval.startingAt(Deadline.after(startingAfter), period).missedTicks(missedTicks);
    int failures = 0;
    while (true) {
      try {
        interval.tick();
        job.run();
        failures = 0;
      } catch (Throwable e) {
        TaskCore<?> me = Objects.requireNonNull(TaskCore.current());
        failures++;
        if (me.isAbortRequested() || failures >= mostFailures) {
          throw e;
        }
        me.reportRun(e);
      }
    }
  }

  /** For example {@code Periodic[every PT1S]}. */
  @Override
  public String toString() {
    return "Periodic[every " + period + "]";
  }
}
