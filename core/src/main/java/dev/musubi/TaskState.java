package dev.musubi;

/**
 * Where a task is in its life.
 *
 * <pre>
 *   SCHEDULED ──► RUNNING ──► SUCCESS
 *       │            ├──────► PANICKED
 *       │            └──────► CANCELLED
 *       └───────────────────► CANCELLED   (aborted before it started: the body never runs)
 * </pre>
 *
 * An abort that has been requested lies on top of {@link #SCHEDULED} and {@link #RUNNING}; ask
 * {@link JoinHandle#isAbortRequested()}. The last three states are final.
 */
public enum TaskState {
  /** Accepted; the body has not begun. */
  SCHEDULED,
  /** The body is on its thread. It stays in this state until it has left its last frame. */
  RUNNING,
  /** The body returned a value. */
  SUCCESS,
  /** A throwable left the body. */
  PANICKED,
  /** The body stopped, or never began, because the task was aborted. */
  CANCELLED;

  /**
   * Whether this state is final.
   *
   * @return true for {@link #SUCCESS}, {@link #PANICKED} and {@link #CANCELLED}
   */
  public boolean isFinished() {
    return this == SUCCESS || this == PANICKED || this == CANCELLED;
  }
}
