package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A failure whose handle is detached meanwhile is reported, once. */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "Once.")
@State
public class DetachAgainstFailure {
  private final StressRuntime.Counted failure = new StressRuntime.Counted();
  private final TaskCore<Integer> core =
      StressRuntime.task(() -> {
        throw failure;
      });
  private final TaskHandle<Integer> handle = core.createHandle();

  @Actor
  public void thread() {
    core.run();
  }

  @Actor
  public void owner() {
    handle.detach();
  }

  @Arbiter
  public void end(I_Result result) {
    StressRuntime.RUNTIME.failures().flush(1_000_000_000L); // the hook has its own thread
    result.r1 = failure.reports.get();
  }
}
