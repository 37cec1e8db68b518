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
  private final Branch<Integer, RuntimeException> branch = channel.receiver().onReceive(v -> v);
  private final SelectWaiter<Object> one = new SelectWaiter<>(left);
  private final SelectWaiter<Object> two = new SelectWaiter<>(right);

  @Actor
  public void one() {
    branch.register(one);
  }

  @Actor
  public void two() {
    branch.register(two);
  }

  @Actor
  public void sends() {
    channel.sender().send(7);
  }

  @Arbiter
  public void end(I_Result result) {
    result.r1 = got(one, left) + got(two, right);
  }

  private int got(SelectWaiter<Object> waiter, Selection selection) {
    try {
      return selection.giveUp() != null && branch.handle(waiter.value()) == 7 ? 1 : 0;
    } catch (IllegalStateException e) { // told that the other has it
      return 0;
    } catch (InterruptedException e) {
      return -9;
    }
  }
}
