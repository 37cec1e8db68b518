package dev.musubi;

import dev.musubi.internal.Pollable;
import dev.musubi.internal.RealTimers;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The source of a branch that waits for a deadline: the one that is meant when the select begins.
 * The select looks at the machine's clock once for all of its branches; one that is behind a
 * foreign source looks by itself.
 */
record Due(Supplier<Deadline> deadline) implements Selectable<Deadline>, Pollable {
  @Override
  public @Nullable Object poll(long machineNow) {
    Deadline due = deadline.get();
    return due.at() <= now(due, machineNow) ? due : NOTHING;
  }

  Registration register(SelectWaiter<? super Deadline> waiter, long machineNow) {
    Deadline due = deadline.get();
    return due.register(waiter, now(due, machineNow));
  }

  @Override
  public Registration register(SelectWaiter<? super Deadline> waiter) {
    return register(waiter, RealTimers.INSTANCE.now());
  }

  private static long now(Deadline due, long machineNow) {
    return due.timers() == RealTimers.INSTANCE ? machineNow : due.timers().now();
  }
}
