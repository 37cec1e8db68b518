package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.contract.Semantics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Inline joins where the stack ends. In a JVM of its own: with a small stack, one carrier, so that
 * nobody else takes the tasks, and interpreted, as the compilers' JVM does not survive that a
 * virtual thread parks there.
 */
@Timeout(60)
class StackEndTest {
  private static final Callable<Integer> ONE = () -> 1;

  @Test
  @Semantics({2, 11})
  void aTaskForWhichThereIsNoStackInAJoinEndsAllTheSame() throws Exception {
    Kit.Exit exit =
        Kit.java(
            List.of("-Xint", "-Xss256k", "-Djdk.virtualThreadScheduler.parallelism=1"),
            Overflows.class);
    assertThat(exit.out()).endsWith("all have ended\n");
    assertThat(exit.code()).isZero();
  }

  /** The main class of the child. */
  static final class Overflows {
    private Overflows() {}

    public static void main(String[] args) throws Exception {
      TaskRuntime runtime = TaskRuntime.builder().failureHook(_ -> {}).build();
      useEverythingOnce(runtime);
      for (int round = 0; round < 300; round++) {
        List<JoinHandle<Integer>> guests = new ArrayList<>();
        List<JoinHandle<Integer>> all = new ArrayList<>();
        int distance = round % 50;
        boolean nested = round % 2 == 0;
        JoinHandle<?> host =
            runtime.spawnLight(() -> {
              for (int i = 0; i < 8; i++) {
                JoinHandle<Integer> inner = runtime.spawnLight(ONE);
                all.add(inner);
                if (nested) {
                  var _ = inner.toCompletableFuture(); // somebody waits for it
                  guests.add(runtime.spawnLight(() -> inner.joinInline()));
                } else {
                  guests.add(inner);
                }
              }
              fromThere(distance, guests);
            });
        host.outcome(Kit.SOON).orThrow();
        all.addAll(guests);
        for (JoinHandle<Integer> guest : all) {
          Outcome<Integer> ended = guest.outcome(Kit.SOON);
          if (!ended.isSuccess() && !isOverflow(((Panicked<Integer>) ended).cause())) {
            throw new AssertionError(ended.toString());
          }
        }
      }
      System.out.println("all have ended");
      System.exit(0);
    }

    /** A class of the platform whose initializer meets the end of the stack is broken for good. */
    private static void useEverythingOnce(TaskRuntime runtime) throws InterruptedException {
      JoinHandle<?> host =
          runtime.spawnLight(() -> {
            JoinHandle<Integer> inner =
                runtime.spawnLight(() -> {
                  throw new StackOverflowError("of its own");
                });
            var _ = inner.toCompletableFuture();
            JoinHandle<Integer> outer = runtime.spawnLight(() -> inner.joinInline());
            return outer.joinInline();
          });
      if (host.outcome().isSuccess()) {
        throw new AssertionError();
      }
      Log.warn("to be seen once", new StackOverflowError("of nobody"));
    }

    private static boolean isOverflow(Throwable cause) {
      return cause instanceof StackOverflowError
          || (cause instanceof JoinException && cause.getCause() instanceof StackOverflowError);
    }

    /** Moves the end of the stack by some frames of another size. */
    private static void fromThere(int distance, List<JoinHandle<Integer>> guests)
        throws InterruptedException {
      if (distance > 0) {
        fromThere(distance - 1, guests);
      } else {
        joinWhereTheStackEnds(guests, new AtomicInteger());
      }
    }

    /** On the way back from the end: each one again in the next frame, until it has ended. */
    private static void joinWhereTheStackEnds(List<JoinHandle<Integer>> guests, AtomicInteger at)
        throws InterruptedException {
      try {
        joinWhereTheStackEnds(guests, at);
        return;
      } catch (StackOverflowError e) {
        // here it is
      }
      while (at.get() < guests.size()) {
        try {
          guests.get(at.get()).joinInline();
        } catch (JoinException e) {
          // it was told
        }
        at.incrementAndGet();
      }
    }
  }
}
