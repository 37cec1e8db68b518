package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * One thread adds a task, begins it where it lies, and adds another one, which may drop the first;
 * a second thread takes half and begins what it has taken: each task runs once.
 */
@JCStressTest
@Outcome(id = "1, 1, 1", expect = Expect.ACCEPTABLE, desc = "Each ran once.")
@State
public class TaskLaneTakers {
  private final LaneOfThree tasks = new LaneOfThree();

  public TaskLaneTakers() {
    tasks.lane.add(tasks.first);
  }

  @Actor
  public void addsAndBegins() {
    tasks.lane.add(tasks.second);
    StressRuntime.execute(tasks.second);
    tasks.lane.add(tasks.third);
  }

  @Actor
  public void takesHalf() {
    TaskCore<?>[] half = new TaskCore<?>[2];
    int n = tasks.lane.takeHalf(half);
    for (int i = 0; i < n; i++) {
      StressRuntime.execute(half[i]);
    }
  }

  @Arbiter
  public void end(III_Result result) {
    tasks.runRest(result);
  }
}
