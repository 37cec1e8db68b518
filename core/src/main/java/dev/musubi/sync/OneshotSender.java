package dev.musubi.sync;

import dev.musubi.Body;
import dev.musubi.Branch;
import dev.musubi.Select;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The end of a {@link Oneshot} that gives the value.
 *
 * <p>Close it when there will be no value, or the receiver waits for good; a try-with-resources
 * statement does it in each case, as closing after sending does nothing. Thread-safe. Corresponds
 * to {@code tokio::sync::oneshot::Sender}, whose drop is this close.
 *
 * @param <T> the type of the value
 */
public final class OneshotSender<T> implements AutoCloseable {
  private final Oneshot<T> channel;

  OneshotSender(Oneshot<T> channel) {
    this.channel = channel;
  }

  /**
   * Gives the value. Never waits. True does not mean that it was received: the receiver may still
   * be closed without having taken it.
   *
   * @param value the value
   * @return false if the receiver is closed; then the value was not taken
   * @throws IllegalStateException if a value was sent before, or this sender is closed
   */
  public boolean send(T value) {
    return channel.send(Objects.requireNonNull(value, "value"));
  }

  /** There will be no value. Wakes the receiver. Does nothing after sending. */
  @Override
  public void close() {
    channel.closeSender();
  }

  /**
   * Whether the receiver is closed: nobody wants the value any more.
   *
   * @return true from then on
   */
  public boolean isClosed() {
    return channel.isReceiverClosed();
  }

  /**
   * Waits until the receiver is closed. Cancel-safe: nothing is used up.
   *
   * @throws InterruptedException if the thread is interrupted, or ({@link
   *     dev.musubi.TaskAbortedException}) the current task was aborted
   */
  public void awaitClosed() throws InterruptedException {
    var _ = Select.<Boolean, RuntimeException>select(onClosed(() -> true));
  }

  /**
   * A branch of a {@link Select} that wins when the receiver is closed.
   *
   * @param <R> the type of the handler's result
   * @param <X> the handler's own checked exception
   * @param handler what to do then
   * @return a new branch
   */
  public <R extends @Nullable Object, X extends Exception> Branch<R, X> onClosed(
      Body<? extends R, X> handler) {
    Objects.requireNonNull(handler, "handler");
    return Select.<Object, R, X>on(channel::registerClosed, _ -> handler.call());
  }

  @Override
  public String toString() {
    return "OneshotSender[" + channel + "]";
  }
}
