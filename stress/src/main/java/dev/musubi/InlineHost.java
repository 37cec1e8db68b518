package dev.musubi;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * What the tests of an abort against an inline join share: a task that runs another in its join.
 */
final class InlineHost {
  final TaskCore<Integer> core = StressRuntime.task(this::body);
  private final boolean watched;
  private volatile @Nullable JoinHandle<Integer> guest;
  private volatile int requested;
  private volatile int inside;
  private volatile int told;
  private volatile int heard;

  /** Perhaps something else waits for the guest, too, and is told at its end. */
  InlineHost(boolean watched) {
    this.watched = watched;
  }

  void abortGuest() {
    JoinHandle<Integer> known = guest;
    if (known != null) {
      var _ = known.abort();
    }
  }

  private int body() {
    Registration registration = core.onAborted(() -> heard++);
    Thread host = Thread.currentThread();
    JoinHandle<Integer> spawned =
        StressRuntime.RUNTIME.spawnLight(() -> {
          look(host);
          return 1;
        });
    if (watched) {
      CompletableFuture<?> _ = spawned.toCompletableFuture();
    }
    guest = spawned;
    try {
      int _ = spawned.joinInline();
    } catch (InterruptedException e) {
      told++;
    } catch (JoinException e) {
      // the guest was aborted before it began
    }
    requested = StressRuntime.number(core.isAbortRequested());
    long begin = System.nanoTime();
    while (requested == 1 && (told == 0 || heard == 0) && System.nanoTime() - begin < 1e9) {
      count(); // it is on its way
    }
    for (int i = 0; i < 200; i++) {
      count(); // another one would be one too many
    }
    if (requested == 0 && core.isAbortRequested()) {
      told = 0; // it came right now, and may or may not have told
    }
    registration.close();
    return 1;
  }

  private void look(Thread host) {
    for (int i = 0; i < 20 && Thread.currentThread() == host; i++) {
      inside |= StressRuntime.number(host.isInterrupted());
    }
  }

  private void count() {
    if (Thread.interrupted()) {
      told++;
    }
  }

  void result(IIII_Result result) {
    result.r1 = requested;
    result.r2 = inside;
    result.r3 = told;
    result.r4 = requested == 0 ? 0 : heard;
  }
}
