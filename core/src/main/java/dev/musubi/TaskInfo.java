package dev.musubi;

import java.util.List;
import java.util.Optional;

/**
 * A live task, seen from outside at one moment.
 *
 * @param id which task, with its name
 * @param state where it is in its life
 * @param abortRequested whether an abort has been requested
 * @param blocking whether it came from {@code spawnBlocking}
 * @param waitingFor the task that it is parked in a join for, if any
 * @param thread the thread that it runs on, if it has begun
 */
public record TaskInfo(
    TaskId id,
    TaskState state,
    boolean abortRequested,
    boolean blocking,
    Optional<TaskId> waitingFor,
    Optional<Thread> thread) {
  /**
   * Where the task's thread is at this moment.
   *
   * @return its stack; empty if the task has not begun or has ended meanwhile
   */
  public List<StackTraceElement> stack() {
    return thread.map(t -> List.of(t.getStackTrace())).orElse(List.of());
  }

  /** For example {@code task 17 "fetch" RUNNING, abort requested, waiting for task 18}. */
  @Override
  public String toString() {
    return "task "
        + id
        + " "
        + state
        + (blocking ? ", blocking" : "")
        + (abortRequested ? ", abort requested" : "")
        + waitingFor.map(other -> ", waiting for task " + other).orElse("");
  }
}
