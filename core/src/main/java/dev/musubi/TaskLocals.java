package dev.musubi;

import org.jspecify.annotations.Nullable;

/**
 * An immutable list of task-local values, shared by all that inherit it. Setting a key drops its
 * older value, so that a chain of tasks that each set the same key does not grow.
 */
final class TaskLocals {
  static final TaskLocals EMPTY = new TaskLocals(null, null, null);

  private final @Nullable TaskLocal<?> key;
  private final @Nullable Object value;
  private final @Nullable TaskLocals rest;

  private TaskLocals(
      @Nullable TaskLocal<?> key, @Nullable Object value, @Nullable TaskLocals rest) {
    this.key = key;
    this.value = value;
    this.rest = rest;
  }

  boolean isEmpty() {
    return rest == null;
  }

  TaskLocals with(TaskLocal<?> newKey, Object newValue) {
    return new TaskLocals(newKey, newValue, without(newKey));
  }

  TaskLocals withAll(TaskLocals other) {
    return other.key == null || other.rest == null || other.value == null
        ? this
        : withAll(other.rest).with(other.key, other.value);
  }

  /** The values that a spawned task gets. */
  TaskLocals inherited() {
    if (rest == null) {
      return this;
    }
    TaskLocals tail = rest.inherited();
    return key != null && !key.isInherited()
        ? tail
        : tail == rest ? this : new TaskLocals(key, value, tail);
  }

  private TaskLocals without(TaskLocal<?> old) {
    if (rest == null) {
      return this;
    }
    if (key == old) {
      return rest;
    }
    TaskLocals tail = rest.without(old);
    return tail == rest ? this : new TaskLocals(key, value, tail);
  }

  @Nullable Object find(TaskLocal<?> wanted) {
    for (TaskLocals at = this; at != null; at = at.rest) {
      if (at.key == wanted) {
        return at.value;
      }
    }
    return null;
  }
}
