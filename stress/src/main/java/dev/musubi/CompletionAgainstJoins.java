package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A joiner and the end of the task: it never sleeps for ever, and another can join after. */
@JCStressTest
@Outcome(id = "42, 42", expect = Expect.ACCEPTABLE, desc = "Both have the value.")
@State
public class CompletionAgainstJoins {
  private final TaskCore<StressRuntime.Box> core =
      StressRuntime.task(() -> new StressRuntime.Box(42));

  @Actor
  public void thread() {
    core.run();
  }

  @Actor
  public void one(II_Result result) {
    result.r1 = StressRuntime.join(core);
  }

  @Arbiter
  public void two(II_Result result) {
    result.r2 = StressRuntime.join(core);
  }
}
