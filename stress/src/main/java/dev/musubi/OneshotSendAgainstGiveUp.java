package dev.musubi;

import dev.musubi.sync.Oneshot;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A value that is sent while the receiver gives up is taken by it, or stays in the channel. */
@JCStressTest
@Outcome(id = "7, 0", expect = Expect.ACCEPTABLE, desc = "Taken.")
@Outcome(id = "0, 7", expect = Expect.ACCEPTABLE, desc = "Left.")
@State
public class OneshotSendAgainstGiveUp {
  private final Oneshot<Integer> channel = Oneshot.create();
  private final Selection selection = new Selection(1);
  private final Branch<Integer, RuntimeException> branch = channel.receiver().onReceive(v -> v);
  private final SelectWaiter<Object> waiter = new SelectWaiter<>(selection);

  @Actor
  public void sends() {
    channel.sender().send(7);
  }

  @Actor
  public void receives(II_Result result) {
    branch.register(waiter);
    try {
      result.r1 = selection.giveUp() == null ? 0 : branch.handle(waiter.value());
    } catch (InterruptedException e) {
      result.r1 = -9;
    }
    waiter.letGo();
  }

  @Arbiter
  public void end(II_Result result) {
    result.r2 = result.r1 == 0 ? channel.receiver().tryReceive().orElse(-1) : 0;
  }
}
