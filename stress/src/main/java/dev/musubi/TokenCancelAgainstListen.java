package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A select that comes to a token while an ancestor is cancelled is told. */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "Told.")
@State
public class TokenCancelAgainstListen {
  private final CancellationToken root = new CancellationToken();
  private final Branch<Integer, RuntimeException> branch = root.child().onCancelled(() -> 1);
  private final Selection selection = new Selection(1);

  @Actor
  public void cancels() {
    root.cancel();
  }

  @Actor
  public void listens() {
    branch.register(new SelectWaiter<>(selection));
  }

  @Arbiter
  public void end(I_Result result) {
    result.r1 = StressRuntime.number(selection.isDecided());
  }
}
