package dev.musubi;

import java.util.Objects;

/**
 * A failure that nobody looked at.
 *
 * @param id which task, with its name
 * @param cause what left the body: the very throwable
 * @param kind why it is reported now
 * @param abortRequested whether an abort of the task had been requested when it failed
 */
public record UnobservedFailure(TaskId id, Throwable cause, Kind kind, boolean abortRequested) {
  /** Why a failure is reported. */
  public enum Kind {
    /** The handle was detached: nobody can look any more. */
    DETACHED("its handle is detached"),
    /** The handle became unreachable: nobody can look any more. */
    UNREACHABLE("its handle was let go"),
    /** The handle lives, but nobody has looked for a while. It can still be joined. */
    NOT_JOINED_YET("not joined yet"),
    /** An owner was closed and found the failure. */
    CLOSED("its owner was closed"),
    /** The runtime was shut down. */
    SHUTDOWN("its runtime was shut down"),
    /**
     * The task stopped as asked, but its clean-up failed: the cause was suppressed on the way out.
     */
    CLEANUP_FAILED("its clean-up failed"),
    /** One run of a {@link Periodic} job failed. The task goes on with the next run. */
    PERIODIC_RUN("it goes on");

    private final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  /** Rejects nulls. */
  public UnobservedFailure {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(cause, "cause");
    Objects.requireNonNull(kind, "kind");
  }

  /**
   * For example {@code task 17 "fetch" panicked and nobody looked at it (its handle is detached)}.
   */
  @Override
  public String toString() {
    return "task "
        + id
        + switch (kind) {
          case CLEANUP_FAILED -> " was cancelled, and its clean-up failed";
          case PERIODIC_RUN -> " failed in one of its periodic runs, and goes on";
          default ->
              " panicked and nobody looked at it ("
                  + kind.text
                  + ")"
                  + (abortRequested ? "; an abort was requested" : "");
        };
  }
}
