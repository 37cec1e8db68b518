package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A token's reason, once told, stays, whoever is cancelled at the same time. */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Not cancelled yet.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "Then the ancestor's.")
@Outcome(id = "0, 2", expect = Expect.ACCEPTABLE, desc = "Then its own.")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "The ancestor's.")
@Outcome(id = "2, 2", expect = Expect.ACCEPTABLE, desc = "Its own.")
@State
public class TokenReasonIsStable {
  private final CancellationToken root = new CancellationToken();
  private final CancellationToken child = root.child();

  @Actor
  public void ancestor() {
    root.cancel("root");
  }

  @Actor
  public void own() {
    child.cancel("own");
  }

  @Actor
  public void reader(II_Result result) {
    result.r1 = reason();
    result.r2 = reason();
  }

  private int reason() {
    return child.reason().map(why -> why.message().orElseThrow().equals("root") ? 1 : 2).orElse(0);
  }
}
