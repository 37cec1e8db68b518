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
  private final TaskLane lane = new TaskLane();
  private volatile int firsts;
  private volatile int seconds;
  private volatile int thirds;
  private final TaskCore<?> first = StressRuntime.task(() -> ++firsts);
  private final TaskCore<?> second = StressRuntime.task(() -> ++seconds);
  private final TaskCore<?> third = StressRuntime.task(() -> ++thirds);

  @Actor
  public void owner() {
    lane.slot.put(first);
    StressRuntime.execute(first);
    lane.slot.put(second);
    var _ = lane.add(second);
    var _ = lane.slot.take(second);
    lane.slot.put(third);
  }

  @Actor
  public void taker() {
    takes();
    lane.dropDead();
    takes();
  }

  private void takes() {
    TaskCore<?> one = lane.poll();
    if (one != null) {
      StressRuntime.execute(one);
    }
  }

  @Arbiter
  public void end(III_Result result) {
    for (TaskCore<?> one = lane.poll(); one != null; one = lane.poll()) {
      StressRuntime.execute(one);
    }
    result.r1 = firsts;
    result.r2 = seconds;
    result.r3 = thirds;
  }
}
