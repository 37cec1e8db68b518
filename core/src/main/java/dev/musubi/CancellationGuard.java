package dev.musubi;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Cancels a {@link CancellationToken} when it is closed, so that what a block has started ends with
 * the block, however that is left. A guard that is disarmed does nothing; other guards of the same
 * token are not affected. Letting a guard go without closing it cancels nothing.
 *
 * <p>Thread-safe. Corresponds to {@code tokio_util::sync::DropGuard}.
 */
public final class CancellationGuard implements AutoCloseable {
  private final CancellationToken token;
  private final AtomicBoolean armed = new AtomicBoolean(true);

  CancellationGuard(CancellationToken token) {
    this.token = token;
  }

  /**
   * Gives the token free: closing this guard does nothing from now on.
   *
   * @return the token
   */
  public CancellationToken disarm() {
    armed.set(false);
    return token;
  }

  /** Cancels the token, unless this guard has been disarmed. */
  @Override
  public void close() {
    if (armed.getAndSet(false)) {
      token.cancel("its guard was closed");
    }
  }
}
