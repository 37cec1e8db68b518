package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.contract.Semantics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Spawns and inline joins where the stack ends. In a JVM of its own: with a small stack, one
 * carrier, so that nobody else takes the tasks, and no pacer, as the JVM does not survive that a
 * virtual thread parks there. Frames are of another size with each compiler.
 */
@Timeout(60)
class StackEndTest {
  private static final Callable<Integer> ONE = () -> 1;

  @ParameterizedTest
  @ValueSource(strings = {"-Xint", "-XX:TieredStopAtLevel=1", "-XX:+TieredCompilation"})
  @Semantics({2, 11})
  void whatWasSpawnedEnds(String compilers) throws Exception {
    Kit.Exit exit =
        Kit.java(
            List.of(
                compilers,
                "-Xss256k",
                "-Djdk.virtualThreadScheduler.parallelism=1",
                "-Ddev.musubi.fairness=off"),
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
      spawnAtTheEnd(runtime);
      joinAtTheEnd(runtime);
      System.out.println("all have ended");
      System.exit(0);
    }

    /** Each spawn gives a task that runs, or throws and leaves nothing behind. */
    private static void spawnAtTheEnd(TaskRuntime runtime) throws Exception {
      JoinSet<Integer> set = new JoinSet<>();
      ExecutorService executor = runtime.asExecutorService();
      AtomicInteger ran = new AtomicInteger();
      Callable<Integer> body = ran::incrementAndGet;
      List<VoidBody<InterruptedException>> ways =
          List.of(
              () -> runtime.spawn(body),
              () -> runtime.spawnLight(body),
              () -> set.spawn(runtime.task(), body),
              () -> executor.submit(body));
      int spawned = 0;
      for (VoidBody<InterruptedException> way : ways) {
        way.run(); // its classes are needed before
        spawned++;
      }
      for (int round = 0; round < 100; round++) {
        int distance = round % 25;
        AtomicInteger here = new AtomicInteger();
        VoidBody<InterruptedException> way = ways.get(round % ways.size());
        VoidBody<InterruptedException> counted =
            () -> {
              way.run();
              here.incrementAndGet();
            };
        JoinHandle<?> host =
            runtime.spawn(() ->
                fromThere(distance, () -> goOnWhereTheStackEnds(counted, () -> here.get() == 8)));
        host.outcome(Kit.SOON).orThrow();
        spawned += 8;
      }
      while (runtime.liveTaskCount() > 0) { // one that has just finished may still be listed
        Thread.sleep(1);
      }
      set.close();
      executor.shutdown();
      if (ran.get() != spawned || !executor.awaitTermination(20, TimeUnit.SECONDS)) {
        throw new AssertionError(ran + " of " + spawned);
      }
    }

    private static void joinAtTheEnd(TaskRuntime runtime) throws Exception {
      for (int round = 0; round < 100; round++) {
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
              AtomicInteger at = new AtomicInteger();
              fromThere(
                  distance,
                  () ->
                      goOnWhereTheStackEnds(
                          () -> joinNext(guests, at), () -> at.get() == guests.size()));
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
    }

    private static void joinNext(List<JoinHandle<Integer>> guests, AtomicInteger at)
        throws InterruptedException {
      try {
        guests.get(at.get()).joinInline();
      } catch (JoinException e) {
        // it was told
      }
      at.incrementAndGet();
    }

    /** A class whose initializer meets the end of the stack is broken for good. */
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
    private static void fromThere(int distance, VoidBody<InterruptedException> body)
        throws InterruptedException {
      if (distance > 0) {
        fromThere(distance - 1, body);
      } else {
        body.run();
      }
    }

    /** On the way back from the end: again and again in one frame, and then in the next. */
    private static void goOnWhereTheStackEnds(
        VoidBody<InterruptedException> body, BooleanSupplier isDone) throws InterruptedException {
      try {
        goOnWhereTheStackEnds(body, isDone);
        return;
      } catch (StackOverflowError e) {
        // here it is
      }
      while (!isDone.getAsBoolean()) {
        body.run();
      }
    }
  }
}
