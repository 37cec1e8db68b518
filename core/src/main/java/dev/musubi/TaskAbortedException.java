package dev.musubi;

/**
 * Thrown by Musubi's waits, and by {@link Task#checkAborted()}, in a task that has been aborted.
 *
 * <p>It is an {@link InterruptedException}: code that handles interruption well handles it well. A
 * body that lets it pass ends as cancelled. The thread's interrupt flag has been cleared, as with
 * every interrupted exception; the abort itself is not forgotten: the next wait throws again.
 */
public final class TaskAbortedException extends InterruptedException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // belongs to this JVM
  private final transient TaskId id;

  @SuppressWarnings("serial") // belongs to this JVM
  private final transient AbortReason reason;

  TaskAbortedException(TaskId id, AbortReason reason) {
    this.id = id;
    this.reason = reason;
  }

  /** Which task was asked to stop, and why. */
  @Override
  public String getMessage() { // made on demand: most are never read
    return id == null // in another JVM
        ? "a task was asked to stop"
        : "task " + id + " was asked to stop (" + reason + ")";
  }

  /**
   * Which task was aborted: the one on whose thread this was thrown.
   *
   * @return its id
   */
  public TaskId id() {
    return id;
  }

  /**
   * Why.
   *
   * @return the reason of the first abort
   */
  public AbortReason reason() {
    return reason;
  }
}
