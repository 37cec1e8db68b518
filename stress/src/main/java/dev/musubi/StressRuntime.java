package dev.musubi;

import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the jcstress tests share. Their actors play a task's thread, its aborter and its joiners.
 */
final class StressRuntime {
  /** A failure that counts how often it was reported. */
  static final class Counted extends RuntimeException {
    private static final long serialVersionUID = 1L;
    final transient AtomicInteger reports = new AtomicInteger();

    Counted() {
      super(null, null, false, false);
    }
  }

  /** A value with a plain field: whoever sees it must see it whole. */
  static final class Box {
    int content;

    Box(int content) {
      this.content = content;
    }
  }

  static final TaskRuntime RUNTIME =
      TaskRuntime.builder()
          .abortPolicy(AbortPolicy.once())
          .failureHook(failure -> {
            if (failure.cause() instanceof Counted counted) {
              counted.reports.incrementAndGet();
            }
          })
          .build();

  private StressRuntime() {}

  static <T> TaskCore<T> task(Callable<T> body) {
    return RUNTIME.prepare(body);
  }

  static <T> TaskCore<T> light(Callable<T> body) {
    return new TaskCore<>(RUNTIME, body, null, TaskKind.LIGHT);
  }

  /** As the thread of a pool that has taken it. */
  static void execute(TaskCore<?> core) {
    var _ = core.execute(new SharedThread(Thread.currentThread(), null));
  }

  static AbortReason because(String why) {
    return AbortReason.of(AbortReason.Kind.USER, why);
  }

  static int number(boolean flag) {
    return flag ? 1 : 0;
  }

  static int join(TaskCore<Box> core) {
    try {
      core.await();
      return core.value().content;
    } catch (InterruptedException e) {
      return -2;
    }
  }
}
