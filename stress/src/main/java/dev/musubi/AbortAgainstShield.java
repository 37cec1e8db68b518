package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** No interrupt of an abort arrives inside a shield, and none is left behind. */
@JCStressTest
@Outcome(id = "0, 0, 2", expect = Expect.ACCEPTABLE, desc = "The body ran; nothing arrived inside.")
@Outcome(id = "0, 0, 4", expect = Expect.ACCEPTABLE, desc = "Aborted first: it never ran.")
@State
public class AbortAgainstShield {
  private volatile boolean inside;
  private final TaskCore<Integer> core = StressRuntime.task(this::body);

  private int body() {
    core.enterShield();
    for (int i = 0; i < 20; i++) {
      inside |= Thread.currentThread().isInterrupted();
    }
    core.leaveShield();
    return 1;
  }

  @Actor
  public void thread(III_Result result) {
    core.run();
    result.r2 = StressRuntime.number(Thread.interrupted());
  }

  @Actor
  public void aborter() {
    core.abort(StressRuntime.because("race"));
  }

  @Arbiter
  public void end(III_Result result) {
    result.r1 = StressRuntime.number(inside);
    result.r3 = core.publicState().ordinal();
  }
}
