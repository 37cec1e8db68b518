package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A select that leaves a task while it ends leaves nothing behind. */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "Nothing.")
@State
public class HandleEndAgainstUnregister {
  private final TaskCore<StressRuntime.Box> core =
      StressRuntime.task(() -> new StressRuntime.Box(42));
  private final Branch<Integer, RuntimeException> branch =
      core.createHandle().onJoin(box -> box.content);
  private final SelectWaiter<Object> waiter = new SelectWaiter<>(new Selection(1));

  public HandleEndAgainstUnregister() {
    branch.register(waiter);
  }

  @Actor
  public void thread() {
    core.run();
  }

  @Actor
  public void leaves() {
    waiter.letGo();
  }

  @Arbiter
  public void end(I_Result result) {
    result.r1 = core.waiterSeats();
  }
}
