package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/** A body runs or is cancelled unrun; and no interrupt of an abort outlives the body. */
@JCStressTest
@Outcome(id = "1, 0, 2, 0", expect = Expect.ACCEPTABLE, desc = "The body was faster.")
@Outcome(
    id = "1, 1, 2, 0",
    expect = Expect.ACCEPTABLE,
    desc = "Aborted while running; it still gave its value.")
@Outcome(id = "0, 1, 4, 0", expect = Expect.ACCEPTABLE, desc = "Aborted first: it never ran.")
@State
public class AbortAgainstBegin {
  private volatile int ran;
  private final TaskCore<Integer> core =
      StressRuntime.task(() -> {
        ran++;
        return 1;
      });

  @Actor
  public void thread(IIII_Result result) {
    core.run();
    result.r4 = StressRuntime.number(Thread.interrupted());
  }

  @Actor
  public void aborter(IIII_Result result) {
    result.r2 = StressRuntime.number(core.abort(StressRuntime.because("race")));
  }

  @Arbiter
  public void end(IIII_Result result) {
    result.r1 = ran;
    result.r3 = core.publicState().ordinal();
  }
}
