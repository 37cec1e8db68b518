package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A joiner comes when another one waits already, and races with the end: both are woken. */
@JCStressTest
@Outcome(id = "42, 1", expect = Expect.ACCEPTABLE, desc = "One has the value, the other is told.")
@State
public class CompletionAgainstTwoJoins {
  private final TaskCore<StressRuntime.Box> core =
      StressRuntime.task(() -> new StressRuntime.Box(42));
  private int told;

  public CompletionAgainstTwoJoins() {
    core.onFinished(() -> told++);
  }

  @Actor
  public void thread() {
    core.run();
  }

  @Actor
  public void joins(II_Result result) {
    result.r1 = StressRuntime.join(core);
  }

  @Arbiter
  public void end(II_Result result) {
    result.r2 = told;
  }
}
