package dev.musubi;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Identifies a task among all tasks of this JVM, across runtimes. An id is never used twice; its
 * order says nothing. The name that was given to the task, if any, travels with the id so that
 * errors and reports can show it; equality looks at the number alone.
 *
 * <p>Immutable. Corresponds to {@code tokio::task::Id}.
 */
public final class TaskId {
  private final long value;
  private final @Nullable String name;

  TaskId(long value, @Nullable String name) {
    this.value = value;
    this.name = name;
  }

  /**
   * The number.
   *
   * @return a positive number, unique in this JVM
   */
  public long value() {
    return value;
  }

  /**
   * The task's name.
   *
   * @return the name given with {@link TaskBuilder#name(String)}, or empty
   */
  public Optional<String> name() {
    return Optional.ofNullable(name);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TaskId id && id.value == value;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(value);
  }

  /** The number, followed by the name in quotation marks if there is one: {@code 17 "fetch"}. */
  @Override
  public String toString() {
    return name == null ? Long.toString(value) : value + " \"" + name + '"';
  }
}
