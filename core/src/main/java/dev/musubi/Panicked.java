package dev.musubi;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A throwable left the body.
 *
 * @param <T> the type that the value would have had
 * @param id which task
 * @param cause what left the body: the very object, with its own stack
 */
public record Panicked<T extends @Nullable Object>(TaskId id, Throwable cause)
    implements Failed<T> {
  /** Rejects nulls. */
  public Panicked {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(cause, "cause");
  }

  @Override
  @SuppressWarnings("unchecked") // holds no T
  public <R extends @Nullable Object> Panicked<R> retype() {
    return (Panicked<R>) this;
  }

  @Override
  public JoinException toException() {
    return new JoinException(this);
  }
}
