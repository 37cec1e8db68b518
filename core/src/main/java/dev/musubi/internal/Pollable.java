package dev.musubi.internal;

import org.jspecify.annotations.Nullable;

/**
 * A source of a select that can tell whether it has a value without being registered with. A select
 * looks at such sources first: if one is ready, nothing is registered anywhere.
 */
public interface Pollable {
  /** What {@link #poll} gives when nothing is ready. */
  Object NOTHING = new Object();

  /**
   * Takes the value that is ready, for a select that ends with it; or {@link #NOTHING}. Never
   * waits. Throws what registering would throw, and then has taken nothing.
   *
   * @param machineNow a look at the machine's clock, for those to which time matters
   */
  @Nullable Object poll(long machineNow);
}
