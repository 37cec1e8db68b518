package dev.musubi.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Something that happens at a point in time, unless it is cancelled before. It is its own entry in
 * the {@linkplain Wheel wheel}, so that setting a timer allocates nothing else. It may be set anew
 * once it was cancelled, or by {@link #fired()} and later; by one thread at a time.
 */
public abstract class Timer {
  static final byte IDLE = 0;
  static final byte SET = 1;
  static final byte FIRED = 2;
  private static final VarHandle STATE;

  /** All under the lock of the shard, except that {@code state} may be read without it. */
  @Nullable Timer next;

  @Nullable Timer prev;
  @Nullable Shard shard;
  long tick;
  short place;
  private volatile byte state;

  /** For subclasses. */
  protected Timer() {}

  /**
   * The time has come. Runs on the thread that drives the clock: it must be short, must not block
   * and must not run foreign code.
   */
  protected abstract void fired();

  byte state() {
    return state;
  }

  /**
   * What was written before is seen with it. Not volatile, which would cost a fence: the unlock of
   * the shard that follows is one, for who looks at something else after.
   */
  void state(byte now) {
    STATE.setRelease(this, now);
  }

  /**
   * Whether it has fired since it was last set.
   *
   * @return true once its time has come, even if {@link #fired()} is still to be called
   */
  public final boolean hasFired() {
    return state == FIRED;
  }

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Timer.class, "state", byte.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
