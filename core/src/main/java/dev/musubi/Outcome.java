package dev.musubi;

import org.jspecify.annotations.Nullable;

/**
 * How a task ended: with a value, with a panic, or cancelled. Exactly one of the three.
 *
 * {@snippet class="OutcomeSnippets" region="switch"}
 *
 * <p>Immutable (as far as the value is). Corresponds to {@code Result<T, JoinError>}.
 *
 * @param <T> the type of the task's value
 */
public sealed interface Outcome<T extends @Nullable Object> permits Success, Failed {
  /**
   * Whether the body returned a value.
   *
   * @return true for {@link Success}
   */
  default boolean isSuccess() {
    return this instanceof Success;
  }

  /**
   * Whether a throwable left the body.
   *
   * @return true for {@link Panicked}
   */
  default boolean isPanic() {
    return this instanceof Panicked;
  }

  /**
   * Whether the task stopped, or never began, because it was aborted.
   *
   * @return true for {@link Cancelled}
   */
  default boolean isCancelled() {
    return this instanceof Cancelled;
  }

  /**
   * Gives the value, or throws.
   *
   * @return the value
   * @throws JoinException if the task panicked or was cancelled; its own trace is the caller's, its
   *     cause is what left the body
   */
  T orThrow();

  /**
   * Gives the value, or throws the body's own checked failure as itself.
   *
   * @param <X> the body's own failure
   * @param own its class
   * @return the value
   * @throws X if the task panicked with a throwable of that class: the very object, unmodified
   * @throws JoinException if it panicked with anything else, or was cancelled
   */
  <X extends Exception> T orThrow(Class<X> own) throws X;
}
