package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A member's task finishes while somebody begins to wait for it: the wait is served. */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "Served.")
@State
public class MemberEndsAgainstWait {
  private final Members<Void, Integer> members =
      new Members<>(false, Integer.MAX_VALUE, QueueFull.REJECT);
  private final Members.Member<Void, Integer> member =
      new Members.Member<>(members, StressRuntime.task(() -> 1), null);
  private final Selection selection = new Selection(1);

  public MemberEndsAgainstWait() {
    var _ = members.list(member);
  }

  @Actor
  public void ends() {
    member.run();
  }

  @Actor
  public void waits() {
    var _ = members.source(false).register(new SelectWaiter<>(selection));
  }

  @Arbiter
  public void end(I_Result result) {
    result.r1 = selection.isDecided() ? 1 : 0;
  }
}
