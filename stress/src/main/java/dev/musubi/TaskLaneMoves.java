package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * One thread adds two tasks to a lane that has many, begins one where it lies, and takes from a
 * second lane, to where another thread moves them all, with the ring: each task runs once.
 */
@JCStressTest
@Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "Each ran once.")
@State
public class TaskLaneMoves {
  private final LaneOfThree tasks = new LaneOfThree();
  private final TaskLane other = new TaskLane();

  /** In a ring with room for more, so that two lanes that both had it would be found out. */
  public TaskLaneMoves() {
    TaskCore<?> waiting = StressRuntime.task(() -> 0); // many times: only their number matters
    TaskCore<?>[] ring = new TaskCore<?>[2 * TaskLane.MANY];
    ring[0] = waiting;
    tasks.lane.addAllFirst(ring, 0, 1);
    tasks.lane.add(waiting);
    tasks.lane.add(tasks.first);
    for (int i = 2; i < TaskLane.MANY; i++) {
      tasks.lane.add(waiting);
    }
    var _ = tasks.lane.poll();
  }

  @Actor
  public void addsAndBegins() {
    tasks.lane.add(tasks.second);
    tasks.lane.add(tasks.third);
    StressRuntime.execute(tasks.second);
    var _ = LaneOfThree.runNext(other);
  }

  @Actor
  public void moves() {
    StressRuntime.execute(tasks.lane.moveTo(other)); // nobody else takes from there
  }

  @Arbiter
  public void end(III_Result result) {
    while (LaneOfThree.runNext(other)) {}
    tasks.runRest(result);
  }
}
