package dev.musubi.sync;

import dev.musubi.Registration;
import dev.musubi.SelectWaiter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A channel for one value: made, its two ends are handed to whoever gives the value and whoever
 * waits for it.
 *
 * {@snippet class="OneshotSnippets" region="oneshot"}
 *
 * <p>Thread-safe. Corresponds to {@code tokio::sync::oneshot::channel}.
 *
 * @param <T> the type of the value
 */
public final class Oneshot<T> {
  /*
   *   OPEN ──send──► SENT ──a receiver takes it──► TAKEN
   *     ├──send, to one who waits────────────────► TAKEN
   *     ├──the sender is closed────► SENDER_CLOSED
   *     └──the receiver is closed──► RECEIVER_CLOSED
   *
   * All under the lock. A value leaves the channel only together with a claim, so a receiver whose
   * wait is lost or given up takes nothing. In SENT a closed receiver may still take the value.
   */
  private enum State {
    OPEN,
    SENT,
    TAKEN,
    SENDER_CLOSED,
    RECEIVER_CLOSED
  }

  /** What a receiver gets: the value, or why there is none. */
  record Received<T>(@Nullable T value, @Nullable RuntimeException failure) {
    T get() {
      if (failure != null) {
        failure.fillInStackTrace(); // of the receiver, not of the one who closed
        throw failure;
      }
      return Objects.requireNonNull(value);
    }
  }

  private static final String RECEIVED_BEFORE = "the value was received before";

  private final OneshotSender<T> sender = new OneshotSender<>(this);
  private final OneshotReceiver<T> receiver = new OneshotReceiver<>(this);
  private final ReentrantLock lock = new ReentrantLock();
  private final List<SelectWaiter<? super Received<T>>> receivers = new ArrayList<>(1);
  private final List<SelectWaiter<? super Boolean>> closeWatchers = new ArrayList<>(0);
  private State state = State.OPEN;
  private @Nullable T value;
  private boolean receiverClosed;

  private Oneshot() {}

  /**
   * A new channel.
   *
   * @param <T> the type of the value
   * @return its two ends
   */
  public static <T> Oneshot<T> create() {
    return new Oneshot<>();
  }

  /**
   * The end that gives the value.
   *
   * @return the sender
   */
  public OneshotSender<T> sender() {
    return sender;
  }

  /**
   * The end that waits for the value.
   *
   * @return the receiver
   */
  public OneshotReceiver<T> receiver() {
    return receiver;
  }

  // ---------------------------------------------------------------- for the two ends

  boolean send(T sent) {
    lock.lock();
    try {
      if (state == State.RECEIVER_CLOSED) {
        return false;
      }
      if (state != State.OPEN) {
        throw new IllegalStateException(
            state == State.SENDER_CLOSED ? "the sender is closed" : "a value was sent before");
      }
      value = sent;
      state = State.SENT;
      receivers.removeIf(this::give);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock: gives a waiter what there is, if there is something. True if it was served. */
  private boolean give(SelectWaiter<? super Received<T>> waiter) {
    return switch (state) {
      case OPEN -> false;
      case SENT -> {
        Received<T> taken = new Received<>(value, null); // before the claim: memory may be short
        if (waiter.claim()) {
          value = null;
          state = State.TAKEN;
          waiter.complete(taken);
        }
        yield true; // a select that is over needs no seat either
      }
      case TAKEN -> fail(waiter, new IllegalStateException(RECEIVED_BEFORE));
      case SENDER_CLOSED, RECEIVER_CLOSED -> fail(waiter, noValue());
    };
  }

  private ChannelClosedException noValue() {
    return new ChannelClosedException(
        state == State.SENDER_CLOSED
            ? "the sender was closed without sending"
            : "the receiver is closed");
  }

  private boolean fail(SelectWaiter<? super Received<T>> waiter, RuntimeException failure) {
    var _ = waiter.offer(new Received<>(null, failure));
    return true;
  }

  Registration register(SelectWaiter<? super Received<T>> waiter) {
    lock.lock();
    try {
      if (!give(waiter)) {
        receivers.add(waiter);
      }
    } finally {
      lock.unlock();
    }
    return () -> leave(receivers, waiter);
  }

  Registration registerClosed(SelectWaiter<? super Boolean> waiter) {
    lock.lock();
    try {
      if (receiverClosed) {
        var _ = waiter.offer(true);
      } else {
        closeWatchers.add(waiter);
      }
    } finally {
      lock.unlock();
    }
    return () -> leave(closeWatchers, waiter);
  }

  private void leave(List<?> waiters, SelectWaiter<?> waiter) {
    lock.lock();
    try {
      waiters.remove(waiter);
    } finally {
      lock.unlock();
    }
  }

  /** The value, if it is there; null if it is still to come. */
  @Nullable T tryReceive() {
    lock.lock();
    try {
      return switch (state) {
        case OPEN -> null;
        case SENT -> {
          T taken = value;
          value = null;
          state = State.TAKEN;
          yield taken;
        }
        case TAKEN -> throw new ChannelClosedException(RECEIVED_BEFORE);
        case SENDER_CLOSED, RECEIVER_CLOSED -> throw noValue();
      };
    } finally {
      lock.unlock();
    }
  }

  void closeSender() {
    close(State.SENDER_CLOSED);
  }

  void closeReceiver() {
    lock.lock();
    try {
      receiverClosed = true;
      closeWatchers.forEach(watcher -> watcher.offer(true));
      closeWatchers.clear();
      close(State.RECEIVER_CLOSED);
    } finally {
      lock.unlock();
    }
  }

  private void close(State closed) {
    lock.lock();
    try {
      if (state == State.OPEN) {
        state = closed;
        receivers.removeIf(this::give);
      }
    } finally {
      lock.unlock();
    }
  }

  boolean isReceiverClosed() {
    lock.lock();
    try {
      return receiverClosed;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    lock.lock();
    try {
      return "Oneshot[" + state + "]"; // never the value
    } finally {
      lock.unlock();
    }
  }
}
