package dev.musubi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A set whose members are added with one compare-and-set and leave for free.
 *
 * <h2>Design</h2>
 *
 * A lock-free stack of seats. Nobody unlinks a member: it leaves by being gone, as a predicate
 * says. Each seat knows how many were below it when it was pushed; when that number reaches four
 * times what the last sweep left (plus a constant), the thread that pushed sweeps: it unlinks the
 * seats of members that are gone, below the head. So a sweep costs a constant for each push since
 * the last one, and there are never more seats than four times what the last sweep left plus the
 * constant, and those added since by threads that could not sweep.
 *
 * <p>Why it is safe: only the head changes by compare-and-set, and only upwards; {@code next} of a
 * seat below the head is written by one sweeper at a time ({@code sweeping}), and always to a seat
 * that was further down already. A reader that walks meanwhile sees an old or a new link, and both
 * lead past every member that is not gone. Whoever was pushed before a walk began, and is not gone,
 * is seen by it.
 *
 * <p>A runtime keeps the blocks of its live tasks in one; a task keeps its waiters in one when it
 * has more than one.
 */
final class Roster<E> {
  private static final int SLACK = 64;
  private static final VarHandle HEAD;
  private static final VarHandle SWEEPING;

  private final Predicate<? super E> gone;
  private volatile @Nullable Seat<E> head;
  private volatile int sweeping;
  private int sweepAt = SLACK; // racy: a stale value only moves the next sweep

  /**
   * An empty roster.
   *
   * @param gone whether a member may be swept out; once true, always true
   */
  Roster(Predicate<? super E> gone) {
    this.gone = gone;
  }

  private static final class Seat<E> {
    final E member;
    @Nullable Seat<E> next;
    int depth;

    Seat(E member) {
      this.member = member;
    }
  }

  void add(E member) {
    Seat<E> seat = new Seat<>(member);
    Seat<E> below;
    do {
      below = head;
      seat.next = below;
      seat.depth = below == null ? 1 : below.depth + 1;
    } while (!HEAD.compareAndSet(this, below, seat));
    if (seat.depth >= sweepAt) {
      try {
        sweep();
      } catch (StackOverflowError e) {
        // whoever comes next will sweep; it has been added
      }
    }
  }

  void forEach(Consumer<? super E> action) {
    for (Seat<E> seat = head; seat != null; seat = seat.next) {
      action.accept(seat.member);
    }
  }

  /** Unlinks the seats of the gone, below the head. At most one thread at a time; others go on. */
  private void sweep() {
    if (!SWEEPING.compareAndSet(this, 0, 1)) {
      return;
    }
    try {
      Seat<E> top = head;
      if (top == null) {
        return;
      }
      int left = 1;
      Seat<E> above = top;
      for (Seat<E> seat = top.next; seat != null; seat = seat.next) {
        if (gone.test(seat.member)) {
          above.next = seat.next;
        } else {
          above = seat;
          left++;
        }
      }
      sweepAt = left > Integer.MAX_VALUE / 8 ? Integer.MAX_VALUE : 4 * left + SLACK;
      top.depth = left;
    } finally {
      sweeping = 0;
    }
  }

  /** How many seats there are, those of the gone included. For tests. */
  int seats() {
    int[] count = {0};
    forEach(_ -> count[0]++);
    return count[0];
  }

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      HEAD = lookup.findVarHandle(Roster.class, "head", Seat.class);
      SWEEPING = lookup.findVarHandle(Roster.class, "sweeping", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
