package dev.musubi;

import org.jspecify.annotations.Nullable;

/**
 * A thread that runs several tasks, one after the other or one in the join of another: it says
 * which one is running now, and keeps its own name.
 *
 * <p>It is the thread's handler for uncaught exceptions, and so the place where {@link
 * TaskCore#current} looks. The field needs no fence where a handler of each task's own would.
 */
final class SharedThread implements Thread.UncaughtExceptionHandler {
  private static final int FRESH = 64;

  final Thread thread;

  Running now = new Running(); // own thread only

  /** What makes it a worker of light tasks, or null. */
  final LightPool.@Nullable Worker worker;

  SharedThread(Thread thread, LightPool.@Nullable Worker worker) {
    this.thread = thread;
    this.worker = worker;
  }

  /**
   * A young object, replaced after some tasks: to store a young task in an old one costs a fence of
   * G1, and other threads may be reading what an old one lies next to.
   */
  static final class Running {
    @Nullable TaskCore<?> innermost;
    int changes;
  }

  /** The one whose thread the caller runs on; null if it is none, or its handler was displaced. */
  static @Nullable SharedThread current() {
    Thread me = Thread.currentThread();
    return me.getUncaughtExceptionHandler() instanceof SharedThread shared && shared.thread == me
        ? shared
        : null;
  }

  @Nullable TaskCore<?> innermost() {
    return now.innermost;
  }

  /**
   * The task's body is about to run here; gives the one to go back to, by a store into {@link
   * #now}.
   */
  @Nullable TaskCore<?> enter(TaskCore<?> core) {
    TaskCore<?> outer = now.innermost;
    if (now.changes == FRESH) {
      now = new Running();
    }
    now.innermost = core;
    now.changes++;
    return outer;
  }

  /** Runs a task here; false if it was aborted, or has begun elsewhere. */
  boolean execute(TaskCore<?> core, String itsName) {
    if (thread.getUncaughtExceptionHandler() != this) { // whatever others have done to the thread
      thread.setUncaughtExceptionHandler(this);
    }
    boolean begun = core.execute(this);
    if (!thread.getName().equals(itsName)) { // a body may have renamed it, too
      thread.setName(itsName);
    }
    return begun;
  }

  /** Nothing leaves a pool's loop but a failure of the library itself. */
  @Override
  public void uncaughtException(Thread t, Throwable e) {
    try {
      Log.log(System.Logger.Level.ERROR, "internal error in " + t.getName(), e);
    } catch (Throwable worse) {
      // no memory, or no stack, for a line of text
    }
  }
}
