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
 * A queue of tasks that owns them: their results come out in the order in which they were spawned,
 * and closing the queue aborts what is left and waits for its real end.
 *
 * {@snippet class="JoinSetSnippets" region="queue"}
 *
 * <p>A task is in the queue until it has been taken out, by {@link #next} and its kin, or let go by
 * {@link #detachAll}. Each comes out once, after all that were spawned before it; one that was
 * aborted keeps its place. A task that has finished and waits for its turn stays in memory.
 *
 * <p>Thread-safe: some threads may fill the queue while others drain it. Corresponds to {@code
 * tokio_util::task::JoinQueue}, whose drop aborts and does not wait.
 *
 * @param <T> the type of the values
 */
public final class JoinQueue<T extends @Nullable Object> implements AutoCloseable {
  private final Members<Object, T> members;

  /** An empty queue without a bound. */
  public JoinQueue() {
    this(new Members<>(true, Integer.MAX_VALUE, QueueFull.REJECT));
  }

  private JoinQueue(Members<Object, T> members) {
    this.members = members;
  }

  /**
   * An empty queue in which only so many tasks run at a time. Those that have finished and have not
   * been taken out do not count.
   *
   * @param <T> the type of the values
   * @param most how many, at least 1
   * @param whenFull what a spawn does when so many run: wait until one has finished, or reject
   * @return a new queue
   * @throws IllegalArgumentException if the number is less than 1
   */
  public static <T extends @Nullable Object> JoinQueue<T> bounded(int most, QueueFull whenFull) {
    return new JoinQueue<>(new Members<>(true, most, whenFull));
  }

  // ---------------------------------------------------------------- in

  /**
   * Spawns a task into this queue, on a virtual thread of the current runtime; see {@link
   * Task#spawn(Callable)}.
   *
   * @param body the work
   * @return a handle that can abort the task; it stays in this queue all the same
   * @throws IllegalStateException if this queue is closed
   * @throws RejectedExecutionException if this queue is bounded and full, and rejects; or if the
   *     calling thread was interrupted, or its task aborted, while it waited for room
   */
  public AbortHandle spawn(Callable<? extends T> body) {
    return spawn(Task.builder(), body);
  }

  /**
   * As {@link #spawn(Callable)}, with the queuetings of a builder: a name, a runtime, a token.
   *
   * @param builder describes the task
   * @param body the work
   * @return a handle that can abort the task
   * @throws IllegalStateException if this queue is closed
   * @throws RejectedExecutionException as {@link #spawn(Callable)}
   */
  public AbortHandle spawn(TaskBuilder builder, Callable<? extends T> body) {
    return members.add(builder, body, false, null);
  }

  /**
   * Spawns a task into this queue, on the current runtime's pool of platform threads; see {@link
   * Task#spawnBlocking(Callable)}.
   *
   * @param body the work
   * @return a handle that can abort the task
   * @throws IllegalStateException if this queue is closed
   * @throws RejectedExecutionException as {@link #spawn(Callable)}, and if the pool's queue is
   *     bounded and full, as {@link QueueFull} says
   */
  public AbortHandle spawnBlocking(Callable<? extends T> body) {
    return spawnBlocking(Task.builder(), body);
  }

  /**
   * As {@link #spawnBlocking(Callable)}, with the queuetings of a builder.
   *
   * @param builder describes the task
   * @param body the work
   * @return a handle that can abort the task
   * @throws IllegalStateException if this queue is closed
   * @throws RejectedExecutionException as {@link #spawnBlocking(Callable)}
   */
  public AbortHandle spawnBlocking(TaskBuilder builder, Callable<? extends T> body) {
    return members.add(builder, body, true, null);
  }

  // ---------------------------------------------------------------- out

  /**
   * Waits for the first task of the queue to finish and takes it out.
   *
   * @return the task, and how it ended; null if none is left in this queue
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
   * @return the task, and how it ended; null if none is left in this queue
   * @throws InterruptedException as {@link #next()}
   * @throws TimeoutException if it has not finished in that time; nothing has been taken
   * @throws IllegalArgumentException if the limit is negative
   */
  public @Nullable Finished<T> next(Duration limit) throws InterruptedException, TimeoutException {
    return members.next(limit).map(Member::told).orElse(null);
  }

  /**
   * Takes out the first task of the queue, if it has finished. Never waits.
   *
   * @return the task, and how it ended; empty if it has not finished, or none is left
   */
  public Optional<Finished<T>> tryNext() {
    return members.poll().map(Member::told);
  }

  /**
   * A branch of a {@link Select} that wins when the first task of the queue has finished, and takes
   * it out. When no task is left in this queue, the branch is disabled.
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
   * Waits for all tasks and takes them out. At the first failure whose turn comes it aborts the
   * rest (with {@link AbortReason.Kind#SIBLING_FAILED}), waits for their real end, and throws it,
   * with other failures suppressed.
   *
   * @return the values, in the order in which the tasks were spawned
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted; then nothing has been taken
   * @throws JoinException if a task failed; then this queue is empty
   * @throws IllegalStateException if a task of this queue calls it
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
   * @throws IllegalStateException if a task of this queue calls it
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
   * Lets all tasks go: this queue is empty then, and they run on. A failure of theirs is reported
   * as that of any detached task.
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

  /**
   * How many tasks are in this queue: finished ones count until they are taken out.
   *
   * @return the number
   */
  public int size() {
    return members.size();
  }

  /**
   * Whether no task is in this queue.
   *
   * @return true if {@link #size()} is zero
   */
  public boolean isEmpty() {
    return size() == 0;
  }

  /**
   * Aborts all tasks and waits for their real end: no task outlives its queue. Failures that nobody
   * has taken out go to the {@link FailureHook}. This is a closing wait, see {@link
   * OwnedHandle#close()}. Closing again does nothing.
   *
   * @throws IllegalStateException if a task of this queue calls it; then nothing has happened
   */
  @Override
  public void close() {
    members.close();
  }

  /** For example {@code JoinQueue[3 tasks]}. */
  @Override
  public String toString() {
    return "JoinQueue[" + size() + " tasks]";
  }
}
