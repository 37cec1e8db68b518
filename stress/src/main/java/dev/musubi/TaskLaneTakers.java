package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * One thread adds a task and takes it back, another one takes half: each task is taken by one of
 * them, or is still there.
 */
@JCStressTest
@Outcome(id = "2, 0", expect = Expect.ACCEPTABLE, desc = "Each was taken, or stayed, once.")
@State
public class TaskLaneTakers {
  private final TaskLane lane = new TaskLane();
  private final TaskCore<?> first = StressRuntime.task(() -> 1);
  private final TaskCore<?> second = StressRuntime.task(() -> 1);
  private final TaskCore<?>[] half = new TaskCore<?>[2];
  private boolean back;

  public TaskLaneTakers() {
    lane.add(first);
  }

  @Actor
  public void addsAndTakesBack() {
    lane.add(second);
    back = lane.removeFromEnd(second);
  }

  @Actor
  public void takesHalf() {
    var _ = lane.takeHalf(half);
  }

  @Arbiter
  public void end(II_Result result) {
    int firsts = 0;
    int seconds = back ? 1 : 0;
    for (Object one : half) {
      firsts += one == first ? 1 : 0;
      seconds += one == second ? 1 : 0;
    }
    for (TaskCore<?> one = lane.poll(); one != null; one = lane.poll()) {
      firsts += one == first ? 1 : 0;
      seconds += one == second ? 1 : 0;
    }
    result.r1 = firsts + seconds;
    result.r2 = firsts - seconds;
  }
}
