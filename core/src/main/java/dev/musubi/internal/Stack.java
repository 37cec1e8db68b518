package dev.musubi.internal;

/** The rest of the current thread's stack. */
public final class Stack {
  private static final int FRAMES = 200; // 120 compiled ones were found to be too few

  private Stack() {}

  /**
   * So that a stack that is about to overflow does so here, and not between two steps of a change
   * of state, such as an abort, or a value that is handed to who waits. Costs about a nanosecond
   * for each frame: for what wakes a thread, not for what is done all the time.
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
