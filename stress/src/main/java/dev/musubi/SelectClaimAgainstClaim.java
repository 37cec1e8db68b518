package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Two sources offer to one select: one of them wins, and its value is the one that is seen. */
@JCStressTest
@Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "The first won.")
@Outcome(id = "0, 1, 2", expect = Expect.ACCEPTABLE, desc = "The second won.")
@State
public class SelectClaimAgainstClaim {
  private final Selection selection = new Selection(2);
  private final SelectWaiter<StressRuntime.Box> one = new SelectWaiter<>(selection);
  private final SelectWaiter<StressRuntime.Box> two = new SelectWaiter<>(selection);

  @Actor
  public void one(III_Result result) {
    result.r1 = StressRuntime.number(one.offer(new StressRuntime.Box(1)));
  }

  @Actor
  public void two(III_Result result) {
    result.r2 = StressRuntime.number(two.offer(new StressRuntime.Box(2)));
  }

  @Arbiter
  public void end(III_Result result) {
    SelectWaiter<?> winner = selection.giveUp();
    result.r3 = winner == one ? one.value().content : winner == two ? two.value().content : -1;
  }
}
