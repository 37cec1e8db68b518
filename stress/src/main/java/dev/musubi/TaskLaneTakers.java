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
  private final TaskLane lane = new TaskLane();
  private volatile int firsts;
  private volatile int seconds;
  private volatile int thirds;
  private final TaskCore<?> first = StressRuntime.task(() -> ++firsts);
  private final TaskCore<?> second = StressRuntime.task(() -> ++seconds);
  private final TaskCore<?> third = StressRuntime.task(() -> ++thirds);

  public TaskLaneTakers() {
    lane.add(first);
  }

  @Actor
  public void addsAndBegins() {
    lane.add(second);
    StressRuntime.execute(second);
    lane.add(third);
  }

  @Actor
  public void takesHalf() {
    TaskCore<?>[] half = new TaskCore<?>[2];
    int n = lane.takeHalf(half);
    for (int i = 0; i < n; i++) {
      StressRuntime.execute(half[i]);
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
