package dev.musubi;

import org.openjdk.jcstress.infra.results.III_Result;

/**
 * What the tests of who takes what from a lane share: three tasks that count how often they ran.
 */
final class LaneOfThree {
  final TaskLane lane = new TaskLane();
  private volatile int firsts;
  private volatile int seconds;
  private volatile int thirds;
  final TaskCore<?> first = StressRuntime.task(() -> ++firsts);
  final TaskCore<?> second = StressRuntime.task(() -> ++seconds);
  final TaskCore<?> third = StressRuntime.task(() -> ++thirds);

  /** Runs the next in a lane; false if there is none. */
  static boolean runNext(TaskLane lane) {
    TaskCore<?> next = lane.poll();
    if (next != null) {
      StressRuntime.execute(next);
    }
    return next != null;
  }

  void runRest(III_Result result) {
    while (runNext(lane)) {}
    result.r1 = firsts;
    result.r2 = seconds;
    result.r3 = thirds;
  }
}
