package dev.musubi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One branch of one select that waits, as its {@link Selectable source} sees it. Thread-safe; no
 * method blocks (a claim may wait for the few instructions between another source's claim and its
 * completion).
 *
 * @param <T> the type of the value that it waits for
 */
public final class SelectWaiter<T extends @Nullable Object> {
  private static final VarHandle DISABLED;

  private final Selection selection;
  private @Nullable Registration registration; // of the selecting thread alone
  private @Nullable T value; // written under the claim
  private boolean claimed; // by the thread that holds the claim
  private volatile boolean disabled;

  SelectWaiter(Selection selection) {
    this.selection = selection;
  }

  /**
   * Asks for the right to complete this waiter: the first phase. After true the caller must call
   * {@link #complete} or {@link #release} at once; until then nobody else can win this select.
   *
   * @return false if the select has been won or given up; then this waiter is of no more use
   */
  public boolean claim() {
    if (disabled || !selection.claim()) {
      return false;
    }
    claimed = true;
    return true;
  }

  /**
   * Claims two waiters of two selects, or none: for a source that hands a value from one to the
   * other. Whatever the order of the arguments, crossing calls do not deadlock.
   *
   * @param one a waiter
   * @param other another waiter
   * @return true if both were claimed; false also if both belong to the same select
   */
  public static boolean claimBoth(SelectWaiter<?> one, SelectWaiter<?> other) {
    if (one.selection == other.selection) {
      return false;
    }
    boolean inOrder = one.selection.number() < other.selection.number();
    SelectWaiter<?> first = inOrder ? one : other;
    SelectWaiter<?> second = inOrder ? other : one;
    if (!first.claim()) {
      return false;
    }
    if (!second.claim()) {
      first.release();
      return false;
    }
    return true;
  }

  /**
   * Gives the value and wakes the selecting thread: the second phase. All that happened before
   * happens-before the handler.
   *
   * @param value the value
   * @throws IllegalStateException if the waiter was not claimed
   */
  public void complete(T value) {
    unclaim();
    this.value = value;
    selection.win(this);
  }

  /**
   * Gives the claim back: the source had nothing after all. The waiter stays registered.
   *
   * @throws IllegalStateException if the waiter was not claimed
   */
  public void release() {
    unclaim();
    selection.release();
  }

  private void unclaim() {
    if (!claimed) {
      throw new IllegalStateException("this waiter was not claimed");
    }
    claimed = false;
  }

  /**
   * Claims and completes in one step: for a value that is not used up by being given.
   *
   * @param value the value
   * @return false if the select has been won or given up
   */
  public boolean offer(T value) {
    if (!claim()) {
      return false;
    }
    complete(value);
    return true;
  }

  /**
   * Says that nothing will come from this source any more. The select goes on with its other
   * branches; when none is left, its {@linkplain Select#otherwise otherwise} branch runs.
   */
  public void disable() {
    if (DISABLED.compareAndSet(this, false, true)) {
      selection.disableOne();
    }
  }

  /** Whether some source is between its claim and its completion. */
  boolean isBeingClaimed() {
    return selection.isClaimed();
  }

  void registered(Registration where) {
    registration = where;
  }

  void letGo() {
    try {
      if (registration != null) {
        registration.close();
      }
    } catch (Throwable e) { // a source of somebody else's: the select must go on
      Log.warn("a branch of a select could not be taken out of its source", e);
    }
  }

  @SuppressWarnings("NullAway") // a winner has its value, null only where T has null
  T value() {
    return value;
  }

  static {
    try {
      DISABLED =
          MethodHandles.lookup().findVarHandle(SelectWaiter.class, "disabled", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
