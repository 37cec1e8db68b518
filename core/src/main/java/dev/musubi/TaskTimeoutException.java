package dev.musubi;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A task took longer than its limit, was aborted for it, and has ended. The cause, if there is one,
 * is what left its body: its stack shows where the task was when it was stopped.
 *
 * <p>It is a type of its own so that it cannot be mistaken for a {@link TimeoutException} that left
 * the body. Corresponds to {@code tokio::time::error::Elapsed}.
 */
public final class TaskTimeoutException extends TimeoutException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // belongs to this JVM
  private final transient TaskId id;

  /** The limit that passed. */
  private final Duration limit;

  TaskTimeoutException(TaskId id, Duration limit, @Nullable Throwable thrown) {
    super("task " + id + " did not finish within " + limit + " and was aborted");
    this.id = id;
    this.limit = limit;
    var _ = initCause(thrown);
  }

  /**
   * Which task it was.
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

  /**
   * The same as an exception of I/O, for code that may throw no other.
   *
   * @return a new exception with this one as its cause
   */
  public IOException toIOException() {
    return new IOException(getMessage(), this);
  }
}
