package dev.musubi;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** What is to run at the end runs once, whenever it is put on. */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "Once.")
@State
public class CallbackAgainstCompletion {
  private final AtomicInteger calls = new AtomicInteger();
  private final TaskCore<Integer> core = StressRuntime.task(() -> 1);

  @Actor
  public void thread() {
    core.run();
  }

  @Actor
  public void observer() {
    core.onFinished(calls::incrementAndGet);
  }

  @Arbiter
  public void end(I_Result result) {
    result.r1 = calls.get();
  }
}
