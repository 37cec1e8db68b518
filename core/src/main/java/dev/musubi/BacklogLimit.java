package dev.musubi;

import java.util.concurrent.TimeUnit;

/**
 * How many started threads may wait for a carrier. What the builder says, as long as nothing
 * starves. When the gate has to be closed, it follows the pace at which our threads began
 * meanwhile, so that it takes the carriers about {@link #TARGET_NANOS} to run dry. Each calm tick
 * doubles it again; so do {@value #PATIENCE} closings in a row of which our threads were too few to
 * be the reason. (Each of them would forget what the last burst has taught, before the next.)
 *
 * <p>Changed by the pacer alone, read by everyone.
 */
final class BacklogLimit {
  private static final long TARGET_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
  private static final int PATIENCE = 64;

  private final int most;
  private final int least;
  private volatile int limit;
  private int unrelated; // closings since the limit was the reason of one

  BacklogLimit(int most, int carriers) {
    this.most = most;
    this.least = Math.min(carriers, most);
    this.limit = most;
  }

  int now() {
    return limit;
  }

  /** After a tick without starvation. */
  void calm() {
    if (limit < most) {
      limit = (int) Math.min(most, 2L * limit);
    }
  }

  /**
   * After the gate was closed for so long. The number of our threads that began tells how many fit
   * into {@link #TARGET_NANOS}. It says nothing when they were few, or when they all began and the
   * carriers went on: then the limit is not what starves the others.
   *
   * @param before how many had not begun when the gate closed
   * @param after how many still had not when it opened
   * @param dry whether the carriers ran dry in that time
   */
  void starved(int before, int after, long nanos, boolean dry) {
    if (dry ? before >= limit / 2 : after > 0) {
      long began = (long) before - after;
      long fitting = began * TARGET_NANOS / Math.max(nanos, TARGET_NANOS / 4);
      limit = Math.clamp(fitting, least, most);
      unrelated = 0;
    } else if (dry && ++unrelated == PATIENCE) { // chains of tasks starve others for good
      unrelated = 0;
      calm();
    }
  }
}
