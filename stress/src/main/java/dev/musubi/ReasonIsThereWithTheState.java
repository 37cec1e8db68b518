package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Whoever sees a task cancelled sees the reason of the abort. */
@JCStressTest
@Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "Not cancelled yet.")
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "Cancelled, with the reason.")
@State
public class ReasonIsThereWithTheState {
  private final TaskCore<Integer> core = StressRuntime.task(() -> 1);

  @Actor
  public void aborter() {
    core.abort(StressRuntime.because("1"));
  }

  @Actor
  public void observer(I_Result result) {
    result.r1 =
        core.isFinished()
            ? Integer.parseInt(((Cancelled<?>) core.outcome()).reason().message().orElseThrow())
            : -1;
  }
}
