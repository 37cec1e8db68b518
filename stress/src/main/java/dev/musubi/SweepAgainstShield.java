package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** No interrupt of a sweep arrives inside a shield; after the shield it arrives exactly once. */
@JCStressTest
@Outcome(id = "0, 0, 0", expect = Expect.ACCEPTABLE, desc = "Too late, or it never ran.")
@Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "One interrupt, outside the shield.")
@State
public class SweepAgainstShield {
  private volatile int requested;
  private volatile int inside;
  private volatile int interrupts;
  private final TaskCore<Integer> core = StressRuntime.task(this::body);

  private int body() {
    count();
    core.enterShield();
    for (int i = 0; i < 20; i++) {
      inside |= StressRuntime.number(Thread.currentThread().isInterrupted());
    }
    core.leaveShield();
    requested = StressRuntime.number(core.isAbortRequested());
    while (requested == 1 && interrupts == 0) {
      count(); // it is on its way
    }
    for (int i = 0; i < 200 && requested == 1; i++) {
      count(); // another one would be one too many
    }
    return 1;
  }

  private void count() {
    if (Thread.interrupted()) {
      interrupts++;
    }
  }

  @Actor
  public void thread() {
    core.run();
  }

  @Actor
  public void sweep() {
    core.abortFromSweep(StressRuntime.because("sweep"));
  }

  @Arbiter
  public void end(III_Result result) {
    result.r1 = requested;
    result.r2 = inside;
    result.r3 = interrupts;
  }
}
