package dev.musubi;

import org.jspecify.annotations.Nullable;

/**
 * A handle whose task must not outlive a block: closing it aborts the task and waits for its real
 * end.
 *
 * <p>Corresponds to {@code tokio_util::task::AbortOnDropHandle}, which does not wait.
 *
 * @param <T> the type of the task's value
 */
public sealed interface OwnedHandle<T extends @Nullable Object> extends JoinHandle<T>, AutoCloseable
    permits TaskHandle {
  /**
   * Aborts the task, unless it has finished, and waits until it has really ended.
   *
   * <p>This is a closing wait: neither an abort nor an interrupt of the calling thread ends it; the
   * interrupt flag is restored on return. While the task does not stop, a warning with its stack is
   * logged at growing intervals. A panic that it finds, and that nobody looked at, goes to the
   * {@link FailureHook}. Closing twice, or a detached handle, does nothing.
   *
   * @throws IllegalStateException if a task closes its own handle; then nothing has been aborted
   */
  @Override
  void close();
}
