package dev.musubi;

import dev.musubi.internal.ManualTimers;
import dev.musubi.internal.Timer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A timer that is cancelled while it is due fires, or is cancelled; never both, never neither. */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "Cancelled.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "Fired.")
@State
public class TimerCancelAgainstAdvance {
  private final ManualTimers timers = new ManualTimers();
  private final Counting timer = new Counting();

  public TimerCancelAgainstAdvance() {
    timers.set(timer, 10);
  }

  private static final class Counting extends Timer {
    volatile int fired;

    @Override
    protected void fired() {
      fired = fired + 1;
    }
  }

  @Actor
  public void advances() {
    timers.advance(10);
  }

  @Actor
  public void cancels(II_Result result) {
    result.r1 = StressRuntime.number(timers.cancel(timer));
  }

  @Arbiter
  public void end(II_Result result) {
    result.r2 = timer.fired;
  }
}
