package dev.musubi;

import dev.musubi.sync.ChannelClosedException;
import dev.musubi.sync.Oneshot;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A value that is there, a select and one who just takes: one of them gets it. */
@JCStressTest
@Outcome(id = "7, 0", expect = Expect.ACCEPTABLE, desc = "The select.")
@Outcome(id = "0, 7", expect = Expect.ACCEPTABLE, desc = "The other.")
@State
public class OneshotTakeAgainstSelect {
  private final Oneshot<Integer> channel = Oneshot.create();
  private final Selection selection = new Selection(1);
  private final Branch<Integer, RuntimeException> branch = channel.receiver().onReceive(v -> v);
  private final SelectWaiter<Object> waiter = new SelectWaiter<>(selection);

  public OneshotTakeAgainstSelect() {
    channel.sender().send(7);
  }

  @Actor
  public void selects(II_Result result) {
    branch.register(waiter);
    try {
      result.r1 = selection.giveUp() == null ? -100 : branch.handle(waiter.value());
    } catch (IllegalStateException e) {
      result.r1 = 0;
    } catch (InterruptedException e) {
      result.r1 = -9;
    }
  }

  @Actor
  public void takes(II_Result result) {
    try {
      result.r2 = channel.receiver().tryReceive().orElse(-1);
    } catch (ChannelClosedException e) {
      result.r2 = 0;
    }
  }
}
