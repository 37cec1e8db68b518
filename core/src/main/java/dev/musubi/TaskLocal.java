package dev.musubi;

import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A value that is visible in a stretch of code, in all that it calls, and in the tasks that it
 * spawns.
 *
 * <p>It has no default: it is set for the length of a body, and gone outside. Tasks, blocking ones
 * too, inherit the values that are set where they are spawned, unless the key was made with {@link
 * #notInherited(String)} or the builder says otherwise. A value is set outside of tasks too.
 *
 * {@snippet class="TaskLocalSnippets" region="local"}
 *
 * <p>Keys are compared by identity; keep them in static finals. Thread-safe. Corresponds to {@code
 * tokio::task_local!}, which is not inherited.
 *
 * @param <T> the type of the value
 */
public final class TaskLocal<T> {
  private static final Scoped<TaskLocals> VALUES = new Scoped<>();

  private final String name;
  private final boolean inherited;

  private TaskLocal(String name, boolean inherited) {
    this.name = Objects.requireNonNull(name, "name");
    this.inherited = inherited;
  }

  /**
   * Makes a key whose value spawned tasks inherit.
   *
   * @param <T> the type of the value
   * @param name for error messages
   * @return a new key
   */
  public static <T> TaskLocal<T> named(String name) {
    return new TaskLocal<>(name, true);
  }

  /**
   * Makes a key whose value spawned tasks do not see.
   *
   * @param <T> the type of the value
   * @param name for error messages
   * @return a new key
   */
  public static <T> TaskLocal<T> notInherited(String name) {
    return new TaskLocal<>(name, false);
  }

  /**
   * The value that is set here.
   *
   * @return the value
   * @throws NoSuchElementException if none is set; the message names the key
   */
  public T get() {
    T value = find();
    if (value == null) {
      throw new NoSuchElementException("task local " + name + " is not set here");
    }
    return value;
  }

  /**
   * The value, if one is set here.
   *
   * @return the value, or empty
   */
  public Optional<T> tryGet() {
    return Optional.ofNullable(find());
  }

  /**
   * Runs a body with this key set. A value that was set before is shadowed, and back afterwards.
   *
   * @param <X> the body's own exception
   * @param value the value, not null
   * @param body what to run
   * @throws X if the body throws it
   * @throws InterruptedException if the body throws it
   */
  public <X extends Exception> void runWhere(T value, VoidBody<X> body)
      throws X, InterruptedException {
    Objects.requireNonNull(body, "body");
    this.<@Nullable Void, X>callWhere(
        value,
        () -> {
          body.run();
          return null;
        });
  }

  /**
   * As {@link #runWhere}, for a body that gives a value.
   *
   * @param <R> the type of the body's value
   * @param <X> the body's own exception
   * @param value the value of the key, not null
   * @param body what to run
   * @return the body's value
   * @throws X if the body throws it
   * @throws InterruptedException if the body throws it
   */
  @SuppressWarnings("unchecked") // the body throws nothing checked but X and InterruptedException
  public <R extends @Nullable Object, X extends Exception> R callWhere(
      T value, Body<? extends R, X> body) throws X, InterruptedException {
    Objects.requireNonNull(value, "value");
    Objects.requireNonNull(body, "body");
    try {
      return VALUES.where(current().with(this, value)).call(body::call);
    } catch (InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw (X) e;
    }
  }

  boolean isInherited() {
    return inherited;
  }

  /** The values set here. */
  static TaskLocals current() {
    return VALUES.orElse(TaskLocals.EMPTY);
  }

  static Scoped<TaskLocals> values() {
    return VALUES;
  }

  @SuppressWarnings("unchecked") // with() is only called with a T
  private @Nullable T find() {
    return (T) current().find(this);
  }

  @Override
  public String toString() {
    return "TaskLocal[" + name + "]";
  }
}
