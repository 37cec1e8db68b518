package dev.musubi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * A light worker seats a task, begins one, and looks whether there was a shutdown; that one sets
 * its mark and walks. (Two tasks, as one that has ended has left its seat.)
 */
@JCStressTest
@Outcome(
    id = {"true, true", "false, true"},
    expect = Expect.ACCEPTABLE,
    desc = "The walk saw it.")
@Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "Not seen: it does not run.")
@Outcome(id = "true, false", expect = Expect.FORBIDDEN, desc = "It runs, and nobody aborts it.")
@State
public class SeatAgainstShutdown {
  private final LiveTasks live = new LiveTasks();
  private final LiveTasks.Own seats = live.new Own(null);
  private final TaskCore<?> seated = StressRuntime.task(() -> 1);
  private volatile boolean shutdown;
  private boolean runs;
  private final TaskCore<?> begun = StressRuntime.task(() -> runs = !shutdown);

  @Actor
  public void worker(ZZ_Result result) {
    seats.add(seated);
    StressRuntime.execute(begun);
    result.r1 = runs;
  }

  @Actor
  public void shutdown(ZZ_Result result) {
    shutdown = true;
    live.forEach(_ -> result.r2 = true);
  }
}
