package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A select that is given up while a source claims it: the value is taken and seen, or not taken.
 */
@JCStressTest
@Outcome(id = "1, 7", expect = Expect.ACCEPTABLE, desc = "Taken, and given to the one who gave up.")
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Not taken.")
@State
public class SelectClaimAgainstGiveUp {
  private final Selection selection = new Selection(1);
  private final SelectWaiter<StressRuntime.Box> waiter = new SelectWaiter<>(selection);

  @Actor
  public void source(II_Result result) {
    if (waiter.claim()) {
      result.r1 = 1;
      waiter.complete(new StressRuntime.Box(7));
    }
  }

  @Actor
  public void selector(II_Result result) {
    result.r2 = selection.giveUp() == null ? 0 : waiter.value().content;
  }
}
