package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/** As {@link AbortAgainstInlineJoin}, when something else waits for the other one, too. */
@JCStressTest
@Outcome(id = "0, 0, 0, 0", expect = Expect.ACCEPTABLE, desc = "Too late, or it never ran.")
@Outcome(id = "1, 0, 1, 1", expect = Expect.ACCEPTABLE, desc = "Told once, not in the join.")
@State
public class AbortAgainstWatchedInlineJoin {
  private final InlineHost host = new InlineHost(true);

  @Actor
  public void thread() {
    host.core.run();
  }

  @Actor
  public void abort() {
    var _ = host.core.abort(StressRuntime.because("race"));
  }

  @Arbiter
  public void end(IIII_Result result) {
    host.result(result);
  }
}
