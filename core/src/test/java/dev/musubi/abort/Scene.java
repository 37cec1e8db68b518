package dev.musubi.abort;

import dev.musubi.JoinHandle;
import dev.musubi.TaskInfo;
import dev.musubi.TaskRuntime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;

/**
 * One performance of a body that is to be aborted: what it calls, how to see that it is really in
 * that call, how to let it out, and what the abort has cost.
 */
final class Scene implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  /** Builds a scene: opens what the body needs, and says what it does. */
  @FunctionalInterface
  interface Director {
    void prepare(Scene scene) throws Exception;
  }

  /** A body without a value that may throw anything. */
  @FunctionalInterface
  interface Act {
    void run() throws Exception;
  }

  enum On {
    VIRTUAL,
    PLATFORM
  }

  final On on;
  final TaskRuntime runtime;
  private final Deque<AutoCloseable> props = new ArrayDeque<>();
  private Act act = () -> {};
  private Act release = () -> {};
  private Callable<String> cost = () -> Effect.NO_COST;
  private String className = "";
  private String methodName = "";
  private boolean parked = true;
  private boolean unstarted;

  Scene(On on, TaskRuntime runtime) {
    this.on = on;
    this.runtime = runtime;
  }

  /** Something to close when the scene is over. */
  <C extends AutoCloseable> C prop(C prop) {
    props.push(prop);
    return prop;
  }

  Scene body(Act what) {
    act = what;
    return this;
  }

  /** The body is in place when this method is on its stack and the thread is blocked. */
  Scene blockedIn(Class<?> type, String method) {
    return blockedIn(type.getName(), method);
  }

  Scene blockedIn(String type, String method) {
    className = type;
    methodName = method;
    return this;
  }

  /** The body is in place when this method is on its stack: it computes. */
  Scene runningIn(Class<?> type, String method) {
    parked = false;
    return blockedIn(type.getName(), method);
  }

  /** The body is in place when it has been accepted. */
  Scene unstarted() {
    unstarted = true;
    return this;
  }

  /** Gives the body what it waits for. */
  Scene release(Act how) {
    release = how;
    return this;
  }

  Scene cost(Callable<String> what) {
    cost = what;
    return this;
  }

  void act() throws Exception {
    act.run();
  }

  void release() throws Exception {
    release.run();
  }

  String cost() throws Exception {
    return cost.call();
  }

  boolean isUnstarted() {
    return unstarted;
  }

  /** Returns when the body is really in its call. */
  void awaitPlace(JoinHandle<?> handle) throws InterruptedException {
    eventually("the body is in " + className + "." + methodName, () -> isInPlace(handle));
  }

  private boolean isInPlace(JoinHandle<?> handle) {
    return runtime.liveTasks().stream()
        .filter(task -> task.id().equals(handle.id()))
        .anyMatch(this::isInPlace);
  }

  private boolean isInPlace(TaskInfo task) {
    if (task.thread().isEmpty()) {
      return false;
    }
    var stack = task.stack();
    boolean inCall =
        stack.stream()
            .anyMatch(frame ->
                frame.getClassName().equals(className) && frame.getMethodName().equals(methodName));
    return inCall
        && (!parked
            || switch (task.thread().get().getState()) {
              case BLOCKED, WAITING, TIMED_WAITING -> true;
              default -> stack.getFirst().isNativeMethod(); // in a system call
            });
  }

  static void eventually(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + DEADLINE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + DEADLINE + ": " + what);
      }
      Thread.sleep(1);
    }
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable prop : props) {
      prop.close();
    }
  }
}
