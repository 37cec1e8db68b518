package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * Two hand-overs between the same two selects, the other way round: one happens, and nobody
 * deadlocks.
 */
@JCStressTest
@Outcome(id = "1, 0, 1, 1", expect = Expect.ACCEPTABLE, desc = "The first.")
@Outcome(id = "0, 1, 2, 2", expect = Expect.ACCEPTABLE, desc = "The second.")
@State
public class SelectClaimBothCrossing {
  private final Selection left = new Selection(2);
  private final Selection right = new Selection(2);
  private final SelectWaiter<Integer> leftOne = new SelectWaiter<>(left);
  private final SelectWaiter<Integer> leftTwo = new SelectWaiter<>(left);
  private final SelectWaiter<Integer> rightOne = new SelectWaiter<>(right);
  private final SelectWaiter<Integer> rightTwo = new SelectWaiter<>(right);

  @Actor
  public void one(IIII_Result result) {
    if (SelectWaiter.claimBoth(leftOne, rightOne)) {
      result.r1 = 1;
      leftOne.complete(1);
      rightOne.complete(1);
    }
  }

  @Actor
  public void two(IIII_Result result) {
    if (SelectWaiter.claimBoth(rightTwo, leftTwo)) {
      result.r2 = 1;
      rightTwo.complete(2);
      leftTwo.complete(2);
    }
  }

  @Arbiter
  public void end(IIII_Result result) {
    SelectWaiter<?> winner = left.giveUp();
    result.r3 = winner == leftOne ? 1 : winner == leftTwo ? 2 : 0;
    winner = right.giveUp();
    result.r4 = winner == rightOne ? 1 : winner == rightTwo ? 2 : 0;
  }
}
