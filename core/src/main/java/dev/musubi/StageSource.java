package dev.musubi;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A completion stage to select over. It adds one dependent to the stage, however many selects wait,
 * since a dependent cannot be taken out again; the selects come and go here.
 */
final class StageSource<T extends @Nullable Object> implements Selectable<StageSource.End<T>> {
  private final CompletionStage<T> stage;
  private final AtomicBoolean attached = new AtomicBoolean();
  private final Roster<Seat<T>> seats = new Roster<>(Seat::isGone);
  private volatile @Nullable End<T> end;

  StageSource(CompletionStage<T> stage) {
    this.stage = stage;
  }

  /** How the stage ended. */
  record End<T extends @Nullable Object>(T result, @Nullable Throwable failure) {
    /** As {@link java.util.concurrent.CompletableFuture#join()}. */
    T get() {
      if (failure == null) {
        return result;
      }
      if (failure instanceof CancellationException cancelled) {
        throw cancelled;
      }
      throw failure instanceof CompletionException wrapped
          ? wrapped
          : new CompletionException(failure);
    }
  }

  private static final class Seat<T extends @Nullable Object> implements Registration {
    private volatile @Nullable SelectWaiter<? super End<T>> waiter;

    Seat(SelectWaiter<? super End<T>> waiter) {
      this.waiter = waiter;
    }

    boolean isGone() {
      return waiter == null;
    }

    void offer(End<T> end) {
      SelectWaiter<? super End<T>> now = waiter;
      if (now != null) {
        now.offer(end);
      }
    }

    @Override
    public void close() {
      waiter = null;
    }
  }

  /** The stage writes the end and then walks the seats; we take a seat and then look at the end. */
  @Override
  public Registration register(SelectWaiter<? super End<T>> waiter) {
    Seat<T> seat = new Seat<>(waiter);
    if (end == null) {
      seats.add(seat);
      attach(seat); // after: if the attempt of another one fails meanwhile, it tells this seat
    }
    End<T> now = end;
    if (now != null) {
      seat.offer(now);
    }
    return seat;
  }

  @SuppressWarnings("NullAway") // where there is a failure, nobody looks at the result
  private static <T extends @Nullable Object> End<T> none(Throwable failure) {
    return new End<>(null, failure);
  }

  private void attach(Seat<T> mine) {
    if (attached.get() || !attached.compareAndSet(false, true)) {
      return;
    }
    try {
      stage.whenComplete((result, failure) -> {
        End<T> now = new End<>(result, failure);
        end = now;
        seats.forEach(seat -> seat.offer(now));
      });
    } catch (Throwable e) {
      mine.close(); // it is thrown here
      attached.set(false); // the next select may try again
      End<T> none = none(e);
      seats.forEach(seat -> seat.offer(none)); // those that relied on this attempt
      throw e;
    }
  }
}
