package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A walk while another thread sweeps meets every member that was there before and is not gone. The
 * members that stay are spread between those that go, so that links around them change.
 */
@JCStressTest
@Outcome(id = "3", expect = Expect.ACCEPTABLE, desc = "All that stay were met.")
@State
public class RosterWalkAgainstSweep {
  private static final int GONE = -1;

  private final Roster<Integer> roster = new Roster<>(member -> member == GONE);

  public RosterWalkAgainstSweep() {
    for (int i = 1; i <= 63; i++) {
      roster.add(i % 21 == 0 ? 1 : GONE); // the next to be added sweeps
    }
  }

  @Actor
  public void sweeper() {
    roster.add(GONE);
  }

  @Actor
  public void walker(I_Result result) {
    int[] met = {0};
    roster.forEach(member -> met[0] += member == GONE ? 0 : member);
    result.r1 = met[0];
  }
}
