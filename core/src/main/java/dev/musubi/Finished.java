package dev.musubi;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A task of a set that has finished: which one, and how.
 *
 * @param id the task's id, with its name
 * @param outcome how it ended
 * @param <T> the type of the value
 */
public record Finished<T extends @Nullable Object>(TaskId id, Outcome<T> outcome) {
  /** Rejects nulls. */
  public Finished {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(outcome, "outcome");
  }
}
