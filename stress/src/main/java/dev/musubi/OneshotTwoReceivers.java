package dev.musubi;

import dev.musubi.sync.Oneshot;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** One who waits and one who comes while the value is sent: one gets it, and both are told. */
@JCStressTest
@Outcome(id = "7", expect = Expect.ACCEPTABLE, desc = "One has it, the other knows.")
@State
public class OneshotTwoReceivers {
  private final Oneshot<Integer> channel = Oneshot.create();
  private final Selection left = new Selection(1);
  private final Selection right = new Selection(1);
  private final Branch<Integer, RuntimeException> branch = channel.receiver().onReceive(v -> v);
  private final SelectWaiter<Object> one = new SelectWaiter<>(left);
  private final SelectWaiter<Object> two = new SelectWaiter<>(right);

  public OneshotTwoReceivers() {
    branch.register(one);
  }

  @Actor
  public void comes() {
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
      return selection.giveUp() == null ? -100 : branch.handle(waiter.value());
    } catch (IllegalStateException e) { // told that the other has it
      return 0;
    } catch (InterruptedException e) {
      return -9;
    }
  }
}
