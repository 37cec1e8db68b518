package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * The last branches are disabled while a claim is out that is then given back: the select still
 * ends.
 */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "It has ended.")
@State
public class SelectDisableAgainstRelease {
  private final Selection selection = new Selection(2);
  private final SelectWaiter<Integer> one = new SelectWaiter<>(selection);
  private final SelectWaiter<Integer> two = new SelectWaiter<>(selection);

  @Actor
  public void disables() {
    one.disable();
    two.disable();
  }

  @Actor
  public void claims() {
    if (two.claim()) {
      two.release();
    }
  }

  @Arbiter
  public void end(I_Result result) {
    result.r1 = StressRuntime.number(selection.isDecided());
  }
}
