package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** One thread adds a task and looks whether a worker has come; a worker says so and looks. */
@JCStressTest
@Outcome(
    id = {"true, true", "true, false", "false, true"},
    expect = Expect.ACCEPTABLE,
    desc = "One of them sees the other.")
@Outcome(id = "false, false", expect = Expect.FORBIDDEN, desc = "The task is forgotten.")
@State
public class TaskLaneAddAgainstLook {
  private final TaskLane lane = new TaskLane();
  private final TaskCore<?> task = StressRuntime.task(() -> 1);
  private volatile boolean come;

  @Actor
  public void adds(ZZ_Result result) {
    lane.add(task);
    result.r1 = come;
  }

  @Actor
  public void comes(ZZ_Result result) {
    come = true;
    result.r2 = lane.hasWork();
  }
}
