package dev.musubi;

import org.jspecify.annotations.Nullable;

/**
 * There is no value: the task panicked or was cancelled.
 *
 * <p>Corresponds to {@code tokio::task::JoinError}.
 *
 * @param <T> the type that the value would have had
 */
public sealed interface Failed<T extends @Nullable Object> extends Outcome<T>
    permits Panicked, Cancelled {
  /**
   * Which task.
   *
   * @return its id, with its name
   */
  TaskId id();

  /**
   * The same failure, for a caller that has no value either and gives another type.
   *
   * @param <R> the other type
   * @return this failure
   */
  <R extends @Nullable Object> Failed<R> retype();

  /**
   * The failure as an exception whose trace is the caller's.
   *
   * @return a new exception
   */
  JoinException toException();

  @Override
  default T orThrow() {
    throw toException();
  }

  @Override
  default <X extends Exception> T orThrow(Class<X> own) throws X {
    throw toException().unwrap(own);
  }
}
