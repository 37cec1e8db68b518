package dev.musubi.abort;

import dev.musubi.TaskState;
import java.util.Optional;

/**
 * What an abort does to a body that is in some call.
 *
 * @param reaction what the call does
 * @param thrown the throwable that leaves the call, for {@link Reaction#THROWS}
 * @param flag whether the thread's interrupt flag is set when the call has returned or thrown
 * @param end how the task ends
 * @param cost what else is gone; "none" if nothing is
 */
record Effect(Reaction reaction, Optional<String> thrown, Flag flag, TaskState end, String cost) {
  static final String NO_COST = "none";

  enum Reaction {
    /** The body is never begun. */
    NEVER_BEGINS,
    /** The call ends at once with an exception. */
    THROWS,
    /** The call ends at once as if nothing had happened. */
    RETURNS,
    /** The call goes on until what it waits for has come. */
    GOES_ON
  }

  enum Flag {
    SET,
    CLEAR,
    /** There was no call after which it could be looked at. */
    NONE
  }

  static Effect neverBegins() {
    return new Effect(
        Reaction.NEVER_BEGINS, Optional.empty(), Flag.NONE, TaskState.CANCELLED, NO_COST);
  }

  /** The call throws at once, and the task ends as cancelled. */
  static Effect cancelledBy(Class<? extends Throwable> thrown, Flag flag) {
    return cancelledBy(thrown.getSimpleName(), flag);
  }

  static Effect cancelledBy(String thrown, Flag flag) {
    return new Effect(Reaction.THROWS, Optional.of(thrown), flag, TaskState.CANCELLED, NO_COST);
  }

  /** The call returns at once, and the body goes on behind it. */
  static Effect returnsEarly() {
    return new Effect(Reaction.RETURNS, Optional.empty(), Flag.SET, TaskState.SUCCESS, NO_COST);
  }

  /** The call does not react. */
  static Effect goesOn() {
    return new Effect(Reaction.GOES_ON, Optional.empty(), Flag.SET, TaskState.SUCCESS, NO_COST);
  }

  Effect costing(String what) {
    return new Effect(reaction, thrown, flag, end, what);
  }
}
