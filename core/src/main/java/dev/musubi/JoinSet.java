package dev.musubi;

import dev.musubi.Members.Member;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A set of tasks that owns them: their results come out in the order in which they finish, and
 * closing the set aborts what is left and waits for its real end.
 *
 * {@snippet class="JoinSetSnippets" region="drain"}
 *
 * <p>A task is in the set until it has been taken out, by {@link #next} and its kin, or let go by
 * {@link #detachAll}. Each comes out once. A result that nobody takes stays in memory, so take them
 * out while the set grows; for tasks whose results nobody wants there is detaching.
 *
 * <p>Thread-safe: some threads may fill the set while others drain it, which Tokio's does not
 * allow. Corresponds to {@code tokio::task::JoinSet}, whose drop aborts and does not wait.
 *
 * @param <T> the type of the values
 */
public final class JoinSet<T extends @Nullable Object> implements AutoCloseable {
  private final Members<Object, T> members;

  /** An empty set without a bound. */
  public JoinSet() {
    this(new Members<>(false, Integer.MAX_VALUE, QueueFull.REJECT));
  }

  private JoinSet(Members<Object, T> members) {
    this.members = members;
  }

  /**
   * An empty set in which only so many tasks run at a time. Those that have finished and have not
   * been taken out do not count.
   *
   * @param <T> the type of the values
   * @param most how many, at least 1
   * @param whenFull what a spawn does when so many run: wait until one has finished, or reject
   * @return a new set
   * @throws IllegalArgumentException if the number is less than 1
   */
  public static <T extends @Nullable Object> JoinSet<T> bounded(int most, QueueFull whenFull) {
    return new JoinSet<>(new Members<>(false, most, whenFull));
  }

  // ---------------------------------------------------------------- in

  /**
   * Spawns a task into this set, on a virtual thread of the current runtime; see {@link
   * Task#spawn(Callable)}.
   *
   * @param body the work
   * @return a handle that can abort the task; it stays in this set all the same
   * @throws IllegalStateException if this set is closed
   * @throws RejectedExecutionException if this set is bounded and full, and rejects; or if the
   *     calling thread was interrupted, or its task aborted, while it waited for room
   */
  public AbortHandle spawn(Callable<? extends T> body) {
    return spawn(Task.builder(), body);
  }

  /**
   * As {@link #spawn(Callable)}, with the settings of a builder: a name, a runtime, a token.
   *
   * @param builder describes the task
   * @param body the work
   * @return a handle that can abort the task
   * @throws IllegalStateException if this set is closed
   * @throws RejectedExecutionException as {@link #spawn(Callable)}
   */
  public AbortHandle spawn(TaskBuilder builder, Callable<? extends T> body) {
    return members.add(builder, body, false, null);
  }

  /**
   * Spawns a task into this set, on the current runtime's pool of platform threads; see {@link
   * Task#spawnBlocking(Callable)}.
   *
   * @param body the work
   * @return a handle that can abort the task
   * @throws IllegalStateException if this set is closed
   * @throws RejectedExecutionException as {@link #spawn(Callable)}, and if the pool's queue is
   *     bounded and full, as {@link QueueFull} says
   */
  public AbortHandle spawnBlocking(Callable<? extends T> body) {
    return spawnBlocking(Task.builder(), body);
  }

  /**
   * As {@link #spawnBlocking(Callable)}, with the settings of a builder.
   *
   * @param builder describes the task
   * @param body the work
   * @return a handle that can abort the task
   * @throws IllegalStateException if this set is closed
   * @throws RejectedExecutionException as {@link #spawnBlocking(Callable)}
   */
  public AbortHandle spawnBlocking(TaskBuilder builder, Callable<? extends T> body) {
    return members.add(builder, body, true, null);
  }

  // ---------------------------------------------------------------- out

  /**
   * Waits for the next task that has finished and takes it out.
   *
   * @return the task, and how it ended; null if none is left in this set
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted; then nothing has been taken
   */
  public @Nullable Finished<T> next() throws InterruptedException {
    return members.next().map(Member::told).orElse(null);
  }

  /**
   * As {@link #next()}, waiting at most for a time.
   *
   * @param limit how long to wait at most; zero does not wait
   * @return the task, and how it ended; null if none is left in this set
   * @throws InterruptedException as {@link #next()}
   * @throws TimeoutException if none has finished in that time; nothing has been taken
   * @throws IllegalArgumentException if the limit is negative
   */
  public @Nullable Finished<T> next(Duration limit) throws InterruptedException, TimeoutException {
    return members.next(limit).map(Member::told).orElse(null);
  }

  /**
   * Takes out the next task that has finished, if there is one. Never waits.
   *
   * @return the task, and how it ended; empty if none has finished, or none is left
   */
  public Optional<Finished<T>> tryNext() {
    return members.poll().map(Member::told);
  }

  /**
   * A branch of a {@link Select} that wins when the next task has finished, and takes it out. When
   * no task is left in this set, the branch is disabled.
   *
   * @param <R> the type of the handler's result
   * @param <X> the handler's own checked exception
   * @param handler what to do with it
   * @return a new branch
   */
  public <R extends @Nullable Object, X extends Exception> Branch<R, X> onNext(
      Fn<? super Finished<T>, ? extends R, X> handler) {
    return onNext(true, handler);
  }

  /**
   * As {@link #onNext(Fn)}, with a guard.
   *
   * @param <R> the type of the handler's result
   * @param <X> the handler's own checked exception
   * @param guard false disables the branch
   * @param handler what to do with it
   * @return a new branch
   */
  public <R extends @Nullable Object, X extends Exception> Branch<R, X> onNext(
      boolean guard, Fn<? super Finished<T>, ? extends R, X> handler) {
    Objects.requireNonNull(handler, "handler");
    return members.onNext(guard, member -> handler.apply(member.told()));
  }

  /**
   * Waits for all tasks and takes them out. At the first failure it aborts the rest (with {@link
   * AbortReason.Kind#SIBLING_FAILED}), waits for their real end, and throws it, with other failures
   * suppressed.
   *
   * @return the values, in the order in which the tasks finished
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted; then nothing has been taken
   * @throws JoinException if a task failed; then this set is empty
   * @throws IllegalStateException if a task of this set calls it
   */
  public List<T> joinAll() throws InterruptedException {
    return join(JoinPolicy.failFast());
  }

  /**
   * Takes tasks out until a policy has enough, aborts the rest and waits for its real end.
   *
   * @param <R> the type of the result
   * @param policy what to wait for, and what to make of it
   * @return the policy's result
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted; then nothing has been taken
   * @throws JoinException if the policy throws it
   * @throws IllegalStateException if a task of this set calls it
   */
  public <R extends @Nullable Object> R join(JoinPolicy<T, R> policy) throws InterruptedException {
    return members.join(policy);
  }

  // ---------------------------------------------------------------- all of them

  /** Asks all tasks to stop. Takes none out: they come as cancelled, or as they ended before. */
  public void abortAll() {
    members.abortAll(AbortReason.of(AbortReason.Kind.USER));
  }

  /**
   * Lets all tasks go: this set is empty then, and they run on. A failure of theirs is reported as
   * that of any detached task.
   */
  public void detachAll() {
    members.detachAll();
  }

  /**
   * Aborts all tasks, waits for their real end, and drops their outcomes. This set is empty then,
   * and can be used again.
   *
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted; the aborts stay requested
   */
  public void shutdown() throws InterruptedException {
    members.shutdown();
  }

  /** Aborts the rest, waits for its real end, and shows it to the policy. */
  void end(AbortReason.Kind why, JoinPolicy<T, ?> policy) {
    members.end(why, policy);
  }

  /**
   * How many tasks are in this set: finished ones count until they are taken out.
   *
   * @return the number
   */
  public int size() {
    return members.size();
  }

  /**
   * Whether no task is in this set.
   *
   * @return true if {@link #size()} is zero
   */
  public boolean isEmpty() {
    return size() == 0;
  }

  /**
   * Aborts all tasks and waits for their real end: no task outlives its set. Failures that nobody
   * has taken out go to the {@link FailureHook}. This is a closing wait, see {@link
   * OwnedHandle#close()}. Closing again does nothing.
   *
   * @throws IllegalStateException if a task of this set calls it; then nothing has happened
   */
  @Override
  public void close() {
    members.close();
  }

  /** For example {@code JoinSet[3 tasks]}. */
  @Override
  public String toString() {
    return "JoinSet[" + size() + " tasks]";
  }
}
