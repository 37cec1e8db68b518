package dev.musubi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was set for one task. Null stands for a plain task: it has no name and nothing of its own.
 */
record TaskOptions(
    @Nullable String name,
    @Nullable AbortPolicy abortPolicy,
    boolean inheritThreadLocals,
    TaskLocals locals,
    List<ContextCarrier.Captured> contexts) {

  /** Null if nothing is set. */
  static @Nullable TaskOptions of(
      @Nullable String name,
      @Nullable AbortPolicy abortPolicy,
      boolean inheritThreadLocals,
      TaskLocals locals,
      List<ContextCarrier.Captured> contexts) {
    return name == null
            && abortPolicy == null
            && !inheritThreadLocals
            && locals.isEmpty()
            && contexts.isEmpty()
        ? null
        : new TaskOptions(name, abortPolicy, inheritThreadLocals, locals, contexts);
  }
}
