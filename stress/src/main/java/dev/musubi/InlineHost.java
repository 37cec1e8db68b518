package dev.musubi;

import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * What the tests of an abort against an inline join share: a task that runs another in its join.
 */
final class InlineHost {
  final TaskCore<Integer> core = StressRuntime.task(this::body);
  private volatile int requested;
  private volatile int inside;
  private volatile int told;
  private volatile int heard;

  private int body() {
    Registration registration = core.onAborted(() -> heard++);
    Thread host = Thread.currentThread();
    var guest =
        StressRuntime.RUNTIME.spawnLight(() -> {
          for (int i = 0; i < 20 && Thread.currentThread() == host; i++) {
            inside |= StressRuntime.number(host.isInterrupted());
          }
          return 1;
        });
    try {
      int _ = guest.joinInline();
    } catch (InterruptedException e) {
      told++;
    }
    requested = StressRuntime.number(core.isAbortRequested());
    long begin = System.nanoTime();
    while (requested == 1 && (told == 0 || heard == 0) && System.nanoTime() - begin < 1e9) {
      count(); // it is on its way
    }
    for (int i = 0; i < 200 && requested == 1; i++) {
      count(); // another one would be one too many
    }
    registration.close();
    return 1;
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
