package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import dev.musubi.sync.Oneshot;
import dev.musubi.sync.OneshotReceiver;
import dev.musubi.sync.OneshotSender;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is lost when a wait is cut short: for every waiting method of the library, the guide's table
 * says it and this test proves it. Each wait is cut at every step: before it begins, when what it
 * waits for is there already, while it is parked, and at the moment of completion, by an abort, an
 * interrupt and a lost select.
 */
@Timeout(120)
class CancelSafetyTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final int RACES = 300;

  /** What becomes of the matter when the wait ends early. */
  private enum Promise {
    KEEPS("takes nothing; do it again"),
    ONCE("takes the value if it returns it, and only then; do it again"),
    ANEW("nothing to lose; done again, it begins anew"),
    SAME_THREAD("runs its body here; as safe as the body"),
    BODY("as safe as its body, which is aborted and has really ended; its value is dropped");

    final String text;

    Promise(String text) {
      this.text = text;
    }
  }

  /** One wait on a matter of its own. */
  private interface Wait {
    /** Waits; what it returns is compared with what the wait gives when it is not disturbed. */
    Object await() throws Exception;

    /** Makes the wait ready. */
    void complete() throws Exception;
  }

  private record Case(String method, Promise promise, Callable<Wait> fresh) {
    @Override
    public String toString() {
      return method;
    }
  }

  /** A wait on a task that is released by completing it. */
  private interface OnTask {
    Object await(JoinHandle<String> handle) throws Exception;
  }

  private static Case task(String method, OnTask wait) {
    return new Case(
        method,
        Promise.KEEPS,
        () -> {
          CountDownLatch running = new CountDownLatch(1);
          CountDownLatch release = new CountDownLatch(1);
          JoinHandle<String> handle =
              Task.spawn(() -> {
                running.countDown();
                Kit.awaitStubbornly(release);
                return "value";
              });
          Kit.await(running); // one that has not begun could be aborted for good
          return of(() -> wait.await(handle), release::countDown);
        });
  }

  private static Wait of(Callable<?> wait, VoidBody<Exception> complete) {
    return new Wait() {
      @Override
      public Object await() throws Exception {
        return wait.call();
      }

      @Override
      public void complete() throws Exception {
        complete.run();
      }
    };
  }

  private static Case token(String method, Callable<?> result, TokenWait wait) {
    return new Case(
        method,
        Promise.KEEPS,
        () -> {
          CancellationToken token = new CancellationToken().child();
          return of(
              () -> {
                wait.await(token);
                return result.call();
              },
              token::cancel);
        });
  }

  private interface TokenWait {
    void await(CancellationToken token) throws Exception;
  }

  private static Case receive(String method, Receive wait) {
    return new Case(
        method,
        Promise.ONCE,
        () -> {
          Oneshot<String> channel = Oneshot.create();
          return of(() -> wait.from(channel.receiver()), () -> channel.sender().send("value"));
        });
  }

  private interface Receive {
    Object from(OneshotReceiver<String> receiver) throws Exception;
  }

  /** A wait for a clock that is moved by hand. */
  private static Case timed(String method, Promise promise, Timed wait) {
    return new Case(
        method,
        promise,
        () -> {
          ManualTime time = new ManualTime();
          TaskRuntime runtime = TaskRuntime.builder().time(time).build();
          Callable<?> made = runtime.blockOn(() -> wait.make());
          return of(() -> runtime.blockOn(() -> made.call()), () -> time.advance(HOUR));
        });
  }

  private interface Timed {
    Callable<?> make() throws InterruptedException;
  }

  private static Case tracker(String method, From<TaskTracker> wait) {
    return new Case(
        method,
        Promise.KEEPS,
        () -> {
          TaskTracker tracker = new TaskTracker();
          return of(() -> wait.take(tracker), tracker::close);
        });
  }

  /** A task that has begun, in a set of some kind; to be released. */
  private static Callable<String> gated(CountDownLatch running, CountDownLatch release) {
    return () -> {
      running.countDown();
      Kit.awaitStubbornly(release);
      return "value";
    };
  }

  private interface From<S> {
    Object take(S set) throws Exception;
  }

  private static Case set(String method, From<JoinSet<String>> wait) {
    return members(method, JoinSet::new, JoinSet::spawn, wait);
  }

  private static Case queue(String method, From<JoinQueue<String>> wait) {
    return members(method, JoinQueue::new, JoinQueue::spawn, wait);
  }

  private static Case map(String method, From<JoinMap<String, String>> wait) {
    return members(method, JoinMap::new, (map, body) -> map.spawn("key", body), wait);
  }

  private static <S> Case members(
      String method, Supplier<S> make, BiConsumer<S, Callable<String>> spawn, From<S> wait) {
    return new Case(
        method,
        Promise.ONCE,
        () -> {
          S set = make.get();
          CountDownLatch running = new CountDownLatch(1);
          CountDownLatch release = new CountDownLatch(1);
          spawn.accept(set, gated(running, release));
          Kit.await(running);
          return of(() -> wait.take(set) == null ? "nothing" : true, release::countDown);
        });
  }

  private static Object shutDown(JoinSet<String> set) throws InterruptedException {
    set.shutdown();
    return set.isEmpty();
  }

  private static Object shutDown(JoinQueue<String> queue) throws InterruptedException {
    queue.shutdown();
    return queue.isEmpty();
  }

  private static Object shutDown(JoinMap<String, String> map) throws InterruptedException {
    map.shutdown();
    return map.isEmpty();
  }

  static Stream<Case> cases() {
    return Stream.of(
        task("JoinHandle.join()", JoinHandle::join),
        task("JoinHandle.joinInline()", JoinHandle::joinInline),
        task("JoinHandle.join(Duration)", h -> h.join(HOUR)),
        task("JoinHandle.join(Class)", h -> h.join(IOException.class)),
        task("JoinHandle.join(Class,Class)", h -> h.join(IOException.class, Exception.class)),
        task("JoinHandle.joinOrAbort(Duration)", h -> h.joinOrAbort(HOUR)),
        task("JoinHandle.outcome()", h -> h.outcome().orThrow()),
        task("JoinHandle.outcome(Duration)", h -> h.outcome(HOUR).orThrow()),
        task("JoinHandle.abortAndJoin()", h -> h.abortAndJoin().orThrow()),
        task("JoinHandle.abortAndJoin(Duration)", h -> h.abortAndJoin(HOUR).orThrow()),
        task("Select.select(Branch[])", h -> Select.select(h.onJoin(v -> v), never())),
        task("Select.selectBiased(Branch[])", h -> Select.selectBiased(never(), h.onJoin(v -> v))),
        task("Join.join(Collection)", h -> Join.join(List.of(h)).getFirst().orThrow()),
        task("Join.tryJoin(Collection)", h -> Join.tryJoin(List.of(h, h)).getFirst()),
        task("Join.race(Collection)", h -> Join.race(List.of(h))),
        task("Join.join(JoinHandle,...)", h -> Join.join(h, h, (a, _) -> a.orThrow())),
        task("Join.tryJoin(JoinHandle,...)", h -> Join.tryJoin(h, h, (a, _) -> a)),
        token("CancellationToken.awaitCancelled()", () -> true, t -> t.awaitCancelled()),
        token(
            "CancellationToken.awaitCancelled(Duration)", () -> true, t -> t.awaitCancelled(HOUR)),
        token(
            "Select.select(Branch[]) over a token",
            () -> true,
            t -> Select.select(t.onCancelled(() -> true), never())),
        receive("OneshotReceiver.receive()", OneshotReceiver::receive),
        receive("OneshotReceiver.receive(Duration)", r -> r.receive(HOUR)),
        receive(
            "Select.select(Branch[]) over a channel",
            r -> Select.select(r.onReceive(v -> v), never())),
        new Case(
            "OneshotSender.awaitClosed()",
            Promise.KEEPS,
            () -> {
              Oneshot<String> channel = Oneshot.create();
              OneshotSender<String> sender = channel.sender();
              return of(
                  () -> {
                    sender.awaitClosed();
                    return true;
                  },
                  channel.receiver()::close);
            }),
        tracker(
            "TaskTracker.await()",
            t -> {
              t.await();
              return true;
            }),
        tracker("TaskTracker.await(Duration)", t -> t.await(HOUR)),
        new Case(
            "Scope.join()",
            Promise.KEEPS,
            () -> {
              Scope scope = Scope.open();
              CountDownLatch running = new CountDownLatch(1);
              CountDownLatch release = new CountDownLatch(1);
              scope.spawn(gated(running, release));
              Kit.await(running);
              return of(
                  () -> {
                    scope.join();
                    return true;
                  },
                  release::countDown);
            }),
        new Case(
            "MapConcurrent.next()",
            Promise.ONCE,
            () -> {
              CountDownLatch release = new CountDownLatch(1);
              MapConcurrent<String> results =
                  MapConcurrent.inOrder(
                      List.of(1),
                      1,
                      _ -> {
                        Kit.awaitStubbornly(release);
                        return "value";
                      });
              return of(() -> results.next().orElse("nothing"), release::countDown);
            }),
        set("JoinSet.next()", JoinSet::next),
        set("JoinSet.next(Duration)", s -> s.next(HOUR)),
        set("JoinSet.joinAll()", s -> s.joinAll().isEmpty() ? null : true),
        set("JoinSet.join(JoinPolicy)", s -> s.join(JoinPolicy.firstSuccess())),
        set("JoinSet.shutdown()", CancelSafetyTest::shutDown),
        queue("JoinQueue.next()", JoinQueue::next),
        queue("JoinQueue.next(Duration)", q -> q.next(HOUR)),
        queue("JoinQueue.joinAll()", q -> q.joinAll().isEmpty() ? null : true),
        queue("JoinQueue.join(JoinPolicy)", q -> q.join(JoinPolicy.firstSuccess())),
        queue("JoinQueue.shutdown()", CancelSafetyTest::shutDown),
        map("JoinMap.next()", JoinMap::next),
        map("JoinMap.next(Duration)", m -> m.next(HOUR)),
        map("JoinMap.shutdown()", CancelSafetyTest::shutDown),
        timed(
            "Interval.tick()",
            Promise.ONCE,
            () -> {
              Interval interval = Interval.every(HOUR);
              interval.tick();
              return () -> {
                assertThat(interval.tick().hasPassed()).isTrue();
                return true;
              };
            }),
        timed(
            "Sleep.await()",
            Promise.KEEPS,
            () -> {
              Sleep sleep = Sleep.of(HOUR);
              return () -> {
                sleep.await();
                return true;
              };
            }),
        timed(
            "Task.sleepUntil(Deadline)",
            Promise.KEEPS,
            () -> {
              Deadline deadline = Deadline.after(HOUR);
              return () -> {
                Task.sleepUntil(deadline);
                return true;
              };
            }),
        new Case("Task.sleep(Duration)", Promise.ANEW, CancelSafetyTest::none),
        new Case("Task.yieldNow()", Promise.ANEW, CancelSafetyTest::none),
        new Case("Task.checkAborted()", Promise.ANEW, CancelSafetyTest::none),
        new Case("Task.timeout(Duration,Body)", Promise.BODY, CancelSafetyTest::none),
        new Case("Task.timeout(Duration,VoidBody)", Promise.BODY, CancelSafetyTest::none),
        new Case("CancellationToken.runUntilCancelled(Body)", Promise.BODY, CancelSafetyTest::none),
        new Case("Hedge.call(Callable)", Promise.BODY, CancelSafetyTest::none),
        new Case("MapConcurrent.toList()", Promise.BODY, CancelSafetyTest::none),
        new Case("Task.shield(VoidBody)", Promise.SAME_THREAD, CancelSafetyTest::none),
        new Case("Task.shieldCall(Body)", Promise.SAME_THREAD, CancelSafetyTest::none),
        new Case("TaskLocal.callWhere(Object,Body)", Promise.SAME_THREAD, CancelSafetyTest::none),
        new Case(
            "TaskLocal.runWhere(Object,VoidBody)", Promise.SAME_THREAD, CancelSafetyTest::none),
        new Case("TaskRuntime.blockOn(Body)", Promise.SAME_THREAD, CancelSafetyTest::none),
        new Case("TaskRuntime.blockOn(VoidBody)", Promise.SAME_THREAD, CancelSafetyTest::none));
  }

  private static Branch<String, RuntimeException> never() {
    return Select.on(_ -> () -> {}, _ -> "never");
  }

  /** What is only listed here is proved where the method has its own test. */
  private static Wait none() {
    throw new AssertionError("not performed");
  }

  static Stream<Case> performed() {
    return cases().filter(c -> c.promise == Promise.KEEPS || c.promise == Promise.ONCE);
  }

  // ---------------------------------------------------------------- the steps

  @ParameterizedTest
  @MethodSource("performed")
  @Contract({210, 211})
  @Semantics(8)
  void cutBeforeItBegins(Case c) throws Exception {
    Wait wait = c.fresh.call();
    Thread.currentThread().interrupt();
    assertThatThrownBy(wait::await).isExactlyInstanceOf(InterruptedException.class);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    wait.complete();
    expectAll(c, wait);
  }

  @ParameterizedTest
  @MethodSource("performed")
  @Contract({210, 211})
  @Semantics(8)
  void cutWhenWhatItWaitsForIsThere(Case c) throws Exception {
    Wait wait = c.fresh.call();
    wait.complete();
    if (c.promise == Promise.KEEPS) {
      assertThat(wait.await()).isIn("value", true);
    }
    Thread.currentThread().interrupt();
    try {
      assertThat(wait.await()).isIn("value", true); // what does not wait need not throw
      assertThat(c.promise).isEqualTo(Promise.KEEPS);
    } catch (InterruptedException e) {
      // nothing was taken, then
    }
    boolean _ = Thread.interrupted();
    expectAll(c, wait);
  }

  @ParameterizedTest
  @MethodSource("performed")
  @Contract({210, 211})
  @Semantics({4, 8})
  void cutWhileItIsParked(Case c) throws Exception {
    Wait wait = c.fresh.call();
    for (int i = 0; i < 3; i++) { // more than one may have been cut
      AtomicReference<Thread> waiter = new AtomicReference<>();
      JoinHandle<Object> cut =
          Task.spawn(() -> {
            waiter.set(Thread.currentThread());
            return wait.await();
          });
      Kit.awaitParked(Kit.thread(waiter));
      assertThat(cut.abortAndJoin())
          .isInstanceOfSatisfying(
              Cancelled.class,
              cancelled ->
                  assertThat(cancelled.reason().thrown().orElseThrow())
                      .isInstanceOf(TaskAbortedException.class));
    }
    wait.complete();
    expectAll(c, wait);
  }

  @ParameterizedTest
  @MethodSource("performed")
  @Contract({210, 211})
  @Semantics({4, 8})
  void cutAtTheMomentOfCompletion(Case c) throws Exception {
    for (int i = 0; i < RACES; i++) {
      Wait wait = c.fresh.call();
      AtomicInteger given = new AtomicInteger();
      JoinHandle<?> cut =
          Task.spawn(() -> {
            assertThat(wait.await()).isIn("value", true);
            given.incrementAndGet();
          });
      for (int k = 0; k < i % 4; k++) {
        Task.yieldNow();
      }
      JoinHandle<?> completing = Task.spawn(() -> wait.complete());
      if (i % 2 == 0) {
        Task.yieldNow();
      }
      cut.abort();
      completing.join();
      assertThat(cut.outcome().isPanic()).as("%s", cut.outcome()).isFalse();
      if (c.promise == Promise.KEEPS || given.get() == 0) {
        expectAll(c, wait);
      }
    }
  }

  /** It is there, once or for ever. */
  private static void expectAll(Case c, Wait wait) throws Exception {
    assertThat(wait.await()).isIn("value", true);
    if (c.promise == Promise.KEEPS) {
      assertThat(wait.await()).isIn("value", true);
    }
  }

  // ---------------------------------------------------------------- the table

  @Test
  @Contract(211)
  void everyWaitOfTheLibraryIsInTheTable() throws Exception {
    Set<String> listed = new TreeSet<>();
    cases().forEach(c -> listed.add(c.method.replaceAll(" over .*", "")));
    assertThat(listed).containsExactlyInAnyOrderElementsOf(interruptibleMethods());
  }

  private static Set<String> interruptibleMethods() throws Exception {
    Path classes = Path.of(Task.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Set<String> found = new TreeSet<>();
    for (String folder : List.of("dev/musubi", "dev/musubi/sync")) {
      try (Stream<Path> files = Files.list(classes.resolve(folder))) {
        for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
          String name = classes.relativize(file).toString().replaceAll("[/\\\\]", ".");
          Class<?> type = Class.forName(name.substring(0, name.length() - ".class".length()));
          if (Modifier.isPublic(type.getModifiers())
              && !type.isAnnotationPresent(FunctionalInterface.class)) {
            for (Method method : type.getDeclaredMethods()) {
              if (Modifier.isPublic(method.getModifiers())
                  && !method.isSynthetic()
                  && List.of(method.getExceptionTypes()).contains(InterruptedException.class)) {
                found.add(signature(type, method));
              }
            }
          }
        }
      }
    }
    return found;
  }

  private static String signature(Class<?> type, Method method) {
    List<String> parameters = new ArrayList<>();
    for (Class<?> parameter : method.getParameterTypes()) {
      parameters.add(parameter.getSimpleName());
    }
    String list = String.join(",", parameters);
    return type.getSimpleName()
        + "."
        + method.getName()
        + "("
        + (list.startsWith("JoinHandle,") ? "JoinHandle,..." : list)
        + ")";
  }

  @Test
  void theGuidesTableIsFresh() throws Exception {
    Path page = docs().resolve("guide/cancel-safety.md");
    String fresh = render();
    if (Boolean.getBoolean("musubi.contract.write")) {
      Files.writeString(page, fresh);
    }
    assertThat(Files.exists(page) ? Files.readString(page) : "")
        .as("stale; run: mvn -pl core test -Dtest=CancelSafetyTest -Dmusubi.contract.write=true")
        .isEqualTo(fresh);
  }

  private static Path docs() throws Exception {
    Path folder =
        Path.of(CancelSafetyTest.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    while (!Files.isDirectory(folder.resolve("docs"))
        || !Files.isDirectory(folder.resolve("core"))) {
      folder = folder.getParent();
    }
    return folder.resolve("docs");
  }

  private static String render() {
    StringBuilder page =
        new StringBuilder(
            """
            # Cancel safety

            <!-- Written by CancelSafetyTest, which performs every row that waits. Do not edit:
                 mvn -pl core test -Dtest=CancelSafetyTest -Dmusubi.contract.write=true -->

            What is lost when a wait ends early: by an abort of the waiting task, an interrupt of the
            thread, a time limit, or a [select](select.md) that another branch wins. A wait is
            *cancel-safe* when giving it up and doing it again is the same as having done it once. In
            Tokio this is a list in the documentation and a source of lost messages; here it is tested
            for each method, at each step: before the wait begins, when what it waits for is there
            already, while it is parked, and at the moment of completion.

            A wait that throws has taken nothing. When a value and an abort come at the same moment, a
            wait that takes a value out of something returns it, and the abort is found by the next
            wait; a wait that leaves it where it is may throw.

            | wait | when it ends early |
            | --- | --- |
            """);
    cases()
        .forEach(c ->
            page.append("| `")
                .append(c.method.replace(" over ", "` over "))
                .append(c.method.contains(" over ") ? "" : "`")
                .append(" | ")
                .append(c.promise.text)
                .append(" |\n"));
    page.append(
        """

        Every method with `Duration` as a limit is as safe as the one without.

        Not waits of Musubi, and not in the table: what the [abort table](abort-table.md) lists. An
        interrupt closes a socket or a channel, and data that a call has already read may be gone with
        the exception. Read in a task of its own, and select over its handle.

        A handler of a select runs after the win: what it throws away is gone. Keep the handler short,
        and return the value to the loop.
        """);
    return page.toString();
  }
}
