package dev.musubi;

import java.time.Duration;
import java.util.concurrent.TimeoutException;

/**
 * A wait for a task took longer than its limit. The task goes on and can be joined again.
 *
 * <p>It is a type of its own so that the wait's time-out cannot be mistaken for a {@link
 * TimeoutException} that left the body.
 */
public final class JoinTimeoutException extends TimeoutException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // belongs to this JVM
  private final transient TaskId id;

  /** The limit that passed. */
  private final Duration limit;

  JoinTimeoutException(TaskId id, Duration limit, boolean abortRequested) {
    super(
        "task "
            + id
            + " did not finish within "
            + limit
            + (abortRequested ? " (an abort is requested)" : ""));
    this.id = id;
    this.limit = limit;
  }

  /**
   * Which task was waited for.
   *
   * @return its id
   */
  public TaskId id() {
    return id;
  }

  /**
   * The limit that passed.
   *
   * @return the limit, as it was given
   */
  public Duration limit() {
    return limit;
  }
}
