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
  private final @Nullable Arm<?, R, X> arm; // null: runs when no other branch is enabled
  private final @Nullable Body<? extends R, X> otherwise;
  private final @Nullable TaskCore<?> task; // the task that is waited for
  private final boolean abortsLoser;

  private Branch(
      boolean enabled,
      @Nullable Arm<?, R, X> arm,
      @Nullable Body<? extends R, X> otherwise,
      @Nullable TaskCore<?> task,
      boolean abortsLoser) {
    this.enabled = enabled;
    this.arm = arm;
    this.otherwise = otherwise;
    this.task = task;
    this.abortsLoser = abortsLoser;
  }

  /** A source and what is done with its value. */
  private record Arm<T extends @Nullable Object, R extends @Nullable Object, X extends Exception>(
      Selectable<T> source, Fn<? super T, ? extends R, X> handler) {
    Entry<R, X> enter(Branch<R, X> branch, Selection selection) {
      return new ArmEntry<>(branch, this, new SelectWaiter<>(selection));
    }
  }

  /** A branch that takes part in one select. */
  interface Entry<R extends @Nullable Object, X extends Exception> {
    void register();

    void letGo();

    boolean isOf(SelectWaiter<?> winner);

    boolean isOf(Branch<?, ?> branch);

    /** Of the winner. */
    R handle() throws X, InterruptedException;
  }

  private static final class ArmEntry<
          T extends @Nullable Object, R extends @Nullable Object, X extends Exception>
      implements Entry<R, X> {
    private final Branch<R, X> branch;
    private final Arm<T, R, X> arm;
    private final SelectWaiter<T> waiter;
    private @Nullable Registration registration;

    ArmEntry(Branch<R, X> branch, Arm<T, R, X> arm, SelectWaiter<T> waiter) {
      this.branch = branch;
      this.arm = arm;
      this.waiter = waiter;
    }

    @Override
    public void register() {
      registration = arm.source.register(waiter);
    }

    @Override
    public void letGo() {
      try {
        if (registration != null) {
          registration.close();
        }
      } catch (Throwable e) { // a source of somebody else's: the select must go on
        Log.warn("a branch of a select could not be taken out of its source", e);
      }
    }

    @Override
    public boolean isOf(SelectWaiter<?> winner) {
      return waiter == winner;
    }

    @Override
    public boolean isOf(Branch<?, ?> other) {
      return branch == other;
    }

    @Override
    public R handle() throws X, InterruptedException {
      return arm.handler.apply(waiter.value());
    }
  }

  static <T extends @Nullable Object, R extends @Nullable Object, X extends Exception>
      Branch<R, X> of(
          boolean enabled, Selectable<T> source, Fn<? super T, ? extends R, X> handler) {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(handler, "handler");
    return new Branch<>(enabled, new Arm<>(source, handler), null, null, false);
  }

  static <R extends @Nullable Object, X extends Exception> Branch<R, X> otherwise(
      Body<? extends R, X> handler) {
    return new Branch<>(false, null, Objects.requireNonNull(handler, "handler"), null, false);
  }

  Branch<R, X> over(TaskCore<?> core) {
    return new Branch<>(enabled, arm, otherwise, core, abortsLoser);
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
    return new Branch<>(enabled, arm, otherwise, task, true);
  }

  boolean isEnabled() {
    return enabled;
  }

  boolean isOtherwise() {
    return otherwise != null;
  }

  R runOtherwise() throws X, InterruptedException {
    return Objects.requireNonNull(otherwise).call();
  }

  /** Before any effect: a wait that can only end when the calling task ends is refused. */
  void check() {
    if (task != null) {
      task.rejectSelf();
    }
  }

  Entry<R, X> enter(Selection selection) {
    return Objects.requireNonNull(arm).enter(this, selection);
  }

  /** The task to abort if this branch does not win. */
  @Nullable TaskCore<?> loser() {
    return abortsLoser ? task : null;
  }
}
