package dev.musubi;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The task stopped, or never began, because it was aborted.
 *
 * @param <T> the type that the value would have had
 * @param id which task
 * @param reason why it was aborted; {@link AbortReason#thrown()} is what the body ended with
 */
public record Cancelled<T extends @Nullable Object>(TaskId id, AbortReason reason)
    implements Failed<T> {
  /** Rejects nulls. */
  public Cancelled {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(reason, "reason");
  }

  @Override
  @SuppressWarnings("unchecked") // holds no T
  public <R extends @Nullable Object> Cancelled<R> retype() {
    return (Cancelled<R>) this;
  }

  @Override
  public JoinException toException() {
    return new JoinException(this);
  }
}
