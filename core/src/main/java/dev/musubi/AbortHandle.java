package dev.musubi;

import java.util.Objects;

/**
 * Can abort a task and ask whether it has ended; can never get its result.
 *
 * <p>Stays usable after the {@link JoinHandle} was detached or let go. It may be used by any number
 * of threads. Corresponds to {@code tokio::task::AbortHandle}.
 */
public final class AbortHandle {
  private final TaskCore<?> core;

  AbortHandle(TaskCore<?> core) {
    this.core = core;
  }

  /**
   * Asks the task to stop and returns at once, as {@link JoinHandle#abort()} does.
   *
   * @return true if this call requested the abort
   */
  public boolean abort() {
    return core.abort(AbortReason.of(AbortReason.Kind.USER));
  }

  /**
   * As {@link #abort()}, saying why.
   *
   * @param why the message of the {@link AbortReason}
   * @return true if this call requested the abort
   */
  public boolean abort(String why) {
    Objects.requireNonNull(why, "why");
    return core.abort(AbortReason.of(AbortReason.Kind.USER, why));
  }

  /**
   * Whether the task has really ended; the same guarantee as {@link JoinHandle#isFinished()}.
   *
   * @return true once the body has left its last frame, or never will run
   */
  public boolean isFinished() {
    return core.isFinished();
  }

  /**
   * Where the task is in its life.
   *
   * @return the state at this moment
   */
  public TaskState state() {
    return core.publicState();
  }

  /**
   * The task's id.
   *
   * @return the id
   */
  public TaskId id() {
    return core.id();
  }

  @Override
  public String toString() {
    return "AbortHandle[task " + core.id() + "]";
  }
}
