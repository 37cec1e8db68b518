package dev.musubi;

import org.jspecify.annotations.Nullable;

/**
 * Carries a context that lives in thread-locals (logging MDC, tracing) from the code that spawns a
 * task into the task.
 *
 * <p>Register carriers with {@link TaskRuntime.Builder#contextCarrier(ContextCarrier)}. Without
 * carriers nothing is captured and nothing is paid.
 *
 * {@snippet class="ContextCarrierSnippets" region="carrier"}
 */
@FunctionalInterface
public interface ContextCarrier {
  /**
   * Captures the context. Called on the spawning thread, at each spawn. What it throws leaves the
   * spawn, before anything has started.
   *
   * @return what to restore in the task, or null for nothing
   */
  @Nullable Captured capture();

  /** A captured context. */
  @FunctionalInterface
  interface Captured {
    /**
     * Makes the context current. Called on the task's thread, before the body. What it throws is
     * the task's panic; the body does not run.
     *
     * @return closed on the task's thread after the body, to put back what was there before
     */
    Restored restore();
  }

  /** A context that is current until closed. */
  @FunctionalInterface
  interface Restored extends AutoCloseable {
    @Override
    void close();
  }
}
