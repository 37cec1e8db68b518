import dev.musubi.Registration;
import dev.musubi.SelectWaiter;
import dev.musubi.Selectable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** Shown in the Javadoc of {@code Selectable}. */
final class SelectableSnippets {
  private SelectableSnippets() {}

  // @start region=latch
  /** Permits that anyone may give, each of which one select takes. */
  static final class Permits implements Selectable<Boolean> {
    private final ReentrantLock lock = new ReentrantLock();
    private final List<SelectWaiter<? super Boolean>> waiters = new ArrayList<>();
    private int free;

    void give() {
      lock.lock();
      try {
        free++;
        waiters.removeIf(this::serve);
      } finally {
        lock.unlock();
      }
    }

    @Override
    public Registration register(SelectWaiter<? super Boolean> waiter) {
      lock.lock();
      try {
        if (!serve(waiter)) {
          waiters.add(waiter);
        }
      } finally {
        lock.unlock();
      }
      return () -> leave(waiter);
    }

    private boolean serve(SelectWaiter<? super Boolean> waiter) {
      if (free == 0) {
        return false;
      }
      if (waiter.claim()) { // from here on nobody else can win that select:
        free--; // so what is taken for it arrives
        waiter.complete(true);
      }
      return true; // served, or no longer interested
    }

    private void leave(SelectWaiter<?> waiter) {
      lock.lock();
      try {
        waiters.remove(waiter);
      } finally {
        lock.unlock();
      }
    }
  }
  // @end
}
