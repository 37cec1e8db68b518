package dev.musubi;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One of the things that a {@link Select} waits for, and what is done with it. Made by the things
 * that can be waited for, such as {@link JoinHandle#onJoin JoinHandle.onJoin}, and by {@link
 * Select}.
 *
 * <p>Immutable and thread-safe; it may take part in any number of selects, also at once, and a
 * branch that was made before a loop saves making it in each turn. A branch holds on to its source.
 *
 * @param <R> the type of the handler's result
 * @param <X> the handler's own checked exception
 */
public final class Branch<R extends @Nullable Object, X extends Exception> {
  private final boolean enabled;
  private final @Nullable Selectable<Object> source; // null: runs when no other branch is enabled
  private final Fn<Object, R, X> handler;
  private final @Nullable TaskCore<?> task; // the task that is waited for
  private final boolean abortsLoser;

  private Branch(
      boolean enabled,
      @Nullable Selectable<Object> source,
      Fn<Object, R, X> handler,
      @Nullable TaskCore<?> task,
      boolean abortsLoser) {
    this.enabled = enabled;
    this.source = source;
    this.handler = handler;
    this.task = task;
    this.abortsLoser = abortsLoser;
  }

  /**
   * The type of the values is forgotten here: what a source offers to a waiter of this branch goes
   * to the handler of this branch and nowhere else.
   */
  @SuppressWarnings("unchecked")
  static <T extends @Nullable Object, R extends @Nullable Object, X extends Exception>
      Branch<R, X> of(
          boolean enabled,
          Selectable<T> source,
          Fn<? super T, ? extends R, X> handler,
          @Nullable TaskCore<?> task) {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(handler, "handler");
    return new Branch<>(
        enabled, (Selectable<Object>) source, (Fn<Object, R, X>) handler, task, false);
  }

  static <T extends @Nullable Object, R extends @Nullable Object, X extends Exception>
      Branch<R, X> of(
          boolean enabled, Selectable<T> source, Fn<? super T, ? extends R, X> handler) {
    return of(enabled, source, handler, null);
  }

  static <R extends @Nullable Object, X extends Exception> Branch<R, X> otherwise(
      Body<? extends R, X> handler) {
    Objects.requireNonNull(handler, "handler");
    return new Branch<>(false, null, _ -> handler.call(), null, false);
  }

  /**
   * The same branch, whose task does not outlive the select: unless this branch wins, the task is
   * aborted (with {@link AbortReason.Kind#LOST}) and its real end is awaited, before the winner's
   * handler runs, and also if the select ends with an exception. A task that has finished is not
   * affected, nor is that of a branch which is disabled from the start. A task that does not stop
   * delays the select: this is a closing wait, see {@link OwnedHandle#close()}.
   *
   * <p>Tokio's way is to select over an {@code AbortOnDropHandle}.
   *
   * @return a new branch
   * @throws IllegalStateException if this is not a branch over a {@link JoinHandle}
   */
  public Branch<R, X> abortOnLose() {
    if (task == null) {
      throw new IllegalStateException("only a branch over a task can abort its loser");
    }
    return new Branch<>(enabled, source, handler, task, true);
  }

  boolean isEnabled() {
    return enabled;
  }

  boolean isOtherwise() {
    return source == null;
  }

  boolean isTask() {
    return task != null;
  }

  boolean isDeadline() {
    return (Object) source instanceof Due;
  }

  /** Before any effect: a wait that can only end when the calling task ends is refused. */
  void check() {
    if (task != null && (abortsLoser || TaskCore.current() == task)) {
      task.rejectSelf();
    }
  }

  @Nullable Selectable<Object> source() {
    return source;
  }

  void register(SelectWaiter<Object> waiter) {
    waiter.registered(Objects.requireNonNull(source).register(waiter));
  }

  /**
   * As {@link #register(SelectWaiter)}, for who has just looked at the clock.
   *
   * @param machineNow that look, if this is a {@linkplain #isDeadline deadline}
   */
  void register(SelectWaiter<Object> waiter, long machineNow) {
    if ((Object) source instanceof Due due) {
      waiter.registered(due.register(waiter, machineNow));
    } else {
      register(waiter);
    }
  }

  @SuppressWarnings("NullAway") // null only where the source's type has null
  R handle(@Nullable Object value) throws X, InterruptedException {
    return handler.apply(value);
  }

  /** The task to abort if this branch does not win. */
  @Nullable TaskCore<?> loser() {
    return abortsLoser ? task : null;
  }
}
