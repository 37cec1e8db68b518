package dev.musubi;

/** What {@code spawnBlocking} does when the queue of the blocking pool is full. */
public enum QueueFull {
  /** Throw a {@link java.util.concurrent.RejectedExecutionException} that names the limit. */
  REJECT,
  /**
   * Wait for room. If the waiting thread is interrupted, or is a task that is aborted, the spawn is
   * rejected and the interrupt flag is left set.
   */
  WAIT
}
