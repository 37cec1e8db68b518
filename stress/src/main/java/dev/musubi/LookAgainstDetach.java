package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A failure that is looked at while it is detached is told in one way or the other, once. */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "The one who looked has it.")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Reported just before.")
@State
public class LookAgainstDetach {
  private final StressRuntime.Counted failure = new StressRuntime.Counted();
  private final TaskCore<Integer> core =
      StressRuntime.task(() -> {
        throw failure;
      });
  private final TaskHandle<Integer> handle = core.createHandle();

  public LookAgainstDetach() {
    core.run();
  }

  @Actor
  public void looker(II_Result result) {
    result.r1 = StressRuntime.number(core.outcome().isPanic());
  }

  @Actor
  public void owner() {
    handle.detach();
  }

  @Arbiter
  public void end(II_Result result) {
    StressRuntime.RUNTIME.failures().flush(1_000_000_000L);
    result.r2 = failure.reports.get();
  }
}
