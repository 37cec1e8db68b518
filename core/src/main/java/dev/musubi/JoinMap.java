package dev.musubi;

import dev.musubi.Members.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Tasks under keys, at most one for each, owned by the map: their results come out in the order in
 * which they finish, and closing the map aborts what is left and waits for its real end.
 *
 * {@snippet class="JoinSetSnippets" region="map"}
 *
 * <p>Spawning under a key that is taken replaces the task: the old one is aborted and never comes
 * out, even if it had finished; a failure of its is reported as that of a detached task. It may
 * need time to stop; {@link #close} waits for it, too. A task is in the map until it has been taken
 * out, by {@link #next} and its kin, or let go by {@link #detachAll}.
 *
 * <p>A key is hashed once, when it is spawned under; keys are compared while a lock is held, so
 * {@code equals} must be short, and must not use the map. Thread-safe: some threads may fill the
 * map while others drain it. Corresponds to {@code tokio_util::task::JoinMap}.
 *
 * @param <K> the type of the keys
 * @param <T> the type of the values
 */
public final class JoinMap<K, T extends @Nullable Object> implements AutoCloseable {
  private final Members<K, T> members = new Members<>(false, Integer.MAX_VALUE, QueueFull.REJECT);

  /** An empty map. */
  public JoinMap() {}

  // ---------------------------------------------------------------- in

  /**
   * Spawns a task into this map, on a virtual thread of the current runtime; see {@link
   * Task#spawn(Callable)}.
   *
   * @param key the key, not null
   * @param body the work
   * @return a handle that can abort the task; it stays in this map all the same
   * @throws IllegalStateException if this map is closed
   */
  public AbortHandle spawn(K key, Callable<? extends T> body) {
    return spawn(key, Task.builder(), body);
  }

  /**
   * As {@link #spawn(Object, Callable)}, with the settings of a builder: a name, a runtime, a
   * token.
   *
   * @param key the key, not null
   * @param builder describes the task
   * @param body the work
   * @return a handle that can abort the task
   * @throws IllegalStateException if this map is closed
   */
  public AbortHandle spawn(K key, TaskBuilder builder, Callable<? extends T> body) {
    return members.add(builder, body, false, Objects.requireNonNull(key, "key"));
  }

  /**
   * Spawns a task into this map, on the current runtime's pool of platform threads; see {@link
   * Task#spawnBlocking(Callable)}.
   *
   * @param key the key, not null
   * @param body the work
   * @return a handle that can abort the task
   * @throws IllegalStateException if this map is closed
   * @throws RejectedExecutionException if the pool's queue is bounded and full, as {@link
   *     QueueFull} says
   */
  public AbortHandle spawnBlocking(K key, Callable<? extends T> body) {
    return spawnBlocking(key, Task.builder(), body);
  }

  /**
   * As {@link #spawnBlocking(Object, Callable)}, with the settings of a builder.
   *
   * @param key the key, not null
   * @param builder describes the task
   * @param body the work
   * @return a handle that can abort the task
   * @throws IllegalStateException if this map is closed
   * @throws RejectedExecutionException as {@link #spawnBlocking(Object, Callable)}
   */
  public AbortHandle spawnBlocking(K key, TaskBuilder builder, Callable<? extends T> body) {
    return members.add(builder, body, true, Objects.requireNonNull(key, "key"));
  }

  // ---------------------------------------------------------------- out

  /**
   * Waits for the next task that has finished and takes it out.
   *
   * @return the task, and how it ended; null if none is left in this map
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted; then nothing has been taken
   */
  public @Nullable FinishedEntry<K, T> next() throws InterruptedException {
    return members.next().map(JoinMap::told).orElse(null);
  }

  /**
   * As {@link #next()}, waiting at most for a time.
   *
   * @param limit how long to wait at most; zero does not wait
   * @return the task, and how it ended; null if none is left in this map
   * @throws InterruptedException as {@link #next()}
   * @throws TimeoutException if none has finished in that time; nothing has been taken
   * @throws IllegalArgumentException if the limit is negative
   */
  public @Nullable FinishedEntry<K, T> next(Duration limit)
      throws InterruptedException, TimeoutException {
    return members.next(limit).map(JoinMap::told).orElse(null);
  }

  /**
   * Takes out the next task that has finished, if there is one. Never waits.
   *
   * @return the task, and how it ended; empty if none has finished, or none is left
   */
  public Optional<FinishedEntry<K, T>> tryNext() {
    return members.poll().map(JoinMap::told);
  }

  /**
   * A branch of a {@link Select} that wins when the next task has finished, and takes it out. When
   * no task is left in this map, the branch is disabled.
   *
   * @param <R> the type of the handler's result
   * @param <X> the handler's own checked exception
   * @param handler what to do with it
   * @return a new branch
   */
  public <R extends @Nullable Object, X extends Exception> Branch<R, X> onNext(
      Fn<? super FinishedEntry<K, T>, ? extends R, X> handler) {
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
      boolean guard, Fn<? super FinishedEntry<K, T>, ? extends R, X> handler) {
    Objects.requireNonNull(handler, "handler");
    return members.onNext(guard, member -> handler.apply(told(member)));
  }

  private static <K, T extends @Nullable Object> FinishedEntry<K, T> told(Member<K, T> member) {
    return new FinishedEntry<>(member.key(), member.core.id(), member.core.outcome());
  }

  // ---------------------------------------------------------------- by key

  /**
   * Asks the task under a key to stop. It stays in this map and comes out in its turn.
   *
   * @param key the key
   * @return true if there is a task under the key, also if it has finished
   */
  public boolean abort(K key) {
    Optional<Member<K, T>> member = members.get(key);
    member.ifPresent(m -> m.core.abort(AbortReason.of(AbortReason.Kind.USER)));
    return member.isPresent();
  }

  /**
   * Asks the tasks to stop whose keys match. They stay in this map and come out in their turn.
   *
   * @param which the predicate; it is asked on the calling thread, without any lock
   */
  public void abortMatching(Predicate<? super K> which) {
    Objects.requireNonNull(which, "which");
    List<Member<K, T>> matching = new ArrayList<>(members.snapshot());
    matching.removeIf(member -> !which.test(member.key()));
    Members.abort(matching, AbortReason.of(AbortReason.Kind.USER));
  }

  /**
   * Whether there is a task under a key, finished ones included.
   *
   * @param key the key
   * @return true until it has been taken out
   */
  public boolean containsKey(K key) {
    return members.get(key).isPresent();
  }

  /**
   * The keys of all tasks, finished ones included. A snapshot, in the order of spawning.
   *
   * @return the keys
   */
  public List<K> keys() {
    List<K> keys = new ArrayList<>();
    members.snapshot().forEach(member -> keys.add(member.key()));
    return keys;
  }

  // ---------------------------------------------------------------- all of them

  /** Asks all tasks to stop. Takes none out: they come as cancelled, or as they ended before. */
  public void abortAll() {
    members.abortAll(AbortReason.of(AbortReason.Kind.USER));
  }

  /**
   * Lets all tasks go: this map is empty then, and they run on. A failure of theirs is reported as
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

  /**
   * How many tasks are in this map: finished ones count until they are taken out.
   *
   * @return the number
   */
  public int size() {
    return members.size();
  }

  /**
   * Whether no task is in this map.
   *
   * @return true if {@link #size()} is zero
   */
  public boolean isEmpty() {
    return size() == 0;
  }

  /**
   * Aborts all tasks and waits for their real end: no task outlives its map. Failures that nobody
   * has taken out go to the {@link FailureHook}. This is a closing wait, see {@link
   * OwnedHandle#close()}. Closing again does nothing.
   *
   * @throws IllegalStateException if a task of this map calls it; then nothing has happened
   */
  @Override
  public void close() {
    members.close();
  }

  /** For example {@code JoinMap[3 tasks]}. */
  @Override
  public String toString() {
    return "JoinMap[" + size() + " tasks]";
  }
}
