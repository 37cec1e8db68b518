package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** A light worker seats a task and hands it to its lane; a shutdown closes the lane and walks. */
@JCStressTest
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "Accepted, and the walk saw it.")
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "Refused, and seen all the same.")
@Outcome(
    id = "false, false",
    expect = Expect.ACCEPTABLE,
    desc = "Refused: who spawns it aborts it.")
@Outcome(id = "true, false", expect = Expect.FORBIDDEN, desc = "Accepted, and nobody aborts it.")
@State
public class SeatAgainstShutdown {
  private final LiveTasks live = new LiveTasks();
  private final LiveTasks.Own seats = live.new Own(null);
  private final TaskLane lane = new TaskLane();
  private final TaskCore<?> task = StressRuntime.task(() -> 1);

  @Actor
  public void worker(ZZ_Result result) {
    seats.add(task);
    result.r1 = lane.add(task);
  }

  @Actor
  public void shutdown(ZZ_Result result) {
    lane.close();
    live.forEach(_ -> result.r2 = true);
  }
}
