package dev.musubi;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The joined task gave no value: it panicked or was cancelled.
 *
 * <p>The trace of this exception is that of the thread which joined. Its cause is what left the
 * task's body, with the body's own trace: the two cannot be confused. The message names the task.
 *
 * <p>Corresponds to {@code tokio::task::JoinError}.
 */
public final class JoinException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // an outcome belongs to this JVM, as a task id does
  private final transient Failed<?> failure;

  JoinException(Panicked<?> failure) {
    this(failure, "");
  }

  private JoinException(Panicked<?> failure, String note) {
    super(
        "task "
            + failure.id()
            + " panicked"
            + withMessage(flat(failure.cause()).getMessage())
            + note,
        flat(failure.cause()));
    this.failure = failure;
  }

  /** For a task that panicked although, or because, an abort was requested. */
  static JoinException despiteAbort(Panicked<?> failure) {
    return new JoinException(failure, " (an abort was requested)");
  }

  /**
   * A failure that passes through many tasks is not nested once more in each: the first one stays.
   */
  private static Throwable flat(Throwable cause) {
    return cause instanceof JoinException join && join.getCause() instanceof JoinException first
        ? first
        : cause;
  }

  JoinException(Cancelled<?> failure) {
    super(
        "task " + failure.id() + " was cancelled (" + failure.reason() + ")",
        failure.reason().thrown().orElse(null));
    this.failure = failure;
  }

  private static String withMessage(@Nullable String message) {
    return message == null ? "" : " with message \"" + message + '"';
  }

  /**
   * The failure as an outcome.
   *
   * @return a {@link Panicked} or a {@link Cancelled}
   */
  public Failed<?> failure() {
    return failure;
  }

  /**
   * Which task.
   *
   * @return its id, with its name
   */
  public TaskId id() {
    return failure.id();
  }

  /**
   * The task's name.
   *
   * @return its name, or empty
   */
  public Optional<String> name() {
    return failure.id().name();
  }

  /**
   * Whether a throwable left the body.
   *
   * @return true if so; then {@link #isCancelled()} is false
   */
  public boolean isPanic() {
    return failure.isPanic();
  }

  /**
   * Whether the task was cancelled.
   *
   * @return true if so; then {@link #isPanic()} is false
   */
  public boolean isCancelled() {
    return failure.isCancelled();
  }

  /**
   * What left the body.
   *
   * @return the very throwable
   * @throws IllegalStateException if the task was cancelled
   */
  public Throwable panic() {
    if (failure instanceof Panicked<?> panicked) {
      return panicked.cause();
    }
    throw new IllegalStateException(getMessage() + ": there is no panic", this);
  }

  /**
   * What left the body, if it panicked.
   *
   * @return the very throwable; empty if the task was cancelled
   */
  public Optional<Throwable> tryPanic() {
    return failure instanceof Panicked<?> panicked
        ? Optional.of(panicked.cause())
        : Optional.empty();
  }

  /**
   * Why the task was aborted.
   *
   * @return the reason
   * @throws IllegalStateException if the task panicked
   */
  public AbortReason reason() {
    if (failure instanceof Cancelled<?> cancelled) {
      return cancelled.reason();
    }
    throw new IllegalStateException(getMessage() + ": it was not cancelled", this);
  }

  /**
   * Throws the body's own failure if it is of the given class, and otherwise returns this
   * exception, so that {@code throw e.unwrap(IOException.class)} covers both.
   *
   * @param <X> the body's own failure
   * @param own its class
   * @return this exception
   * @throws X if the task panicked with a throwable of that class
   */
  public <X extends Exception> JoinException unwrap(Class<X> own) throws X {
    Objects.requireNonNull(own, "own");
    if (failure instanceof Panicked<?> panicked && own.isInstance(panicked.cause())) {
      throw own.cast(panicked.cause());
    }
    return this;
  }
}
