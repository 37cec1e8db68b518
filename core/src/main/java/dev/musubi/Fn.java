package dev.musubi;

import org.jspecify.annotations.Nullable;

/**
 * What is done with a value: a function that may throw one checked exception of its own besides
 * being interrupted, as {@link Body} may.
 *
 * @param <A> the type of the argument
 * @param <R> the type of the result
 * @param <X> the function's own checked exception
 */
@FunctionalInterface
public interface Fn<A extends @Nullable Object, R extends @Nullable Object, X extends Exception> {
  /**
   * Applies the function.
   *
   * @param argument the argument
   * @return the result
   * @throws X if the work fails
   * @throws InterruptedException if the thread was interrupted
   */
  R apply(A argument) throws X, InterruptedException;
}
