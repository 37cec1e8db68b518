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
    List<ContextCarrier.Captured> contexts) {}
