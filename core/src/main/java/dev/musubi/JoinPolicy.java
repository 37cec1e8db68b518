package dev.musubi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How many of a set's tasks one waits for, and what one makes of them. An object for one use, by
 * one thread; a policy of one's own is as good as those that are made here.
 *
 * {@snippet class="JoinSetSnippets" region="policy"}
 *
 * @param <T> the type of the tasks' values
 * @param <R> the type of the result
 */
public interface JoinPolicy<T extends @Nullable Object, R extends @Nullable Object> {
  /**
   * Looks at a task that has finished. After it has said that it has enough, the tasks that are
   * left are aborted, and come here too, after their real end.
   *
   * @param task the task
   * @return true if the rest is not needed
   */
  boolean isEnough(Finished<T> task);

  /**
   * What has become of it, after the last task.
   *
   * @return the result
   * @throws JoinException if there is none
   */
  R result();

  /**
   * All values. The first failure is enough, and is thrown, with the others suppressed that were
   * not caused by it.
   *
   * @param <T> the type of the values
   * @return a policy that gives the values in the order in which they came
   */
  static <T extends @Nullable Object> JoinPolicy<T, List<T>> failFast() {
    return new Policies.FailFast<>();
  }

  /**
   * The first value. Failures are thrown only if nothing succeeded: the first, with the others
   * suppressed.
   *
   * @param <T> the type of the values
   * @return a policy that gives the value; of no tasks there is none, an {@link
   *     IllegalStateException}
   */
  static <T extends @Nullable Object> JoinPolicy<T, T> firstSuccess() {
    return new Policies.FirstSuccess<>();
  }

  /**
   * Everything, whatever it is.
   *
   * @param <T> the type of the values
   * @return a policy that gives all tasks in the order in which they came
   */
  static <T extends @Nullable Object> JoinPolicy<T, List<Finished<T>>> collect() {
    return new Policies.Collect<>();
  }
}
