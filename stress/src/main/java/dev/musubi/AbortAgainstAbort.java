package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Of two aborts one is told that it won, and its reason is the one that stands. */
@JCStressTest
@Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "The first won.")
@Outcome(id = "0, 1, 2", expect = Expect.ACCEPTABLE, desc = "The second won.")
@State
public class AbortAgainstAbort {
  private final TaskCore<Integer> core = StressRuntime.task(() -> 1);

  @Actor
  public void one(III_Result result) {
    result.r1 = StressRuntime.number(core.abort(StressRuntime.because("1")));
  }

  @Actor
  public void two(III_Result result) {
    result.r2 = StressRuntime.number(core.abort(StressRuntime.because("2")));
  }

  @Arbiter
  public void end(III_Result result) {
    Cancelled<?> cancelled = (Cancelled<?>) core.outcome();
    result.r3 = Integer.parseInt(cancelled.reason().message().orElseThrow());
  }
}
