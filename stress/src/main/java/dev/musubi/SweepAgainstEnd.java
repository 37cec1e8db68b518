package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * The interrupt of a sweep comes from a thread of its own, some time after the abort: it must not
 * reach the thread when the body has left.
 */
@JCStressTest
@Outcome(id = "0, 0, 2", expect = Expect.ACCEPTABLE, desc = "The body was faster.")
@Outcome(id = "0, 1, 2", expect = Expect.ACCEPTABLE, desc = "Aborted; it still gave its value.")
@Outcome(id = "0, 1, 4", expect = Expect.ACCEPTABLE, desc = "Aborted first: it never ran.")
@State
public class SweepAgainstEnd {
  private final TaskCore<Integer> core = StressRuntime.task(() -> 1);

  @Actor
  public void thread(III_Result result) {
    core.run();
    for (int i = 0; i < 200; i++) { // the thread's next work
      Thread.onSpinWait();
    }
    result.r1 = StressRuntime.number(Thread.interrupted());
  }

  @Actor
  public void sweep(III_Result result) {
    result.r2 = StressRuntime.number(core.abortFromSweep(StressRuntime.because("sweep")));
  }

  @Arbiter
  public void end(III_Result result) {
    result.r3 = core.publicState().ordinal();
  }
}
