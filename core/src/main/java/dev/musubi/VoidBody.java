package dev.musubi;

/**
 * Work without a value that may throw one checked exception of its own besides being interrupted.
 *
 * @param <X> the body's own checked exception
 */
@FunctionalInterface
public interface VoidBody<X extends Exception> {
  /**
   * Does the work.
   *
   * @throws X if the work fails
   * @throws InterruptedException if the thread was interrupted
   */
  void run() throws X, InterruptedException;
}
