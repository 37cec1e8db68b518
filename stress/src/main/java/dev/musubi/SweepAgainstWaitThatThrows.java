package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A body that has been told of its abort by a wait of ours cleans up undisturbed: the interrupt of
 * the same abort, which is still on its way, is not sent any more.
 */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "Told; the clean-up was not disturbed.")
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Not aborted in time, or never ran.")
@State
public class SweepAgainstWaitThatThrows {
  private volatile int told;
  private volatile int disturbed;
  private final TaskCore<Integer> core = StressRuntime.task(this::body);

  private int body() {
    try {
      for (int i = 0; i < 50; i++) {
        TaskCore.checkInterrupt(core);
      }
    } catch (InterruptedException e) {
      told = 1;
      for (int i = 0; i < 200; i++) {
        disturbed |= StressRuntime.number(Thread.currentThread().isInterrupted());
      }
    }
    return 1;
  }

  @Actor
  public void thread(II_Result result) {
    core.run();
    result.r1 = told;
    result.r2 = disturbed;
  }

  @Actor
  public void sweep() {
    core.abortFromSweep(StressRuntime.because("sweep"));
  }
}
