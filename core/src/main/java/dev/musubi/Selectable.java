package dev.musubi;

import org.jspecify.annotations.Nullable;

/**
 * A source of values that a {@link Select} can wait for: a task's end, a timer, a channel. Whoever
 * implements this for a source of their own can wait for it together with all others.
 *
 * <p>A source holds the waiters that are registered with it. When it has a value, it asks them in
 * turn with {@link SelectWaiter#claim()}, until one agrees: that one, and no other, gets the value
 * with {@link SelectWaiter#complete}. So a value is taken from the source exactly if it is given to
 * a handler, and a select that is lost, aborted or interrupted takes nothing.
 *
 * <p>Rules, so that sources of different make cannot deadlock: between {@code claim} and {@code
 * complete} (or {@code release}) a source takes no lock, does not wait and runs no foreign code.
 * Holding a lock of its own around both is fine.
 *
 * {@snippet class="SelectableSnippets" region="latch"}
 *
 * <p>Must be thread-safe. Tokio has futures in this place.
 *
 * @param <T> the type of the values
 */
@FunctionalInterface
public interface Selectable<T extends @Nullable Object> {
  /**
   * Registers a waiter. If a value is ready, offers it at once, before returning; else offers one
   * when it comes, until the registration is closed. Each select registers a waiter of its own and
   * closes the registration before its handler runs. Runs on the selecting thread and must not
   * wait.
   *
   * @param waiter to whom to offer
   * @return takes the waiter out again
   * @throws IllegalStateException if this source cannot be waited for any more; the select throws
   *     it
   */
  Registration register(SelectWaiter<? super T> waiter);
}
