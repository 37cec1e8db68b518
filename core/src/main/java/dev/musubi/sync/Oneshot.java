package dev.musubi.sync;

import dev.musubi.Registration;
import dev.musubi.SelectWaiter;
import dev.musubi.Selectable;
import dev.musubi.internal.Pollable;
import dev.musubi.internal.Stack;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.Optional;
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
   * One word, changed by compare-and-set:
   *
   *   open: null, or who waits ──send──► the value ──a receiver takes it──► TAKEN
   *           ├──the sender is closed────► SENDER_CLOSED
   *           └──the receiver is closed──► RECEIVER_CLOSED
   *
   * A value leaves the word only by the step to TAKEN, which happens once; a receiver that waits in a
   * select makes it between claim and completion. So a wait that is lost or given up takes nothing.
   * Whoever ends the open state gets those who wait by the same step, and serves them after; who comes
   * later sees the new state. A value that is there may still be taken after the receiver was closed.
   *
   * So closing the receiver, which may come in any state, has a word of its own: null, or who waits
   * for it, then RECEIVER_CLOSED. It is written after the first.
   */
  private static final Object TAKEN = new Object();
  private static final Object SENDER_CLOSED = new Object();
  private static final Object RECEIVER_CLOSED = new Object();
  private static final String RECEIVED_BEFORE = "the value was received before";
  private static final Registration NOWHERE = () -> {};
  private static final VarHandle STATE;
  private static final VarHandle CLOSING;

  /** Those who wait: an immutable list, in no order. */
  private record Waiting(SelectWaiter<Object> waiter, @Nullable Waiting next) {
    static @Nullable Waiting without(SelectWaiter<?> one, @Nullable Waiting all) {
      Waiting kept = null;
      for (Waiting each = all; each != null; each = each.next) {
        if (each.waiter != one) {
          kept = new Waiting(each.waiter, kept);
        }
      }
      return kept;
    }
  }

  private final OneshotSender<T> sender = new OneshotSender<>(this);
  private final OneshotReceiver<T> receiver = new OneshotReceiver<>(this);
  private volatile @Nullable Object state;
  private volatile @Nullable Object closing;

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
    Object before = endOpen(sent);
    if (isOpen(before)) {
      return true;
    } else if (before == RECEIVER_CLOSED) {
      return false;
    }
    throw new IllegalStateException(
        before == SENDER_CLOSED ? "the sender is closed" : "a value was sent before");
  }

  /** From open to another state, if it is open; the state before. */
  private @Nullable Object endOpen(Object to) {
    for (; ; ) {
      Object now = state;
      if (!isOpen(now)) {
        return now;
      }
      if (now != null) {
        Stack.reserve(); // whoever waits must hear of it
      }
      if (STATE.compareAndSet(this, now, to)) {
        for (Waiting each = (Waiting) now; each != null; each = each.next) {
          serve(each.waiter);
        }
        return now;
      }
    }
  }

  private static boolean isOpen(@Nullable Object state) {
    return state == null || state instanceof Waiting;
  }

  private static @Nullable Object valueIn(@Nullable Object state) {
    return isOpen(state) || state == TAKEN || state == SENDER_CLOSED || state == RECEIVER_CLOSED
        ? null
        : state;
  }

  /** Once it is no longer open. */
  private void serve(SelectWaiter<Object> waiter) {
    for (Object value = valueIn(state); value != null; value = valueIn(state)) {
      if (!waiter.claim()) {
        return; // its select is over
      } else if (STATE.compareAndSet(this, value, TAKEN)) {
        waiter.complete(value);
        return;
      }
      waiter.release(); // another one was quicker
    }
    var _ = waiter.offer(Objects.requireNonNull(state)); // allocates nothing: it cannot fail
  }

  /**
   * As a source of a select, which gets the value, or the state in which there is none: see {@link
   * #valueOf}.
   */
  Selectable<Object> source() {
    return new Source(this);
  }

  private record Source(Oneshot<?> of) implements Selectable<Object>, Pollable {
    @Override
    public Object poll(long machineNow) {
      Object taken = of.take();
      return taken == null ? NOTHING : taken;
    }

    @Override
    public Registration register(SelectWaiter<? super Object> waiter) {
      return of.register(waiter);
    }
  }

  /** The value, or the state in which there is none; null while that is open. */
  private @Nullable Object take() {
    for (; ; ) {
      Object now = state;
      Object value = valueIn(now);
      if (value == null) {
        return isOpen(now) ? null : now;
      } else if (STATE.compareAndSet(this, value, TAKEN)) {
        return value;
      }
    }
  }

  /** Of what was taken. */
  @SuppressWarnings("unchecked") // it is what was sent
  T valueOf(Object taken) {
    if (taken == TAKEN) {
      throw new IllegalStateException(RECEIVED_BEFORE);
    } else if (taken == SENDER_CLOSED) {
      throw new ChannelClosedException("the sender was closed without sending");
    } else if (taken == RECEIVER_CLOSED) {
      throw new ChannelClosedException("the receiver is closed");
    }
    return (T) taken;
  }

  Optional<T> tryTake() {
    Object taken = take();
    if (taken == TAKEN) {
      throw new ChannelClosedException(RECEIVED_BEFORE);
    }
    return taken == null ? Optional.empty() : Optional.of(valueOf(taken));
  }

  private Registration register(SelectWaiter<Object> waiter) {
    if (addWaiting(STATE, waiter)) {
      return () -> removeWaiting(STATE, waiter);
    }
    serve(waiter);
    return NOWHERE;
  }

  Registration registerClosed(SelectWaiter<Object> waiter) {
    if (addWaiting(CLOSING, waiter)) {
      return () -> removeWaiting(CLOSING, waiter);
    }
    var _ = waiter.offer(true);
    return NOWHERE;
  }

  private boolean addWaiting(VarHandle word, SelectWaiter<Object> waiter) {
    for (; ; ) {
      Object now = word.getVolatile(this);
      if (!isOpen(now)) {
        return false;
      } else if (word.compareAndSet(this, now, new Waiting(waiter, (Waiting) now))) {
        return true;
      }
    }
  }

  private void removeWaiting(VarHandle word, SelectWaiter<Object> waiter) {
    for (; ; ) {
      Object now = word.getVolatile(this);
      if (!(now instanceof Waiting all)
          || word.compareAndSet(this, now, Waiting.without(waiter, all))) {
        return; // whoever ended the open state may still look at it: its select is over
      }
    }
  }

  void closeSender() {
    var _ = endOpen(SENDER_CLOSED);
  }

  void closeReceiver() {
    Stack.reserve();
    var _ = endOpen(RECEIVER_CLOSED);
    if (CLOSING.getAndSet(this, RECEIVER_CLOSED) instanceof Waiting all) {
      for (Waiting each = all; each != null; each = each.next) {
        var _ = each.waiter.offer(true);
      }
    }
  }

  boolean isReceiverClosed() {
    return state == RECEIVER_CLOSED || closing == RECEIVER_CLOSED;
  }

  @Override
  public String toString() {
    Object now = state;
    return "Oneshot["
        + (isOpen(now)
            ? "OPEN"
            : now == TAKEN
                ? "TAKEN"
                : now == SENDER_CLOSED
                    ? "SENDER_CLOSED"
                    : now == RECEIVER_CLOSED ? "RECEIVER_CLOSED" : "SENT") // never the value
        + "]";
  }

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      STATE = lookup.findVarHandle(Oneshot.class, "state", Object.class);
      CLOSING = lookup.findVarHandle(Oneshot.class, "closing", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
