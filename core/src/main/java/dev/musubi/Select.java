package dev.musubi;

import dev.musubi.internal.Pollable;
import dev.musubi.internal.RealTimers;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the first of several things: tasks, timers, tokens, channels, and whatever implements
 * {@link Selectable}.
 *
 * {@snippet class="SelectSnippets" region="select"}
 *
 * <h2>What it does</h2>
 *
 * Exactly one branch wins. The others are let go, with all that they had registered anywhere, and
 * then the winner's handler runs, on the calling thread; the select returns its result and throws
 * what it throws. A branch that loses has lost nothing: its task, channel or timer can be waited
 * for again, and no value has been taken from it. The same holds when the select ends by an abort
 * or an interrupt. One that comes when a branch has already won does not take the win back: the
 * handler runs, and the next wait throws.
 *
 * <p>When several branches are ready at the call, {@link #select} chooses fairly: it looks at them
 * in order from a random one on. {@link #selectBiased} prefers the first; among branches that
 * become ready while it waits, the first to do so wins in both.
 *
 * <p>A guard, where a branch takes one, disables it from the start. If no branch is enabled, or all
 * have been {@linkplain SelectWaiter#disable() disabled} meanwhile, the {@link #otherwise} branch
 * runs, and without one the select throws {@link IllegalStateException}. To look without waiting,
 * give {@code selectBiased} a last branch {@code after(Duration.ZERO, ...)}.
 *
 * <p>A handler cannot {@code break} out of a loop around the select: return a value and look at it
 * there. In a class that has a method of the same name, use the qualified form {@code
 * Select.select}.
 *
 * <p>All methods may be called from any thread. Corresponds to {@code tokio::select!}.
 */
public final class Select {
  private Select() {}

  /**
   * Waits for the first of the branches, and runs its handler. Of several that are ready, chooses
   * fairly.
   *
   * @param <R> the type of the result
   * @param <X> the handlers' own checked exception
   * @param branches the branches, at most one {@link #otherwise} among them
   * @return the result of the one handler that ran
   * @throws X if the handler throws it
   * @throws InterruptedException if the thread is interrupted or ({@link TaskAbortedException}) its
   *     task aborted while no branch has won, or if the handler throws it
   * @throws IllegalStateException if no branch is enabled and there is no {@link #otherwise}, or a
   *     branch waits for the calling task itself
   */
  @SafeVarargs
  @SuppressWarnings("varargs") // the array is only read
  public static <R extends @Nullable Object, X extends Exception> R select(
      Branch<? extends R, ? extends X>... branches) throws X, InterruptedException {
    return run(branches, false);
  }

  /**
   * As {@link #select}, except that of several branches that are ready at the call the first wins.
   * That a branch in front may starve those behind it is then the caller's concern.
   *
   * @param <R> the type of the result
   * @param <X> the handlers' own checked exception
   * @param branches the branches, at most one {@link #otherwise} among them
   * @return the result of the one handler that ran
   * @throws X if the handler throws it
   * @throws InterruptedException as in {@link #select}
   * @throws IllegalStateException as in {@link #select}
   */
  @SafeVarargs
  @SuppressWarnings("varargs") // the array is only read
  public static <R extends @Nullable Object, X extends Exception> R selectBiased(
      Branch<? extends R, ? extends X>... branches) throws X, InterruptedException {
    return run(branches, true);
  }

  // ---------------------------------------------------------------- branches

  /**
   * A branch that is ready when a time has passed, counted from this call: made before a loop, it
   * limits the whole loop. Follows the clock of the current runtime; is never early.
   *
   * @param <R> the type of the result
   * @param <X> the handler's own checked exception
   * @param duration how long; zero is ready at once
   * @param handler what to do then
   * @return a new branch
   * @throws IllegalArgumentException if the duration is negative
   */
  public static <R extends @Nullable Object, X extends Exception> Branch<R, X> after(
      Duration duration, Body<? extends R, X> handler) {
    return after(true, duration, handler);
  }

  /**
   * As {@link #after(Duration, Body)}, with a guard.
   *
   * @param <R> the type of the result
   * @param <X> the handler's own checked exception
   * @param guard false disables the branch
   * @param duration how long
   * @param handler what to do then
   * @return a new branch
   * @throws IllegalArgumentException if the duration is negative
   */
  public static <R extends @Nullable Object, X extends Exception> Branch<R, X> after(
      boolean guard, Duration duration, Body<? extends R, X> handler) {
    return at(guard, Deadline.after(duration), handler);
  }

  /**
   * A branch that is ready when a deadline has come.
   *
   * @param <R> the type of the result
   * @param <X> the handler's own checked exception
   * @param deadline when
   * @param handler what to do then
   * @return a new branch
   */
  public static <R extends @Nullable Object, X extends Exception> Branch<R, X> at(
      Deadline deadline, Body<? extends R, X> handler) {
    return at(true, deadline, handler);
  }

  /**
   * As {@link #at(Deadline, Body)}, with a guard.
   *
   * @param <R> the type of the result
   * @param <X> the handler's own checked exception
   * @param guard false disables the branch
   * @param deadline when
   * @param handler what to do then
   * @return a new branch
   */
  public static <R extends @Nullable Object, X extends Exception> Branch<R, X> at(
      boolean guard, Deadline deadline, Body<? extends R, X> handler) {
    Objects.requireNonNull(deadline, "deadline");
    Objects.requireNonNull(handler, "handler");
    return Branch.<Deadline, R, X>of(guard, new Due(() -> deadline), _ -> handler.call());
  }

  /**
   * A branch over anything that implements {@link Selectable}.
   *
   * @param <T> the type of its values
   * @param <R> the type of the result
   * @param <X> the handler's own checked exception
   * @param source the source
   * @param handler what to do with the value
   * @return a new branch
   */
  public static <T extends @Nullable Object, R extends @Nullable Object, X extends Exception>
      Branch<R, X> on(Selectable<T> source, Fn<? super T, ? extends R, X> handler) {
    return Branch.of(true, source, handler);
  }

  /**
   * As {@link #on(Selectable, Fn)}, with a guard.
   *
   * @param <T> the type of its values
   * @param <R> the type of the result
   * @param <X> the handler's own checked exception
   * @param guard false disables the branch
   * @param source the source
   * @param handler what to do with the value
   * @return a new branch
   */
  public static <T extends @Nullable Object, R extends @Nullable Object, X extends Exception>
      Branch<R, X> on(boolean guard, Selectable<T> source, Fn<? super T, ? extends R, X> handler) {
    return Branch.of(guard, source, handler);
  }

  /**
   * A branch over a {@link CompletionStage}, such as a {@code CompletableFuture}. If the stage
   * fails, the branch wins too, and the select throws what {@link
   * java.util.concurrent.CompletableFuture#join()} would: {@link CompletionException} or {@link
   * CancellationException}. Losing does not cancel the stage.
   *
   * <p>The branch adds itself to the stage once, at its first select, since a stage cannot take a
   * dependent out again. So in a loop make the branch before the loop.
   *
   * <p>A plain {@code Future} tells nobody when it is done: wait for it in a task, {@code
   * Task.spawn(() -> future.get())}, and select over that.
   *
   * @param <T> the type of the stage's value
   * @param <R> the type of the result
   * @param <X> the handler's own checked exception
   * @param stage the stage
   * @param handler what to do with its value
   * @return a new branch
   */
  public static <T extends @Nullable Object, R extends @Nullable Object, X extends Exception>
      Branch<R, X> on(CompletionStage<T> stage, Fn<? super T, ? extends R, X> handler) {
    return on(true, stage, handler);
  }

  /**
   * As {@link #on(CompletionStage, Fn)}, with a guard.
   *
   * @param <T> the type of the stage's value
   * @param <R> the type of the result
   * @param <X> the handler's own checked exception
   * @param guard false disables the branch
   * @param stage the stage
   * @param handler what to do with its value
   * @return a new branch
   */
  public static <T extends @Nullable Object, R extends @Nullable Object, X extends Exception>
      Branch<R, X> on(
          boolean guard, CompletionStage<T> stage, Fn<? super T, ? extends R, X> handler) {
    Objects.requireNonNull(stage, "stage");
    Objects.requireNonNull(handler, "handler");
    return Branch.of(guard, new StageSource<>(stage), end -> handler.apply(end.get()));
  }

  /**
   * The branch that runs when no other is enabled. It is not a default for when nothing is ready.
   *
   * <p>Corresponds to {@code else} in {@code tokio::select!}.
   *
   * @param <R> the type of the result
   * @param <X> the handler's own checked exception
   * @param handler what to do then
   * @return a new branch
   */
  public static <R extends @Nullable Object, X extends Exception> Branch<R, X> otherwise(
      Body<? extends R, X> handler) {
    return Branch.otherwise(handler);
  }

  // ---------------------------------------------------------------- one run

  private static <R extends @Nullable Object, X extends Exception> R run(
      Branch<? extends R, ? extends X>[] branches, boolean biased) throws X, InterruptedException {
    int enabled = 0;
    boolean limited = false;
    Branch<? extends R, ? extends X> otherwise = null;
    for (Branch<? extends R, ? extends X> branch : branches) {
      if (branch.isEnabled()) {
        branch.check();
        enabled++;
        limited |= branch.isDeadline();
      } else if (branch.isOtherwise()) {
        if (otherwise != null) {
          throw new IllegalArgumentException("a select takes only one otherwise branch");
        }
        otherwise = branch;
      }
    }
    if (enabled > 0) {
      Won won = null;
      boolean atTheEnd = Pacer.beginWait(limited);
      try {
        won = first(branches, enabled, biased, limited);
      } finally {
        endLosers(branches, won);
        Pacer.endWait(atTheEnd);
        Reference.reachabilityFence(branches); // a handle in it must not seem let go meanwhile
      }
      if (won != null) {
        return branches[won.branch].handle(won.value);
      }
    } else {
      TaskCore.checkWait(TaskCore.current());
    }
    if (otherwise == null) {
      throw new IllegalStateException("no branch of the select is enabled, and none is otherwise");
    }
    return otherwise.handle(otherwise); // it looks at no value
  }

  /** Which branch has won, and the value for its handler. */
  private record Won(int branch, @Nullable Object value) {}

  /** The winner; null if all were disabled. */
  private static @Nullable Won first(
      Branch<?, ?>[] branches, int enabled, boolean biased, boolean limited)
      throws InterruptedException {
    TaskCore<?> me = TaskCore.current();
    TaskCore.checkInterrupt(me);
    int start = biased ? 0 : enabledAt(branches, TaskRuntime.current().random(enabled));
    long now = limited ? RealTimers.INSTANCE.now() : 0;
    Won ready = ready(branches, start, now);
    return ready != null ? ready : await(branches, start, now, new Selection(enabled), me);
  }

  /** Looks in order, for as long as the sources can tell without being registered with. */
  @SuppressWarnings("ReferenceEquality") // a mark
  private static @Nullable Won ready(Branch<?, ?>[] branches, int start, long now) {
    int n = branches.length;
    for (int i = 0; i < n; i++) {
      int at = start + i < n ? start + i : start + i - n;
      if (branches[at].isEnabled()) {
        if (!(branches[at].source() instanceof Pollable source)) {
          return null;
        }
        Object value = source.poll(now);
        if (value != Pollable.NOTHING) {
          return new Won(at, value);
        }
      }
    }
    return null;
  }

  /** Registers a waiter for each enabled branch, waits, and takes all of them back. */
  private static @Nullable Won await(
      Branch<?, ?>[] branches, int start, long now, Selection selection, @Nullable TaskCore<?> me)
      throws InterruptedException {
    int n = branches.length;
    @SuppressWarnings({"unchecked", "rawtypes"})
    @Nullable SelectWaiter<Object>[] waiters = new SelectWaiter[n];
    boolean forTask = false;
    boolean stale = false; // the look at the clock
    SelectWaiter<?> winner;
    try {
      for (int i = 0; i < n && !selection.isDecided(); i++) {
        int at = (start + i) % n;
        if (branches[at].isEnabled()) {
          SelectWaiter<Object> waiter = new SelectWaiter<>(selection);
          waiters[at] = waiter;
          if (stale) {
            branches[at].register(waiter);
          } else {
            branches[at].register(waiter, now);
            stale = !(branches[at].source() instanceof Pollable); // a foreign one may take its time
          }
          forTask |= branches[at].isTask();
        }
      }
      winner = selection.await(me, forTask);
    } catch (Throwable e) {
      winner = selection.giveUp();
      if (winner == null) {
        throw e;
      }
      Log.warn("a source of a select failed when another branch had won", e);
    } finally {
      for (SelectWaiter<Object> waiter : waiters) {
        if (waiter != null) {
          waiter.letGo();
        }
      }
    }
    for (int at = 0; at < n && winner != null; at++) {
      if (waiters[at] == winner) {
        return new Won(at, winner.value());
      }
    }
    return null;
  }

  /** Where the n-th enabled branch is: disabled ones must not give their neighbour their share. */
  private static int enabledAt(Branch<?, ?>[] branches, int n) {
    int at = 0;
    for (int left = n; !branches[at].isEnabled() || left-- > 0; ) {
      at++;
    }
    return at;
  }

  /** Aborts the tasks that are not to outlive the select, and waits for their real end. */
  private static void endLosers(Branch<?, ?>[] branches, @Nullable Won won) {
    int winner = won == null ? -1 : won.branch;
    List<TaskCore<?>> losers = List.of();
    for (int at = 0; at < branches.length; at++) {
      TaskCore<?> loser = branches[at].isEnabled() && at != winner ? branches[at].loser() : null;
      if (loser != null) {
        loser.abort(AbortReason.of(AbortReason.Kind.LOST));
        losers = losers.isEmpty() ? new ArrayList<>() : losers;
        losers.add(loser);
      }
    }
    losers.forEach(TaskCore::awaitClosing);
  }
}
