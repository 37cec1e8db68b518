package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * A worker begins a light task; another thread aborts it, and wants to run it in a join: at most
 * one of them runs it, and no interrupt stays with either.
 */
@JCStressTest
@Outcome(id = "1, 0, 2, 0", expect = Expect.ACCEPTABLE, desc = "The body was faster.")
@Outcome(id = "1, 1, 2, 0", expect = Expect.ACCEPTABLE, desc = "Aborted while running.")
@Outcome(id = "0, 1, 4, 0", expect = Expect.ACCEPTABLE, desc = "Aborted first: it never ran.")
@State
public class AbortAgainstTwoBegins {
  private volatile int ran;
  private volatile int stray;
  private final TaskCore<Integer> core = StressRuntime.light(() -> ++ran);

  @Actor
  public void worker() {
    StressRuntime.execute(core);
    look();
  }

  @Actor
  public void joiner(IIII_Result result) {
    result.r2 = StressRuntime.number(core.abort(StressRuntime.because("race")));
    try {
      var _ = core.runHere();
    } catch (InterruptedException e) {
      stray = 2;
    }
    look();
  }

  private void look() {
    for (int i = 0; i < 20; i++) {
      if (Thread.interrupted()) {
        stray = 1;
      }
    }
  }

  @Arbiter
  public void end(IIII_Result result) {
    result.r1 = ran;
    result.r3 = core.publicState().ordinal();
    result.r4 = stray;
  }
}
