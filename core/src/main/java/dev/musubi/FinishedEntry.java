package dev.musubi;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A task of a {@link JoinMap} that has finished: under which key, which one, and how.
 *
 * @param key the task's key
 * @param id the task's id, with its name
 * @param outcome how it ended
 * @param <K> the type of the key
 * @param <T> the type of the value
 */
public record FinishedEntry<K, T extends @Nullable Object>(K key, TaskId id, Outcome<T> outcome) {
  /** Rejects nulls. */
  public FinishedEntry {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(outcome, "outcome");
  }
}
