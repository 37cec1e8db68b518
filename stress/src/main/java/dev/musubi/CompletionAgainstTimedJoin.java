package dev.musubi;

import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A join that gives up loses nothing, neither for itself nor for another. */
@JCStressTest
@Outcome(id = "42, 42", expect = Expect.ACCEPTABLE, desc = "In time.")
@Outcome(id = "-1, 42", expect = Expect.ACCEPTABLE, desc = "Gave up; the result is still there.")
@State
public class CompletionAgainstTimedJoin {
  private final TaskCore<StressRuntime.Box> core =
      StressRuntime.task(() -> new StressRuntime.Box(42));

  @Actor
  public void thread() {
    core.run();
  }

  @Actor
  public void hasty(II_Result result) {
    try {
      core.await(Duration.ofNanos(1));
      result.r1 = core.value().content;
    } catch (JoinTimeoutException e) {
      result.r1 = -1;
    } catch (InterruptedException e) {
      result.r1 = -2;
    }
  }

  @Arbiter
  public void patient(II_Result result) {
    result.r2 = StressRuntime.join(core);
  }
}
