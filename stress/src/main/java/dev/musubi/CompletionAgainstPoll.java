package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A task that is seen finished is seen with its whole value. */
@JCStressTest
@Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "Not finished yet.")
@Outcome(id = "42", expect = Expect.ACCEPTABLE, desc = "Finished, whole.")
@State
public class CompletionAgainstPoll {
  private final TaskCore<StressRuntime.Box> core =
      StressRuntime.task(() -> new StressRuntime.Box(42));

  @Actor
  public void thread() {
    core.run();
  }

  @Actor
  public void observer(I_Result result) {
    result.r1 = core.isFinished() ? core.value().content : -1;
  }
}
