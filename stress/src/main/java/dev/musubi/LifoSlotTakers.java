package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * The owner puts a task into the slot, begins it where it lies, puts the next in its place, and
 * moves that one into the lane; another thread takes what it finds, and drops what is dead: each
 * runs once.
 */
@JCStressTest
@Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "Each ran once.")
@State
public class LifoSlotTakers {
  private final LaneOfThree tasks = new LaneOfThree();

  @Actor
  public void owner() {
    LifoSlot slot = tasks.lane.slot;
    slot.put(tasks.first);
    StressRuntime.execute(tasks.first);
    slot.put(tasks.second);
    var _ = tasks.lane.add(tasks.second);
    var _ = slot.take(tasks.second);
    slot.put(tasks.third);
  }

  @Actor
  public void taker() {
    var _ = LaneOfThree.runNext(tasks.lane);
    tasks.lane.dropDead();
    var _ = LaneOfThree.runNext(tasks.lane);
  }

  @Arbiter
  public void end(III_Result result) {
    tasks.runRest(result);
  }
}
