package dev.musubi.internal;

/** The rest of the current thread's stack. */
public final class Stack {
  private static final int FRAMES = 200;

  private Stack() {}

  /**
   * So that a stack that is about to overflow does so here, and not between two steps of a change
   * of state. Costs about a nanosecond for each frame: for what wakes threads, not for what is done
   * all the time.
   *
   * @throws StackOverflowError if little is left
   */
  public static void reserve() {
    var _ = reserve(FRAMES);
  }

  private static int reserve(int frames) {
    return frames == 0 ? 0 : 1 + reserve(frames - 1);
  }
}
