package dev.musubi;

import org.jspecify.annotations.Nullable;

/**
 * Work that gives a value and may throw one checked exception of its own besides being interrupted.
 *
 * <p>The interrupted exception is named apart so that it does not widen {@code X}: a body that
 * throws {@code IOException} and is interruptible still has {@code X = IOException}.
 *
 * @param <T> the type of the value
 * @param <X> the body's own checked exception
 */
@FunctionalInterface
public interface Body<T extends @Nullable Object, X extends Exception> {
  /**
   * Does the work.
   *
   * @return the value
   * @throws X if the work fails
   * @throws InterruptedException if the thread was interrupted
   */
  T call() throws X, InterruptedException;
}
