package dev.musubi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One run of a select: who has won it, and the thread that waits for that.
 *
 * <h2>The state</h2>
 *
 * <pre>
 *   WAITING ──claim──► CLAIMED ──complete──► a SelectWaiter (it has won)
 *      ▲                  │
 *      └─────release──────┘
 *   WAITING ──the waiting thread gives up──► GONE
 *   WAITING ──the last branch is disabled──► NONE
 * </pre>
 *
 * The last three are final. All changes out of WAITING are compare-and-set, so one event wins; out
 * of CLAIMED only the claimer goes, which no other event can overtake. So
 *
 * <ul>
 *   <li>a value that a source takes out for this select reaches its handler: after CLAIMED nothing
 *       but the claimer's own decision can keep the select from being won by it, and a waiting
 *       thread that wants to give up meanwhile waits for that decision and takes the value;
 *   <li>a select that is GONE or won takes nothing more: claims fail.
 * </ul>
 *
 * <p>CLAIMED lasts for a few instructions, in which the claimer takes no lock and does not wait
 * (the rule of {@link Selectable}); who meets it spins, then yields, and says so if it lasts. A
 * claimer may claim a second select meanwhile only in the order of their {@linkplain #number()
 * numbers}, so claimers cannot wait for each other in a circle.
 *
 * <h2>No lost wake-up</h2>
 *
 * The waiting thread registers everywhere before it parks, a source that registers a waiter looks
 * for a value after that, and every final state is followed by an unpark.
 */
final class Selection {
  /** The registration of what is nowhere registered. */
  static final Registration NOTHING = () -> {};

  private static final Object CLAIMED = new Object();
  private static final Object GONE = new Object();
  private static final Object NONE = new Object();
  private static final int SPINS = 64;
  private static final int YIELDS = 100_000;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final AtomicLong NUMBERS = new AtomicLong();
  private static final VarHandle STATE;
  private static final VarHandle ENABLED;
  private static final VarHandle NUMBER;

  private final Thread thread = Thread.currentThread();
  private volatile @Nullable Object state; // null: waiting
  private volatile int enabled;
  private volatile long number; // 0 until it is needed

  Selection(int enabled) {
    ENABLED.set(this, enabled); // nobody else knows it: no fence
  }

  /** For the order of claims. */
  long number() {
    if (number == 0) {
      NUMBER.compareAndSet(this, 0L, NUMBERS.incrementAndGet());
    }
    return number;
  }

  int enabled() {
    return enabled;
  }

  boolean claim() {
    for (int spins = 0; ; spins++) {
      Object s = state;
      if (s == null) {
        if (STATE.compareAndSet(this, null, CLAIMED)) {
          return true;
        }
      } else if (s == CLAIMED) {
        pause(spins);
      } else {
        return false;
      }
    }
  }

  /** By the claimer. */
  void win(SelectWaiter<?> winner) {
    if (Thread.currentThread() == thread) { // it looks before it parks: no fence, no wake-up
      STATE.setRelease(this, winner);
    } else {
      state = winner;
      LockSupport.unpark(thread);
    }
  }

  /** By the claimer. */
  void release() {
    state = null;
    endIfNoneIsEnabled();
  }

  void disableOne() {
    ENABLED.getAndAdd(this, -1);
    endIfNoneIsEnabled();
  }

  private void endIfNoneIsEnabled() {
    if (enabled == 0 && STATE.compareAndSet(this, null, NONE)) {
      LockSupport.unpark(thread);
    }
  }

  /** By the waiting thread: takes part no more. The winner, if there is one already. */
  @Nullable SelectWaiter<?> giveUp() {
    for (int spins = 0; ; spins++) {
      Object s = state;
      if (s instanceof SelectWaiter<?> winner) {
        return winner;
      } else if (s == CLAIMED) {
        pause(spins);
      } else if (s != null || STATE.compareAndSet(this, null, GONE)) {
        return null;
      }
    }
  }

  boolean isClaimed() {
    return state == CLAIMED;
  }

  boolean isDecided() {
    Object s = state;
    return s != null && s != CLAIMED;
  }

  /**
   * Waits for the winner, after everything has been registered. A winner that came together with an
   * abort or an interrupt is given; those are found by the next wait.
   *
   * @param forTask whether it waits for the end of a task, which may have been spawned just now
   * @return the winner; null if every branch was disabled
   * @throws InterruptedException if the thread was interrupted or its task aborted, and nothing has
   *     been taken
   */
  @Nullable SelectWaiter<?> await(@Nullable TaskCore<?> me, boolean forTask)
      throws InterruptedException {
    if (forTask && !isDecided()) {
      Pacer.yieldBeforeWait(thread);
    }
    while (!isDecided()) {
      if (thread.isInterrupted() || (me != null && me.mustStop())) {
        SelectWaiter<?> winner = giveUp();
        if (winner != null || state == NONE) {
          return winner;
        }
        TaskCore.checkInterrupt(me);
        throw new InterruptedException(); // the flag was there a moment ago
      }
      LockSupport.park(this);
    }
    return state instanceof SelectWaiter<?> winner ? winner : null;
  }

  private static void pause(int spins) {
    if (spins < SPINS) {
      Thread.onSpinWait();
    } else if (spins < YIELDS) {
      Thread.yield();
    } else {
      if (spins == YIELDS) {
        Log.warn(
            "a source has claimed a select and neither completes nor releases it,"
                + " against the rules of Selectable: this select cannot end",
            null);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  @Override
  public String toString() {
    return "select of " + enabled + " enabled branches";
  }

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      STATE = lookup.findVarHandle(Selection.class, "state", Object.class);
      ENABLED = lookup.findVarHandle(Selection.class, "enabled", int.class);
      NUMBER = lookup.findVarHandle(Selection.class, "number", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
