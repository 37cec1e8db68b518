package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A member's task finishes while a wait for it is given up: it is taken, or stays. */
@JCStressTest
@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "Taken.")
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "Left.")
@State
public class MemberEndsAgainstGiveUp {
  private final Members<Void, Integer> members =
      new Members<>(false, Integer.MAX_VALUE, QueueFull.REJECT);
  private final Members.Member<Void, Integer> member =
      new Members.Member<>(members, StressRuntime.task(() -> 1), null);
  private final Selection selection = new Selection(1);

  public MemberEndsAgainstGiveUp() {
    var _ = members.list(member);
  }

  @Actor
  public void ends() {
    member.run();
  }

  @Actor
  public void waits(II_Result result) {
    Registration seat = members.source(false).register(new SelectWaiter<>(selection));
    result.r1 = selection.giveUp() != null ? 1 : 0;
    seat.close();
  }

  @Arbiter
  public void end(II_Result result) {
    result.r2 = members.poll().isPresent() ? 1 : 0;
  }
}
