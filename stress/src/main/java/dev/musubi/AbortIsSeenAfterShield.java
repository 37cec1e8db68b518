package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** An abort that comes while a shield is open is seen when it is left: by the flag or at once. */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Requested, and seen.")
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Too late: the body had left.")
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "Aborted after the look.")
@State
public class AbortIsSeenAfterShield {
  private volatile int seen;
  private final TaskCore<Integer> core = StressRuntime.task(this::body);

  private int body() {
    core.enterShield();
    core.leaveShield();
    boolean requested = core.isAbortRequested();
    try {
      TaskCore.checkInterrupt(core);
      seen = requested ? -1 : 0; // requested before the look: it must have thrown
    } catch (InterruptedException e) {
      seen = 1;
    }
    return 1;
  }

  @Actor
  public void thread() {
    core.run();
  }

  @Actor
  public void aborter(II_Result result) {
    result.r1 = StressRuntime.number(core.abort(StressRuntime.because("race")));
  }

  @Arbiter
  public void end(II_Result result) {
    result.r2 = seen;
  }
}
