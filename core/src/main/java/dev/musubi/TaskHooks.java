package dev.musubi;

/**
 * Callbacks at the stations of every task of a runtime, of {@code spawn} and {@code spawnBlocking}
 * alike. All methods do nothing by default.
 *
 * <p>Hooks run inline and should be short. What a hook throws is logged; the task goes on.
 * Corresponds to {@code on_task_spawn} and {@code on_task_terminate} of Tokio's runtime builder.
 */
public interface TaskHooks {
  /**
   * A task was spawned. Called once for each task, on the spawning thread, after the task was
   * registered and before it can begin.
   *
   * @param id which task
   */
  default void onSpawn(TaskId id) {}

  /**
   * A task begins. Called on the task's own thread, before the body. Not called for a task that was
   * aborted before.
   *
   * @param id which task
   */
  default void onStart(TaskId id) {}

  /**
   * A task has ended. Called once for each task, after the body has left and before the outcome can
   * be seen; for a task that never began, on a virtual thread of its own, some time after.
   *
   * @param id which task
   * @param state how it ended
   */
  default void onEnd(TaskId id, TaskState state) {}
}
