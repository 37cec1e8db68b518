package dev.musubi;

import org.jspecify.annotations.Nullable;

/**
 * The failures of several tasks as one to throw: the first that is added, with the others
 * suppressed, except those of tasks that were aborted because of it.
 */
final class Failures {
  private @Nullable JoinException first;

  void add(JoinException failure) {
    if (first == null) {
      first = failure;
    } else if (!isConsequence(failure)) {
      first.addSuppressed(failure);
    }
  }

  private static boolean isConsequence(JoinException failure) {
    return failure.isCancelled() && failure.reason().kind() == AbortReason.Kind.SIBLING_FAILED;
  }

  boolean isEmpty() {
    return first == null;
  }

  void throwIfAny() {
    if (first != null) {
      throw first;
    }
  }
}
