package dev.musubi;

import org.jspecify.annotations.Nullable;

/**
 * The fields of a {@link TaskLane}, between the padding of its superclass and that of its subclass.
 *
 * <p>Two threads write here for each task. An object beside it that others read for each task, or a
 * second lane, would make both twice as slow; where the collector puts them is luck. (The fields of
 * a superclass come first in memory; a distance of two cache lines, as processors fetch pairs.)
 */
abstract class TaskLaneWords extends Padded {
  /** No ring: whoever adds the next task brings one. */
  static final @Nullable TaskCore<?>[] NONE = {};

  final LifoSlot slot = new LifoSlot();

  volatile int size;
  int before; // when it was locked last
  int front;
  int added; // one by one, since the ring is new
  int sweptTo; // where the front was when it was last looked at for dead ones
  long dropped;
  @Nullable TaskCore<?>[] ring = NONE;
}
