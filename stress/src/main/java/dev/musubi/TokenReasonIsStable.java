package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A token's reason, once told, stays, although it and an ancestor are cancelled at the same time.
 */
@JCStressTest
@Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "The ancestor's.")
@Outcome(id = "2, 2, 2", expect = Expect.ACCEPTABLE, desc = "Its own.")
@State
public class TokenReasonIsStable {
  private final CancellationToken root = new CancellationToken();
  private final CancellationToken child = root.child();

  @Actor
  public void ancestor() {
    root.cancel("root");
  }

  @Actor
  public void own(III_Result result) {
    child.cancel("own");
    result.r1 = reason();
    result.r2 = reason();
  }

  @Arbiter
  public void end(III_Result result) {
    result.r3 = reason();
  }

  private int reason() {
    return child.reason().map(why -> why.message().orElseThrow().equals("root") ? 1 : 2).orElse(0);
  }
}
