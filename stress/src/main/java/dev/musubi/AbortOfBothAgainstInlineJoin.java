package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * Aborts of a task and of the one that it runs in its join: what was meant for the other one does
 * not reach the task after it, and what was meant for the task is not lost with the other one.
 */
@JCStressTest
@Outcome(id = "0, ., 0, 0", expect = Expect.ACCEPTABLE, desc = "Only the other one was aborted.")
@Outcome(id = "1, ., 1, 1", expect = Expect.ACCEPTABLE, desc = "Told once.")
@State
public class AbortOfBothAgainstInlineJoin {
  private final InlineHost host = new InlineHost(false);

  @Actor
  public void thread() {
    host.core.run();
  }

  @Actor
  public void abort() {
    host.abortGuest();
    var _ = host.core.abort(StressRuntime.because("race"));
  }

  @Arbiter
  public void end(IIII_Result result) {
    host.result(result);
  }
}
