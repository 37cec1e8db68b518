package dev.musubi;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why a task was aborted. The first reason wins: later aborts of the same task do not change it.
 *
 * <p>Immutable. Two reasons are equal when kind and message are. Tokio has no counterpart (its
 * users wish for one).
 */
public final class AbortReason {
  /** Who or what asked for the abort. */
  public enum Kind {
    /** {@link JoinHandle#abort()}, {@link AbortHandle#abort()} and their kin were called. */
    USER("aborted by user"),
    /** The owner of the task (an owned handle, a set, a scope) was closed. */
    PARENT_CLOSED("its owner was closed"),
    /** Another task of the same group failed. */
    SIBLING_FAILED("a sibling failed"),
    /** Something else was first: another branch of a select, another task of a race. */
    LOST("another was first"),
    /** A time limit passed. */
    TIMED_OUT("timed out"),
    /** A cancellation token was cancelled. */
    TOKEN("token cancelled"),
    /** The task's runtime was shut down. */
    RUNTIME_SHUTDOWN("runtime shut down");

    private final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  private final Kind kind;
  private final @Nullable String message;
  private final @Nullable Throwable thrown;

  private AbortReason(Kind kind, @Nullable String message, @Nullable Throwable thrown) {
    this.kind = kind;
    this.message = message;
    this.thrown = thrown;
  }

  static AbortReason of(Kind kind) {
    return new AbortReason(kind, null, null);
  }

  static AbortReason of(Kind kind, String message) {
    return new AbortReason(kind, Objects.requireNonNull(message, "why"), null);
  }

  AbortReason withThrown(@Nullable Throwable throwable) {
    return throwable == null ? this : new AbortReason(kind, message, throwable);
  }

  /**
   * Who or what asked.
   *
   * @return the kind
   */
  public Kind kind() {
    return kind;
  }

  /**
   * The words of the one who asked.
   *
   * @return the message given with the abort, or empty
   */
  public Optional<String> message() {
    return Optional.ofNullable(message);
  }

  /**
   * How the body stopped: the throwable with which a cancelled body ended, with its stack and what
   * was suppressed on the way out.
   *
   * @return the throwable; empty while the body has not ended, and if it never began
   */
  public Optional<Throwable> thrown() {
    return Optional.ofNullable(thrown);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AbortReason r && r.kind == kind && Objects.equals(r.message, message);
  }

  @Override
  public int hashCode() {
    return 31 * kind.hashCode() + Objects.hashCode(message);
  }

  /** For example {@code aborted by user: took too long}. */
  @Override
  public String toString() {
    return message == null ? kind.text : kind.text + ": " + message;
  }
}
