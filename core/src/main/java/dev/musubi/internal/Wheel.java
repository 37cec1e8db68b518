package dev.musubi.internal;

import org.jspecify.annotations.Nullable;

/**
 * A hierarchical timing wheel: setting and cancelling a timer is O(1), whatever their number.
 *
 * <h2>Design</h2>
 *
 * Time is counted in ticks and written in base 64. A timer sits on the level of the highest digit
 * in which its tick differs from {@link #now}, in the slot that this digit names; slots are doubly
 * linked lists. So on level 0 all timers of a slot are due at the same tick, and a timer on a
 * higher level moves down when time reaches its slot: at most once for each level, and only if it
 * lives that long. A bit for each slot tells whether it is occupied, so that empty stretches of
 * time cost nothing, and a fine tick costs no more than a coarse one. Eleven levels span all ticks
 * that a long can count.
 *
 * <h2>Invariant</h2>
 *
 * For every timer on level L: the digits above L equal those of {@code now}, and digit L is greater
 * than that of {@code now}. It holds because {@code now} never passes the beginning of an occupied
 * slot without emptying it.
 *
 * <p>Not thread-safe; knows no clock.
 */
final class Wheel {
  static final int BITS = 6;
  static final int SLOTS = 1 << BITS;
  static final int LEVELS = 11;
  static final long NEVER = Long.MAX_VALUE;

  private final @Nullable Timer[] slots = new Timer[LEVELS * SLOTS];
  private final long[] occupied = new long[LEVELS];
  private long now;

  long now() {
    return now;
  }

  /** Adds a timer for {@code timer.tick}; false, without effect, if that is not in the future. */
  boolean add(Timer timer) {
    long differs = timer.tick ^ now;
    if (timer.tick <= now) {
      return false;
    }
    int level = (63 - Long.numberOfLeadingZeros(differs)) / BITS;
    int slot = (int) (timer.tick >>> (level * BITS)) & (SLOTS - 1);
    int place = level * SLOTS + slot;
    Timer first = slots[place];
    timer.place = (short) place;
    timer.prev = null;
    timer.next = first;
    if (first != null) {
      first.prev = timer;
    }
    slots[place] = timer;
    occupied[level] |= 1L << slot;
    return true;
  }

  /** Takes out a timer that is in. */
  void remove(Timer timer) {
    Timer before = timer.prev;
    Timer after = timer.next;
    if (after != null) {
      after.prev = before;
    }
    if (before != null) {
      before.next = after;
    } else {
      slots[timer.place] = after;
      if (after == null) {
        occupied[timer.place >> BITS] &= ~(1L << (timer.place & (SLOTS - 1)));
      }
    }
    timer.prev = null;
    timer.next = null;
  }

  /** When to look next: the tick of the first timer, or an earlier one; {@link #NEVER} if empty. */
  long nextTick() {
    for (int level = 0; level < LEVELS; level++) {
      if (occupied[level] != 0) { // what is on a lower level is earlier
        int shift = level * BITS;
        long slot = Long.numberOfTrailingZeros(occupied[level]);
        return (now >>> shift >>> BITS << BITS | slot) << shift;
      }
    }
    return NEVER;
  }

  /** Moves time forward to before {@link #nextTick()}: nothing is due. */
  void skipTo(long to) {
    now = Math.max(now, to);
  }

  /** Moves time forward and takes out all that is due by then, linked by {@code next}. */
  @Nullable Timer advance(long to) {
    Timer due = null;
    for (long tick = nextTick(); tick <= to && tick != NEVER; tick = nextTick()) {
      now = tick;
      due = empty(due);
    }
    now = Math.max(now, to);
    return due;
  }

  /** Empties the first occupied slot, at whose beginning time has arrived. */
  private @Nullable Timer empty(@Nullable Timer due) {
    int level = 0;
    while (occupied[level] == 0) {
      level++;
    }
    int slot = Long.numberOfTrailingZeros(occupied[level]);
    Timer timer = slots[level * SLOTS + slot];
    slots[level * SLOTS + slot] = null;
    occupied[level] &= ~(1L << slot);
    while (timer != null) {
      Timer following = timer.next;
      if (!add(timer)) {
        timer.prev = null;
        timer.next = due;
        due = timer;
      }
      timer = following;
    }
    return due;
  }
}
