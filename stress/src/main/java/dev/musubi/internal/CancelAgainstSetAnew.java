package dev.musubi.internal;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A timer fires and is set anew in another shard, as the repeats of an abort are, while the task's
 * end cancels it: the other timers of the first shard are not touched.
 */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "The other timer has fired.")
@State
public class CancelAgainstSetAnew {
  private static final class Counting extends Timer {
    private int fired;

    @Override
    protected void fired() {
      fired++;
    }
  }

  private final Shard here = new Shard();
  private final Shard there = new Shard();
  private final Counting timer = new Counting();
  private final Counting other = new Counting();

  public CancelAgainstSetAnew() {
    here.set(timer, 1, 0);
    here.set(other, 5, 0);
  }

  @Actor
  public void cancels() {
    RealTimers.INSTANCE.cancel(timer);
  }

  @Actor
  public void drives() {
    RealTimers.fire(here.advance(1));
    if (timer.fired == 1) {
      there.set(timer, 5, 1);
    }
  }

  @Arbiter
  public void end(I_Result result) {
    RealTimers.fire(here.advance(100));
    result.r1 = other.fired;
  }
}
