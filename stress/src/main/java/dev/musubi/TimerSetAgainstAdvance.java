package dev.musubi;

import dev.musubi.internal.ManualTimers;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A timer that is set while the clock moves past its time fires. */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "Fired, and gone.")
@State
public class TimerSetAgainstAdvance {
  private final ManualTimers timers = new ManualTimers();
  private final Deadline deadline = new Deadline(timers, 10);
  private final Selection selection = new Selection(1);
  private final SelectWaiter<Deadline> waiter = new SelectWaiter<>(selection);

  @Actor
  public void advances() {
    timers.advance(10);
  }

  @Actor
  public void sets() {
    deadline.register(waiter, 0);
  }

  @Arbiter
  public void end(II_Result result) {
    result.r1 = StressRuntime.number(selection.isDecided());
    result.r2 = StressRuntime.number(timers.isAnySet());
  }
}
