package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two joiners race with each other for the task's waiters, and with its end: both are woken. */
@JCStressTest
@Outcome(id = "42, 42", expect = Expect.ACCEPTABLE, desc = "Both have the value.")
@State
public class CompletionAgainstTwoJoins {
  private final TaskCore<StressRuntime.Box> core =
      StressRuntime.task(() -> new StressRuntime.Box(42));

  @Actor
  public void thread() {
    core.execute();
  }

  @Actor
  public void one(II_Result result) {
    result.r1 = StressRuntime.join(core);
  }

  @Actor
  public void two(II_Result result) {
    result.r2 = StressRuntime.join(core);
  }
}
