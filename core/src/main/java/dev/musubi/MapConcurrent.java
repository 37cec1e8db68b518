package dev.musubi;

import dev.musubi.Members.Member;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Applies a function to the elements of a source, so many at a time, each in a task of its own, and
 * gives the results one by one.
 *
 * {@snippet class="MapConcurrentSnippets" region="map"}
 *
 * <p>It is driven by its consumer: elements are taken from the source when a result is asked for,
 * as long as fewer than the limit are under way or wait to be taken. So a slow consumer slows the
 * source, an endless source is fine, and nothing runs on when nobody asks. At the first failure the
 * other tasks are aborted, and it is thrown when they have really ended. Closing ends everything in
 * the same way: the tasks, and a stream that is the source.
 *
 * <p>For one consumer at a time. The source is read by the consumer's thread; the function runs in
 * several tasks at the same time. There is no {@code Iterator}: it would have to hide that waiting
 * can be interrupted. Tokio's users have {@code buffered} and {@code buffer_unordered} of the
 * futures crate.
 *
 * @param <R> the type of the results, not null
 */
public final class MapConcurrent<R> implements AutoCloseable {
  private final Members<Object, R> members;
  private final Iterator<Callable<R>> calls;
  private final Runnable closeSource;
  private final int limit;
  private @Nullable TaskBuilder builder; // null: the plain one of whoever asks for a result
  private boolean begun;
  private boolean closed;

  private MapConcurrent(
      boolean inOrder, Iterator<Callable<R>> calls, Runnable closeSource, int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("the limit must be at least 1: " + limit);
    }
    this.members = new Members<>(inOrder, Integer.MAX_VALUE, QueueFull.REJECT);
    this.calls = calls;
    this.closeSource = closeSource;
    this.limit = limit;
  }

  /** Each element with the function, when its turn comes. */
  private static <A, R> Iterator<Callable<R>> calls(
      Iterator<? extends A> elements, Fn<? super A, ? extends R, ?> function) {
    Objects.requireNonNull(function, "function");
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return elements.hasNext();
      }

      @Override
      public Callable<R> next() {
        A element = elements.next();
        return () ->
            Objects.requireNonNull(function.apply(element), "the function must not give null");
      }
    };
  }

  /**
   * Gives the results in the order of the elements.
   *
   * @param <A> the type of the elements
   * @param <R> the type of the results
   * @param elements the source
   * @param limit how many elements are under way at most, at least 1
   * @param function what to apply; it may block and throw anything, and must not give null
   * @return the results, to be closed
   * @throws IllegalArgumentException if the limit is less than 1
   */
  public static <A, R> MapConcurrent<R> inOrder(
      Iterable<? extends A> elements, int limit, Fn<? super A, ? extends R, ?> function) {
    return new MapConcurrent<>(true, calls(elements.iterator(), function), () -> {}, limit);
  }

  /**
   * As {@link #inOrder(Iterable, int, Fn)}, for a stream, which is closed with the results.
   *
   * @param <A> the type of the elements
   * @param <R> the type of the results
   * @param elements the source
   * @param limit how many elements are under way at most, at least 1
   * @param function what to apply
   * @return the results, to be closed
   * @throws IllegalArgumentException if the limit is less than 1
   */
  public static <A, R> MapConcurrent<R> inOrder(
      Stream<? extends A> elements, int limit, Fn<? super A, ? extends R, ?> function) {
    return new MapConcurrent<>(true, calls(elements.iterator(), function), elements::close, limit);
  }

  /**
   * Gives the results in the order in which they are ready.
   *
   * @param <A> the type of the elements
   * @param <R> the type of the results
   * @param elements the source
   * @param limit how many elements are under way at most, at least 1
   * @param function what to apply; it may block and throw anything, and must not give null
   * @return the results, to be closed
   * @throws IllegalArgumentException if the limit is less than 1
   */
  public static <A, R> MapConcurrent<R> asCompleted(
      Iterable<? extends A> elements, int limit, Fn<? super A, ? extends R, ?> function) {
    return new MapConcurrent<>(false, calls(elements.iterator(), function), () -> {}, limit);
  }

  /**
   * As {@link #asCompleted(Iterable, int, Fn)}, for a stream, which is closed with the results.
   *
   * @param <A> the type of the elements
   * @param <R> the type of the results
   * @param elements the source
   * @param limit how many elements are under way at most, at least 1
   * @param function what to apply
   * @return the results, to be closed
   * @throws IllegalArgumentException if the limit is less than 1
   */
  public static <A, R> MapConcurrent<R> asCompleted(
      Stream<? extends A> elements, int limit, Fn<? super A, ? extends R, ?> function) {
    return new MapConcurrent<>(false, calls(elements.iterator(), function), elements::close, limit);
  }

  /**
   * Chooses how the tasks are spawned: {@linkplain TaskBuilder#light() light}, say, for a function
   * that takes microseconds, or with a name. To be called before the first result is asked for.
   *
   * {@snippet class="MapConcurrentSnippets" region="light"}
   *
   * @param builder spawns each task; it should not be changed after
   * @return this
   * @throws IllegalStateException if a result was asked for before, or this is closed
   */
  public MapConcurrent<R> spawnedBy(TaskBuilder builder) {
    Objects.requireNonNull(builder, "builder");
    if (begun || closed) {
      throw new IllegalStateException("the results are " + (closed ? "closed" : "under way"));
    }
    this.builder = builder;
    return this;
  }

  /**
   * Waits for the next result and takes it.
   *
   * @return the result; empty after the last
   * @throws InterruptedException if the thread is interrupted, or ({@link TaskAbortedException})
   *     the current task was aborted; then nothing has been taken, and the work goes on
   * @throws JoinException if the function failed; the other tasks have ended, and this is closed
   * @throws IllegalStateException if this is closed
   */
  public Optional<R> next() throws InterruptedException {
    if (closed) {
      throw new IllegalStateException("the results are closed");
    }
    begun = true;
    try {
      while (members.size() < limit && calls.hasNext()) {
        TaskBuilder spawner = builder == null ? Task.builder() : builder;
        var _ = members.add(spawner, calls.next(), false, null);
      }
      return members.next().map(Member::told).map(finished -> finished.outcome().orThrow());
    } catch (RuntimeException | Error e) { // of the function, or of the source
      close();
      throw e;
    }
  }

  /**
   * Takes all results that are left.
   *
   * @return the results
   * @throws InterruptedException as {@link #next()}; results that were taken before are lost, and
   *     this is closed
   * @throws JoinException as {@link #next()}
   * @throws IllegalStateException if this is closed
   */
  public List<R> toList() throws InterruptedException {
    List<R> all = new ArrayList<>();
    try {
      for (Optional<R> next = next(); next.isPresent(); next = next()) {
        all.add(next.get());
      }
      return all;
    } catch (InterruptedException e) {
      close(); // what is left would be a part of the results that looks like all of them
      throw e;
    }
  }

  /**
   * Takes no more elements, aborts what is under way and waits for its real end: a closing wait,
   * see {@link OwnedHandle#close()}. Closes a stream that is the source. Closing again does
   * nothing.
   */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      try {
        members.close();
      } finally {
        closeSource.run();
      }
    }
  }
}
