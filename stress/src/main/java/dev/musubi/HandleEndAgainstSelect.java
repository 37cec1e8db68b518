package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A select that comes to a task while it ends is told. */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "Told.")
@State
public class HandleEndAgainstSelect {
  private final TaskCore<StressRuntime.Box> core =
      StressRuntime.task(() -> new StressRuntime.Box(42));
  private final Branch<Integer, RuntimeException> branch =
      core.createHandle().onJoin(box -> box.content);
  private final Selection selection = new Selection(1);

  @Actor
  public void thread() {
    core.run();
  }

  @Actor
  public void selects() {
    branch.register(new SelectWaiter<>(selection));
  }

  @Arbiter
  public void end(I_Result result) {
    result.r1 = StressRuntime.number(selection.isDecided());
  }
}
