package dev.musubi;

import dev.musubi.sync.Oneshot;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Two selects that compete for one value: one gets it. */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "One.")
@State
public class OneshotTwoReceivers {
  private final Oneshot<Integer> channel = Oneshot.create();
  private final Selection left = new Selection(1);
  private final Selection right = new Selection(1);
  private final Branch.Entry<Integer, RuntimeException> one =
      channel.receiver().<Integer, RuntimeException>onReceive(v -> v).enter(left);
  private final Branch.Entry<Integer, RuntimeException> two =
      channel.receiver().<Integer, RuntimeException>onReceive(v -> v).enter(right);

  @Actor
  public void one() {
    one.register();
  }

  @Actor
  public void two() {
    two.register();
  }

  @Actor
  public void sends() {
    channel.sender().send(7);
  }

  @Arbiter
  public void end(I_Result result) {
    result.r1 = got(one, left) + got(two, right);
  }

  private static int got(Branch.Entry<Integer, RuntimeException> entry, Selection selection) {
    try {
      return selection.giveUp() != null && entry.handle() == 7 ? 1 : 0;
    } catch (IllegalStateException e) { // told that the other has it
      return 0;
    } catch (InterruptedException e) {
      return -9;
    }
  }
}
