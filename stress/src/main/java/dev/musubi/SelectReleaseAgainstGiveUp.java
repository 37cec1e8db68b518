package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A claim that is given back does not win, and a select that was given up cannot be claimed any
 * more.
 */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Given up.")
@State
public class SelectReleaseAgainstGiveUp {
  private final Selection selection = new Selection(1);
  private final SelectWaiter<Integer> waiter = new SelectWaiter<>(selection);

  @Actor
  public void source() {
    if (waiter.claim()) {
      waiter.release();
    }
  }

  @Actor
  public void selector(II_Result result) {
    result.r1 = StressRuntime.number(selection.giveUp() != null);
  }

  @Arbiter
  public void end(II_Result result) {
    result.r2 = StressRuntime.number(waiter.claim());
  }
}
