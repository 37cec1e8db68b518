package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A member that is added while others sweep is never lost. */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Both are there.")
@State
public class RosterAddAgainstSweep {
  private final Roster<Integer> roster = new Roster<>(member -> member > 2);

  public RosterAddAgainstSweep() {
    for (int i = 0; i < 63; i++) {
      roster.add(3); // gone: the next to be added sweeps
    }
  }

  @Actor
  public void one() {
    roster.add(1);
  }

  @Actor
  public void two() {
    roster.add(2);
  }

  @Arbiter
  public void end(II_Result result) {
    roster.forEach(member -> {
      if (member == 1) {
        result.r1++;
      } else if (member == 2) {
        result.r2++;
      }
    });
  }
}
