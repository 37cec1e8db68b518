package dev.musubi;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The body returned a value.
 *
 * @param <T> the type of the value
 * @param value the value; null for a body without one
 */
public record Success<T extends @Nullable Object>(T value) implements Outcome<T> {
  @Override
  public T orThrow() {
    return value;
  }

  @Override
  public <X extends Exception> T orThrow(Class<X> own) {
    Objects.requireNonNull(own, "own");
    return value;
  }
}
