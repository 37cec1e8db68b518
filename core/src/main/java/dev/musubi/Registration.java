package dev.musubi;

/**
 * Something that has been left somewhere and can be taken back: a {@link SelectWaiter} at a source,
 * a callback at a {@link CancellationToken}. Thread-safe.
 */
@FunctionalInterface
public interface Registration extends AutoCloseable {
  /** Takes it back. Does nothing if it has been taken back or used up. Does not block. */
  @Override
  void close();
}
