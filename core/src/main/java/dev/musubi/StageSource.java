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
    attach();
    End<T> before = end;
    if (before != null) {
      waiter.offer(before);
      return Selection.NOTHING;
    }
    Seat<T> seat = new Seat<>(waiter);
    seats.add(seat);
    End<T> meanwhile = end;
    if (meanwhile != null) {
      seat.offer(meanwhile);
    }
    return seat;
  }

  private void attach() {
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
      attached.set(false); // the next select may try again
      throw e;
    }
  }
}
