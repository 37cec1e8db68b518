package dev.musubi;

import dev.musubi.internal.Pollable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The source of a branch that waits for a deadline: the one that is meant when the select begins.
 */
record Due(Supplier<Deadline> deadline) implements Selectable<Deadline>, Pollable {
  @Override
  public @Nullable Object poll() {
    Deadline now = deadline.get();
    return now.hasPassed() ? now : NOTHING;
  }

  @Override
  public Registration register(SelectWaiter<? super Deadline> waiter) {
    return deadline.get().register(waiter);
  }
}
