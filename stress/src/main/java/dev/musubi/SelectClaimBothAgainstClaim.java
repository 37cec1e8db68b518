package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A hand-over between two selects, one of which another source wants: both or none. */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "Handed over.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "The other source won.")
@State
public class SelectClaimBothAgainstClaim {
  private final Selection left = new Selection(2);
  private final Selection right = new Selection(1);
  private final SelectWaiter<Integer> one = new SelectWaiter<>(left);
  private final SelectWaiter<Integer> other = new SelectWaiter<>(left);
  private final SelectWaiter<Integer> peer = new SelectWaiter<>(right);

  @Actor
  public void handOver(II_Result result) {
    if (SelectWaiter.claimBoth(peer, one)) {
      result.r1 = 1;
      one.complete(1);
      peer.complete(1);
    }
  }

  @Actor
  public void source(II_Result result) {
    result.r2 = StressRuntime.number(other.offer(2));
  }
}
