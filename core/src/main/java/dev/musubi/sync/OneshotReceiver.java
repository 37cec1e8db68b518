package dev.musubi.sync;

import dev.musubi.Branch;
import dev.musubi.Fn;
import dev.musubi.Select;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The end of a {@link Oneshot} that waits for the value.
 *
 * <p>All waits are cancel-safe: one that is aborted, interrupted, too late or loses a select has
 * not taken the value. Thread-safe; of several who wait, one gets the value. Corresponds to {@code
 * tokio::sync::oneshot::Receiver}.
 *
 * @param <T> the type of the value
 */
public final class OneshotReceiver<T> implements AutoCloseable {
  private final Oneshot<T> channel;

  OneshotReceiver(Oneshot<T> channel) {
    this.channel = channel;
  }

  /**
   * Waits for the value and takes it.
   *
   * @return the value
   * @throws InterruptedException if the thread is interrupted, or ({@link
   *     dev.musubi.TaskAbortedException}) the current task was aborted
   * @throws ChannelClosedException if there will be no value: the sender or this receiver was
   *     closed before
   * @throws IllegalStateException if the value was received before
   */
  public T receive() throws InterruptedException {
    return Select.<T, RuntimeException>select(onReceive(value -> value));
  }

  /**
   * As {@link #receive()}, waiting at most for a time.
   *
   * @param limit how long to wait at most; zero does not wait
   * @return the value
   * @throws InterruptedException as {@link #receive()}
   * @throws TimeoutException if no value has come in that time; it can still be received
   * @throws ChannelClosedException as {@link #receive()}
   * @throws IllegalStateException as {@link #receive()}
   * @throws IllegalArgumentException if the limit is negative
   */
  public T receive(Duration limit) throws InterruptedException, TimeoutException {
    return Select.<T, TimeoutException>selectBiased(
        onReceive(value -> value),
        Select.after(
            limit,
            () -> {
              throw new TimeoutException("no value was received within " + limit);
            }));
  }

  /**
   * Takes the value if it is there. Never waits.
   *
   * @return the value; empty while it is still to come
   * @throws ChannelClosedException if there will be no value, or it was received before
   */
  public Optional<T> tryReceive() {
    return channel.tryTake();
  }

  /**
   * A branch of a {@link Select} that wins when the value has come, and takes it. When there will
   * be no value, or it was received before, the branch wins too, and the select throws what {@link
   * #receive()} would: in a loop, switch the branch off by its guard.
   *
   * @param <R> the type of the handler's result
   * @param <X> the handler's own checked exception
   * @param handler what to do with the value
   * @return a new branch
   */
  public <R extends @Nullable Object, X extends Exception> Branch<R, X> onReceive(
      Fn<? super T, ? extends R, X> handler) {
    return onReceive(true, handler);
  }

  /**
   * As {@link #onReceive(Fn)}, with a guard.
   *
   * @param <R> the type of the handler's result
   * @param <X> the handler's own checked exception
   * @param guard false disables the branch
   * @param handler what to do with the value
   * @return a new branch
   */
  public <R extends @Nullable Object, X extends Exception> Branch<R, X> onReceive(
      boolean guard, Fn<? super T, ? extends R, X> handler) {
    Objects.requireNonNull(handler, "handler");
    return Select.<Object, R, X>on(
        guard, channel.source(), taken -> handler.apply(channel.valueOf(taken)));
  }

  /**
   * No value is wanted any more: later sends fail, and the sender is told. A value that was sent
   * before can still be received.
   */
  @Override
  public void close() {
    channel.closeReceiver();
  }

  @Override
  public String toString() {
    return "OneshotReceiver[" + channel + "]";
  }
}
