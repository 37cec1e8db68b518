package dev.musubi;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Waits for several tasks that are running already.
 *
 * {@snippet class="JoinSnippets" region="join"}
 *
 * <ul>
 *   <li>{@code join}: for all, whatever becomes of them, and gives all outcomes.
 *   <li>{@code tryJoin}: for all values; the first failure aborts the rest, and is thrown when they
 *       have really ended.
 *   <li>{@code race}: for the first value; the rest is aborted and really ends.
 * </ul>
 *
 * <p>Results come in the order of the handles. A wait that is interrupted, or whose task is
 * aborted, leaves the tasks and the handles alone: it can be done again. The waits for the end of
 * what has been aborted are closing waits, see {@link OwnedHandle#close()}.
 *
 * <p>All methods may be called from any thread. They throw {@link IllegalStateException}, before
 * anything else, if a handle is detached or a task would wait for itself. Corresponds to {@code
 * tokio::join!} and {@code tokio::try_join!}; unlike there, the tasks run in parallel, and those
 * that are given up are aborted.
 */
public final class Join {
  private Join() {}

  /**
   * A function of two values.
   *
   * @param <A> the type of the first value
   * @param <B> the type of the second value
   * @param <R> the type of the result
   * @param <X> the function's own checked exception
   */
  @FunctionalInterface
  public interface Fn2<
      A extends @Nullable Object,
      B extends @Nullable Object,
      R extends @Nullable Object,
      X extends Exception> {
    /**
     * Applies the function.
     *
     * @param first the first value
     * @param second the second value
     * @return the result
     * @throws X if the work fails
     * @throws InterruptedException if the thread was interrupted
     */
    R apply(A first, B second) throws X, InterruptedException;
  }

  /**
   * A function of three values.
   *
   * @param <A> the type of the first value
   * @param <B> the type of the second value
   * @param <C> the type of the third value
   * @param <R> the type of the result
   * @param <X> the function's own checked exception
   */
  @FunctionalInterface
  public interface Fn3<
      A extends @Nullable Object,
      B extends @Nullable Object,
      C extends @Nullable Object,
      R extends @Nullable Object,
      X extends Exception> {
    /**
     * Applies the function.
     *
     * @param first the first value
     * @param second the second value
     * @param third the third value
     * @return the result
     * @throws X if the work fails
     * @throws InterruptedException if the thread was interrupted
     */
    R apply(A first, B second, C third) throws X, InterruptedException;
  }

  /**
   * A function of four values.
   *
   * @param <A> the type of the first value
   * @param <B> the type of the second value
   * @param <C> the type of the third value
   * @param <D> the type of the fourth value
   * @param <R> the type of the result
   * @param <X> the function's own checked exception
   */
  @FunctionalInterface
  public interface Fn4<
      A extends @Nullable Object,
      B extends @Nullable Object,
      C extends @Nullable Object,
      D extends @Nullable Object,
      R extends @Nullable Object,
      X extends Exception> {
    /**
     * Applies the function.
     *
     * @param first the first value
     * @param second the second value
     * @param third the third value
     * @param fourth the fourth value
     * @return the result
     * @throws X if the work fails
     * @throws InterruptedException if the thread was interrupted
     */
    R apply(A first, B second, C third, D fourth) throws X, InterruptedException;
  }

  /**
   * A function of five values.
   *
   * @param <A> the type of the first value
   * @param <B> the type of the second value
   * @param <C> the type of the third value
   * @param <D> the type of the fourth value
   * @param <E> the type of the fifth value
   * @param <R> the type of the result
   * @param <X> the function's own checked exception
   */
  @FunctionalInterface
  public interface Fn5<
      A extends @Nullable Object,
      B extends @Nullable Object,
      C extends @Nullable Object,
      D extends @Nullable Object,
      E extends @Nullable Object,
      R extends @Nullable Object,
      X extends Exception> {
    /**
     * Applies the function.
     *
     * @param first the first value
     * @param second the second value
     * @param third the third value
     * @param fourth the fourth value
     * @param fifth the fifth value
     * @return the result
     * @throws X if the work fails
     * @throws InterruptedException if the thread was interrupted
     */
    R apply(A first, B second, C third, D fourth, E fifth) throws X, InterruptedException;
  }

  /**
   * Waits for two tasks and combines their outcomes. Never throws for a failure of theirs.
   *
   * @param <A> the type of the first value
   * @param <B> the type of the second value
   * @param <R> the type of the result
   * @param <X> the function's own checked exception
   * @param first the first task
   * @param second the second task
   * @param combine what to do with the outcomes, on the calling thread
   * @return the function's result
   * @throws X if the function throws it
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted
   */
  public static <
          A extends @Nullable Object,
          B extends @Nullable Object,
          R extends @Nullable Object,
          X extends Exception>
      R join(
          JoinHandle<A> first,
          JoinHandle<B> second,
          Fn2<? super Outcome<A>, ? super Outcome<B>, ? extends R, X> combine)
          throws X, InterruptedException {
    Objects.requireNonNull(combine, "combine");
    awaitAll(List.of(first, second));
    return combine.apply(first.outcome(), second.outcome());
  }

  /**
   * Waits for three tasks and combines their outcomes. Never throws for a failure of theirs.
   *
   * @param <A> the type of the first value
   * @param <B> the type of the second value
   * @param <C> the type of the third value
   * @param <R> the type of the result
   * @param <X> the function's own checked exception
   * @param first the first task
   * @param second the second task
   * @param third the third task
   * @param combine what to do with the outcomes, on the calling thread
   * @return the function's result
   * @throws X if the function throws it
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted
   */
  public static <
          A extends @Nullable Object,
          B extends @Nullable Object,
          C extends @Nullable Object,
          R extends @Nullable Object,
          X extends Exception>
      R join(
          JoinHandle<A> first,
          JoinHandle<B> second,
          JoinHandle<C> third,
          Fn3<? super Outcome<A>, ? super Outcome<B>, ? super Outcome<C>, ? extends R, X> combine)
          throws X, InterruptedException {
    Objects.requireNonNull(combine, "combine");
    awaitAll(List.of(first, second, third));
    return combine.apply(first.outcome(), second.outcome(), third.outcome());
  }

  /**
   * Waits for four tasks and combines their outcomes. Never throws for a failure of theirs.
   *
   * @param <A> the type of the first value
   * @param <B> the type of the second value
   * @param <C> the type of the third value
   * @param <D> the type of the fourth value
   * @param <R> the type of the result
   * @param <X> the function's own checked exception
   * @param first the first task
   * @param second the second task
   * @param third the third task
   * @param fourth the fourth task
   * @param combine what to do with the outcomes, on the calling thread
   * @return the function's result
   * @throws X if the function throws it
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted
   */
  public static <
          A extends @Nullable Object,
          B extends @Nullable Object,
          C extends @Nullable Object,
          D extends @Nullable Object,
          R extends @Nullable Object,
          X extends Exception>
      R join(
          JoinHandle<A> first,
          JoinHandle<B> second,
          JoinHandle<C> third,
          JoinHandle<D> fourth,
          Fn4<
                  ? super Outcome<A>,
                  ? super Outcome<B>,
                  ? super Outcome<C>,
                  ? super Outcome<D>,
                  ? extends R,
                  X>
              combine)
          throws X, InterruptedException {
    Objects.requireNonNull(combine, "combine");
    awaitAll(List.of(first, second, third, fourth));
    return combine.apply(first.outcome(), second.outcome(), third.outcome(), fourth.outcome());
  }

  /**
   * Waits for five tasks and combines their outcomes. Never throws for a failure of theirs.
   *
   * @param <A> the type of the first value
   * @param <B> the type of the second value
   * @param <C> the type of the third value
   * @param <D> the type of the fourth value
   * @param <E> the type of the fifth value
   * @param <R> the type of the result
   * @param <X> the function's own checked exception
   * @param first the first task
   * @param second the second task
   * @param third the third task
   * @param fourth the fourth task
   * @param fifth the fifth task
   * @param combine what to do with the outcomes, on the calling thread
   * @return the function's result
   * @throws X if the function throws it
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted
   */
  public static <
          A extends @Nullable Object,
          B extends @Nullable Object,
          C extends @Nullable Object,
          D extends @Nullable Object,
          E extends @Nullable Object,
          R extends @Nullable Object,
          X extends Exception>
      R join(
          JoinHandle<A> first,
          JoinHandle<B> second,
          JoinHandle<C> third,
          JoinHandle<D> fourth,
          JoinHandle<E> fifth,
          Fn5<
                  ? super Outcome<A>,
                  ? super Outcome<B>,
                  ? super Outcome<C>,
                  ? super Outcome<D>,
                  ? super Outcome<E>,
                  ? extends R,
                  X>
              combine)
          throws X, InterruptedException {
    Objects.requireNonNull(combine, "combine");
    awaitAll(List.of(first, second, third, fourth, fifth));
    return combine.apply(
        first.outcome(), second.outcome(), third.outcome(), fourth.outcome(), fifth.outcome());
  }

  /**
   * Waits for the values of two tasks and combines them. At the first failure it aborts the rest
   * (with {@link AbortReason.Kind#SIBLING_FAILED}), waits for their real end, and throws it; other
   * failures are suppressed in it.
   *
   * @param <A> the type of the first value
   * @param <B> the type of the second value
   * @param <R> the type of the result
   * @param <X> the function's own checked exception
   * @param first the first task
   * @param second the second task
   * @param combine what to do with the values, on the calling thread
   * @return the function's result
   * @throws X if the function throws it
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted
   * @throws JoinException if a task failed
   */
  public static <
          A extends @Nullable Object,
          B extends @Nullable Object,
          R extends @Nullable Object,
          X extends Exception>
      R tryJoin(
          JoinHandle<A> first,
          JoinHandle<B> second,
          Fn2<? super A, ? super B, ? extends R, X> combine)
          throws X, InterruptedException {
    Objects.requireNonNull(combine, "combine");
    awaitSuccess(List.of(first, second));
    return combine.apply(first.resultNow(), second.resultNow());
  }

  /**
   * Waits for the values of three tasks and combines them. At the first failure it aborts the rest
   * (with {@link AbortReason.Kind#SIBLING_FAILED}), waits for their real end, and throws it; other
   * failures are suppressed in it.
   *
   * @param <A> the type of the first value
   * @param <B> the type of the second value
   * @param <C> the type of the third value
   * @param <R> the type of the result
   * @param <X> the function's own checked exception
   * @param first the first task
   * @param second the second task
   * @param third the third task
   * @param combine what to do with the values, on the calling thread
   * @return the function's result
   * @throws X if the function throws it
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted
   * @throws JoinException if a task failed
   */
  public static <
          A extends @Nullable Object,
          B extends @Nullable Object,
          C extends @Nullable Object,
          R extends @Nullable Object,
          X extends Exception>
      R tryJoin(
          JoinHandle<A> first,
          JoinHandle<B> second,
          JoinHandle<C> third,
          Fn3<? super A, ? super B, ? super C, ? extends R, X> combine)
          throws X, InterruptedException {
    Objects.requireNonNull(combine, "combine");
    awaitSuccess(List.of(first, second, third));
    return combine.apply(first.resultNow(), second.resultNow(), third.resultNow());
  }

  /**
   * Waits for the values of four tasks and combines them. At the first failure it aborts the rest
   * (with {@link AbortReason.Kind#SIBLING_FAILED}), waits for their real end, and throws it; other
   * failures are suppressed in it.
   *
   * @param <A> the type of the first value
   * @param <B> the type of the second value
   * @param <C> the type of the third value
   * @param <D> the type of the fourth value
   * @param <R> the type of the result
   * @param <X> the function's own checked exception
   * @param first the first task
   * @param second the second task
   * @param third the third task
   * @param fourth the fourth task
   * @param combine what to do with the values, on the calling thread
   * @return the function's result
   * @throws X if the function throws it
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted
   * @throws JoinException if a task failed
   */
  public static <
          A extends @Nullable Object,
          B extends @Nullable Object,
          C extends @Nullable Object,
          D extends @Nullable Object,
          R extends @Nullable Object,
          X extends Exception>
      R tryJoin(
          JoinHandle<A> first,
          JoinHandle<B> second,
          JoinHandle<C> third,
          JoinHandle<D> fourth,
          Fn4<? super A, ? super B, ? super C, ? super D, ? extends R, X> combine)
          throws X, InterruptedException {
    Objects.requireNonNull(combine, "combine");
    awaitSuccess(List.of(first, second, third, fourth));
    return combine.apply(
        first.resultNow(), second.resultNow(), third.resultNow(), fourth.resultNow());
  }

  /**
   * Waits for the values of five tasks and combines them. At the first failure it aborts the rest
   * (with {@link AbortReason.Kind#SIBLING_FAILED}), waits for their real end, and throws it; other
   * failures are suppressed in it.
   *
   * @param <A> the type of the first value
   * @param <B> the type of the second value
   * @param <C> the type of the third value
   * @param <D> the type of the fourth value
   * @param <E> the type of the fifth value
   * @param <R> the type of the result
   * @param <X> the function's own checked exception
   * @param first the first task
   * @param second the second task
   * @param third the third task
   * @param fourth the fourth task
   * @param fifth the fifth task
   * @param combine what to do with the values, on the calling thread
   * @return the function's result
   * @throws X if the function throws it
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted
   * @throws JoinException if a task failed
   */
  public static <
          A extends @Nullable Object,
          B extends @Nullable Object,
          C extends @Nullable Object,
          D extends @Nullable Object,
          E extends @Nullable Object,
          R extends @Nullable Object,
          X extends Exception>
      R tryJoin(
          JoinHandle<A> first,
          JoinHandle<B> second,
          JoinHandle<C> third,
          JoinHandle<D> fourth,
          JoinHandle<E> fifth,
          Fn5<? super A, ? super B, ? super C, ? super D, ? super E, ? extends R, X> combine)
          throws X, InterruptedException {
    Objects.requireNonNull(combine, "combine");
    awaitSuccess(List.of(first, second, third, fourth, fifth));
    return combine.apply(
        first.resultNow(),
        second.resultNow(),
        third.resultNow(),
        fourth.resultNow(),
        fifth.resultNow());
  }

  /**
   * Waits for all of the tasks. Never throws for a failure of theirs.
   *
   * @param <T> the type of the values
   * @param handles the tasks; may be empty
   * @return their outcomes, in the same order
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted
   */
  public static <T extends @Nullable Object> List<Outcome<T>> join(
      Collection<? extends JoinHandle<T>> handles) throws InterruptedException {
    List<JoinHandle<T>> all = List.copyOf(handles);
    awaitAll(all);
    List<Outcome<T>> outcomes = new ArrayList<>(all.size());
    for (JoinHandle<T> handle : all) {
      outcomes.add(handle.outcome());
    }
    return Collections.unmodifiableList(outcomes);
  }

  /**
   * Waits for the values of all of the tasks. At the first failure it aborts the rest (with {@link
   * AbortReason.Kind#SIBLING_FAILED}), waits for their real end, and throws it; other failures are
   * suppressed in it.
   *
   * @param <T> the type of the values
   * @param handles the tasks; may be empty
   * @return their values, in the same order
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted
   * @throws JoinException if a task failed
   */
  public static <T extends @Nullable Object> List<T> tryJoin(
      Collection<? extends JoinHandle<T>> handles) throws InterruptedException {
    List<JoinHandle<T>> all = List.copyOf(handles);
    awaitSuccess(all);
    List<T> values = new ArrayList<>(all.size());
    for (JoinHandle<T> handle : all) {
      values.add(handle.resultNow());
    }
    return Collections.unmodifiableList(values);
  }

  /**
   * Waits for the first of the tasks that succeeds, aborts the rest (with {@link
   * AbortReason.Kind#LOST}) and waits for their real end. A task that fails is out of the race; if
   * all do, the failure of the first in the list is thrown, with the others suppressed in it. When
   * one wins, failures of the others have not been looked at: their handles still tell them.
   *
   * @param <T> the type of the values
   * @param handles the tasks, at least one
   * @return the value of the first that succeeded
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted
   * @throws JoinException if all tasks failed
   * @throws IllegalArgumentException if there is no task
   */
  public static <T extends @Nullable Object> T race(Collection<? extends JoinHandle<T>> handles)
      throws InterruptedException {
    List<JoinHandle<T>> all = List.copyOf(handles);
    if (all.isEmpty()) {
      throw new IllegalArgumentException("a race needs at least one task");
    }
    List<TaskCore<?>> cores = cores(all);
    try {
      TaskCore<?> winner = Gathering.first(cores, true);
      if (winner == null) {
        throwFailures(cores.getFirst(), cores);
      }
      end(cores, AbortReason.Kind.LOST);
      return all.get(cores.indexOf(winner)).resultNow();
    } finally {
      Reference.reachabilityFence(all);
    }
  }

  private static void awaitAll(List<? extends JoinHandle<?>> handles) throws InterruptedException {
    try {
      for (TaskCore<?> core : cores(handles)) {
        core.await();
      }
    } finally {
      Reference.reachabilityFence(handles); // or a failure could be taken for one nobody joins
    }
  }

  private static void awaitSuccess(List<? extends JoinHandle<?>> handles)
      throws InterruptedException {
    List<TaskCore<?>> cores = cores(handles);
    try {
      TaskCore<?> failed = Gathering.first(cores, false);
      if (failed != null) {
        end(cores, AbortReason.Kind.SIBLING_FAILED);
        throwFailures(failed, cores);
      }
    } finally {
      Reference.reachabilityFence(handles);
    }
  }

  private static List<TaskCore<?>> cores(List<? extends JoinHandle<?>> handles) {
    List<TaskCore<?>> cores = new ArrayList<>(handles.size());
    for (JoinHandle<?> handle : handles) {
      TaskCore<?> core = ((TaskHandle<?>) handle).attached();
      core.rejectSelf();
      cores.add(core);
    }
    return cores;
  }

  private static void end(List<TaskCore<?>> cores, AbortReason.Kind why) {
    cores.forEach(core -> core.abort(AbortReason.of(why)));
    cores.forEach(TaskCore::awaitClosing);
  }

  private static void throwFailures(TaskCore<?> first, List<TaskCore<?>> cores) {
    Failures failures = new Failures();
    failures.add(first.joinException());
    for (TaskCore<?> core : cores) {
      if (core != first && !core.isSuccess()) {
        failures.add(core.joinException());
      }
    }
    failures.throwIfAny();
  }
}
