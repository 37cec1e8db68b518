package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** The last two branches are disabled at the same time: the select ends. */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "It has ended.")
@State
public class SelectDisableAgainstDisable {
  private final Selection selection = new Selection(2);
  private final SelectWaiter<Integer> one = new SelectWaiter<>(selection);
  private final SelectWaiter<Integer> two = new SelectWaiter<>(selection);

  @Actor
  public void one() {
    one.disable();
  }

  @Actor
  public void two() {
    two.disable();
  }

  @Arbiter
  public void end(I_Result result) {
    result.r1 = StressRuntime.number(selection.isDecided());
  }
}
