package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.musubi.contract.Semantics;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is particular to light tasks. That all else is as for others is shown by the other tests,
 * which are run a second time with light tasks.
 */
@Timeout(60)
@DisabledIfSystemProperty(named = "dev.musubi.test.light", matches = "true")
class LightTest {
  private static final Callable<Integer> ONE = () -> 1;

  private final TaskRuntime runtime = TaskRuntime.create();

  @AfterEach
  void nothingIsLeft() {
    assertThat(runtime.liveTaskCount()).isZero();
    runtime.close();
  }

  // ---------------------------------------------------------------- sharing threads

  @Test
  void manyTasksShareAFewThreads() throws Exception {
    List<JoinHandle<Thread>> handles = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      handles.add(runtime.spawnLight(() -> Thread.currentThread()));
    }
    AtomicInteger threads = new AtomicInteger();
    for (JoinHandle<Thread> handle : handles) {
      assertThat(handle.join().isVirtual()).isTrue();
    }
    threads.set((int) handles.stream().map(JoinHandle::resultNow).distinct().count());
    assertThat(threads.get()).isLessThan(1_000);
  }

  @Test
  void closingTheRuntimeEndsItsThreads() throws Exception {
    TaskRuntime own = TaskRuntime.create();
    List<JoinHandle<Thread>> handles = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      handles.add(own.spawnLight(() -> Thread.currentThread()));
    }
    for (JoinHandle<Thread> handle : handles) {
      handle.join(Kit.SOON);
    }
    own.close();
    for (JoinHandle<Thread> handle : handles) {
      assertThat(handle.resultNow().join(Kit.SOON)).as("the worker has ended").isTrue();
    }
  }

  @Test
  @Semantics(10)
  void aNameIsTheThreadsNameWhileTheTaskRuns() throws Exception {
    for (int i = 0; i < 20; i++) {
      JoinHandle<String> named =
          runtime.task().light().name("parse").spawn(() -> Thread.currentThread().getName());
      assertThat(named.join(Kit.SOON)).isEqualTo("parse");
      JoinHandle<String> plain = runtime.spawnLight(() -> Thread.currentThread().getName());
      assertThat(plain.join(Kit.SOON)).isEqualTo("musubi-light");
    }
  }

  // ---------------------------------------------------------------- blocking

  /** A way to block until another task, spawned after, lets it go. */
  enum Foreign {
    PARK {
      @Override
      Meeting meet() {
        AtomicReference<Thread> parked = new AtomicReference<>();
        AtomicBoolean go = new AtomicBoolean();
        return new Meeting(
            () -> {
              parked.set(Thread.currentThread());
              while (!go.get()) {
                LockSupport.park();
              }
            },
            () -> {
              go.set(true);
              LockSupport.unpark(parked.get());
            });
      }
    },
    LATCH {
      @Override
      Meeting meet() {
        CountDownLatch latch = new CountDownLatch(1);
        return new Meeting(latch::await, latch::countDown);
      }
    },
    WAIT_AND_NOTIFY {
      @Override
      Meeting meet() {
        Object monitor = new Object();
        AtomicBoolean go = new AtomicBoolean();
        return new Meeting(
            () -> {
              synchronized (monitor) {
                while (!go.get()) {
                  monitor.wait();
                }
              }
            },
            () -> {
              synchronized (monitor) {
                go.set(true);
                monitor.notifyAll();
              }
            });
      }
    },
    LOCK {
      @Override
      Meeting meet() {
        ReentrantLock lock = new ReentrantLock();
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Thread.ofVirtual()
            .start(() -> {
              lock.lock();
              held.countDown();
              try {
                Kit.awaitStubbornly(go);
              } finally {
                lock.unlock();
              }
            });
        return new Meeting(
            () -> {
              held.await();
              lock.lock();
              lock.unlock();
            },
            go::countDown);
      }
    },
    SYNCHRONOUS_QUEUE {
      @Override
      Meeting meet() {
        SynchronousQueue<Integer> queue = new SynchronousQueue<>();
        return new Meeting(() -> queue.put(1), () -> assertThat(queue.take()).isEqualTo(1));
      }
    },
    QUEUE {
      @Override
      Meeting meet() {
        ArrayBlockingQueue<Integer> queue = new ArrayBlockingQueue<>(1);
        return new Meeting(() -> assertThat(queue.take()).isEqualTo(1), () -> queue.put(1));
      }
    },
    FUTURE {
      @Override
      Meeting meet() {
        CompletableFuture<Integer> future = new CompletableFuture<>();
        return new Meeting(() -> assertThat(future.get()).isEqualTo(1), () -> future.complete(1));
      }
    },
    SOCKET {
      @Override
      Meeting meet() throws Exception {
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket there = new Socket(server.getInetAddress(), server.getLocalPort());
        Socket here = server.accept();
        return new Meeting(
            () -> {
              try (server;
                  here) {
                assertThat(here.getInputStream().read()).isEqualTo(7);
              }
            },
            () -> {
              try (there) {
                there.getOutputStream().write(7);
              }
            });
      }
    },
    PROCESS {
      @Override
      Meeting meet() throws Exception {
        Process cat = new ProcessBuilder("cat").start();
        return new Meeting(
            () -> assertThat(cat.waitFor()).isZero(), () -> cat.getOutputStream().close());
      }
    },
    A_LIGHT_TASK {
      @Override
      Meeting meet() {
        CountDownLatch latch = new CountDownLatch(1);
        return new Meeting(() -> Task.spawnLight(() -> latch.await()).join(), latch::countDown);
      }
    };

    abstract Meeting meet() throws Exception;
  }

  private record Meeting(VoidBody<Exception> blocks, VoidBody<Exception> releases) {}

  @ParameterizedTest
  @EnumSource(Foreign.class)
  void whateverBlocksOneTaskTheOthersGoOn(Foreign kind) throws Exception {
    List<JoinHandle<?>> all = new ArrayList<>();
    List<Meeting> meetings = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      meetings.add(kind.meet());
    }
    // all from one task: with the blocked ones ahead of those that let them go
    JoinHandle<?> spawner =
        runtime.spawnLight(() -> {
          meetings.forEach(m -> all.add(runtime.spawnLight(m.blocks)));
          meetings.forEach(m -> all.add(runtime.spawnLight(m.releases)));
        });
    spawner.join(Kit.SOON);
    for (JoinHandle<?> one : all) {
      one.join(Kit.SOON);
    }
  }

  @Test
  void thousandsMayBlockAtOnce() throws Exception {
    CountDownLatch all = new CountDownLatch(5_000);
    List<JoinHandle<Void>> handles = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      handles.add(
          runtime.spawnLight(() -> {
            all.countDown();
            all.await(); // needs each of them to run
          }));
    }
    for (JoinHandle<Void> handle : handles) {
      handle.join(Kit.SOON);
    }
  }

  // ---------------------------------------------------------------- joining inline

  @Test
  void joinInlineRunsATaskThatHasNotBegunOnTheCallersThread() throws Exception {
    int inline = 0;
    for (int i = 0; i < 1_000; i++) {
      JoinHandle<Thread> handle = runtime.spawnLight(() -> Thread.currentThread());
      if (handle.joinInline() == Thread.currentThread()) {
        inline++;
      }
      assertThat(TaskCore.current()).as("the caller is no task").isNull();
    }
    assertThat(inline).isPositive();
  }

  @Test
  void joinInlineFindsATaskWhereverItLies() throws Exception {
    int inline = 0;
    for (int i = 0; i < 1_000; i++) {
      List<JoinHandle<Thread>> spawned = new ArrayList<>();
      for (int j = 0; j < 50; j++) {
        spawned.add(runtime.spawnLight(() -> Thread.currentThread()));
      }
      JoinHandle<Thread> oneOfMany = spawned.get(25);
      if (oneOfMany.joinInline() == Thread.currentThread()) {
        inline++;
      }
      for (JoinHandle<Thread> other : spawned) {
        other.join(Kit.SOON);
      }
    }
    assertThat(inline).isPositive();
  }

  /** Whoever is quicker runs it; an abort stops it wherever it runs, and interrupts nobody else. */
  @Test
  @Semantics(4)
  void anAbortFindsTheThreadThatWonTheTask() throws Exception {
    for (int i = 0; i < 5_000; i++) {
      CountDownLatch never = new CountDownLatch(1);
      JoinHandle<Void> task = runtime.spawnLight(() -> never.await());
      JoinHandle<Boolean> joiner =
          runtime.spawnLight(() -> {
            try {
              task.joinInline();
            } catch (JoinException e) {
              return Thread.interrupted();
            }
            return true;
          });
      while (i % 2 == 0 && task.state() == TaskState.SCHEDULED) {
        Thread.onSpinWait();
      }
      assertThat(task.abort()).isTrue();
      assertThat(joiner.join(Kit.SOON)).as("the joiner was interrupted").isFalse();
      assertThat(task.outcome().isCancelled()).isTrue();
    }
  }

  /** Decision 0003: the handler is how the current task is known. */
  @Test
  void anEndHookThatReplacesTheThreadsHandlerHarmsNoOtherTask() throws Exception {
    TaskHooks hooks =
        new TaskHooks() {
          @Override
          public void onEnd(TaskId id, TaskState state) {
            Thread.currentThread().setUncaughtExceptionHandler((_, _) -> {});
          }
        };
    try (TaskRuntime other = TaskRuntime.builder().hooks(hooks).maxBlockingThreads(1).build()) {
      for (int i = 0; i < 1_000; i++) {
        JoinHandle<Boolean> light =
            other.spawnLight(() -> {
              other.spawnLight(ONE).joinInline();
              return Task.tryCurrentId().isPresent();
            });
        assertThat(light.join(Kit.SOON)).as("a light one").isTrue();
        JoinHandle<Boolean> blocking = other.spawnBlocking(() -> Task.tryCurrentId().isPresent());
        assertThat(blocking.join(Kit.SOON)).as("a blocking one").isTrue();
      }
    }
  }

  @Test
  void joinInlineOfOtherTasksIsJoin() throws Exception {
    JoinHandle<Thread> blocking = runtime.spawnBlocking(() -> Thread.currentThread());
    assertThat(blocking.joinInline()).isNotEqualTo(Thread.currentThread());
    assertThat(blocking.joinInline()).isSameAs(blocking.join());
    JoinHandle<Thread> ordinary = runtime.spawn(() -> Thread.currentThread());
    assertThat(ordinary.joinInline()).isNotEqualTo(Thread.currentThread());
  }

  @Test
  @Semantics(14)
  void inlineATaskIsStillItself() throws Exception {
    TaskLocal<String> user = TaskLocal.named("user");
    TaskLocal<String> own = TaskLocal.named("own");
    JoinHandle<?> outer =
        runtime.spawnLight(() -> {
          TaskId me = Task.currentId();
          for (int i = 0; i < 500; i++) {
            JoinHandle<TaskId> bare =
                runtime.spawnLight(() -> {
                  assertThat(user.tryGet()).as("set after the spawn").isEmpty();
                  return Task.currentId();
                });
            JoinHandle<String> with =
                runtime.task().light().taskLocal(own, "mine").spawn(() -> own.get());
            user.runWhere(
                "ann",
                () -> {
                  assertThat(with.joinInline()).isEqualTo("mine");
                  assertThat(bare.joinInline()).isEqualTo(bare.id());
                  assertThat(own.tryGet()).isEmpty();
                });
            assertThat(Task.currentId()).isEqualTo(me);
          }
        });
    outer.join(Kit.SOON);
  }

  @Test
  void inlineATaskIsInItsOwnRuntime() throws Exception {
    try (TaskRuntime other = TaskRuntime.create()) {
      for (int i = 0; i < 500; i++) {
        JoinHandle<TaskRuntime> handle = runtime.spawnLight(() -> TaskRuntime.current());
        assertThat(other.<TaskRuntime, InterruptedException>blockOn(() -> handle.joinInline()))
            .isSameAs(runtime);
      }
    }
  }

  @Test
  @Semantics({4, 6})
  void anAbortOfTheCallerDoesNotReachTheInnerTask() throws Exception {
    for (int i = 0; i < 200; i++) {
      CountDownLatch inside = new CountDownLatch(1);
      CountDownLatch go = new CountDownLatch(1);
      AtomicReference<JoinHandle<String>> inner = new AtomicReference<>();
      JoinHandle<String> outer =
          runtime.spawnLight(() -> {
            inner.set(
                runtime.spawnLight(() -> {
                  inside.countDown();
                  go.await(); // an interrupt would be a panic: nobody has aborted this one
                  return "inner";
                }));
            String value = inner.get().joinInline();
            Kit.sleepForever();
            return value;
          });
      Kit.await(inside);
      assertThat(outer.abort()).isTrue();
      go.countDown();
      assertThat(outer.outcome()).isInstanceOf(Cancelled.class);
      assertThat(inner.get().join(Kit.SOON)).isEqualTo("inner");
    }
  }

  @Test
  @Semantics({4, 6})
  void anAbortOfTheInnerTaskDoesNotReachTheCaller() throws Exception {
    for (int i = 0; i < 200; i++) {
      CountDownLatch inside = new CountDownLatch(1);
      AtomicReference<JoinHandle<?>> inner = new AtomicReference<>();
      JoinHandle<Boolean> outer =
          runtime.spawnLight(() -> {
            inner.set(
                runtime.spawnLight(() -> {
                  inside.countDown();
                  Kit.sleepForever();
                }));
            assertThatThrownBy(() -> inner.get().joinInline())
                .isInstanceOfSatisfying(
                    JoinException.class, e -> assertThat(e.isCancelled()).isTrue());
            return Thread.interrupted() || Task.isAbortRequested();
          });
      Kit.await(inside);
      Kit.eventually("its handle is known", () -> inner.get() != null);
      assertThat(inner.get().abort()).isTrue();
      assertThat(outer.join(Kit.SOON)).as("the caller was interrupted").isFalse();
    }
  }

  @Test
  void aLongChainOfInlineJoinsNeedsNoLongStack() throws Exception {
    List<JoinHandle<Integer>> chain = new ArrayList<>();
    JoinHandle<Integer> whole =
        runtime.spawnLight(() -> {
          CountDownLatch spawned = new CountDownLatch(1);
          for (int i = 0; i < 20_000; i++) {
            int before = i - 1;
            chain.add(
                runtime.spawnLight(() -> {
                  spawned.await();
                  return before < 0 ? 1 : chain.get(before).joinInline() + 1;
                }));
          }
          spawned.countDown();
          return chain.getLast().joinInline();
        });
    assertThat(whole.join(Kit.SOON)).isEqualTo(20_000);
  }

  @Test
  void divideAndConquer() throws Exception {
    JoinHandle<Integer> whole = runtime.spawnLight(() -> fib(20));
    assertThat(whole.join(Kit.SOON)).isEqualTo(6765);
    assertThat(fib(15)).as("from a thread that is no task").isEqualTo(610);
  }

  private static int fib(int n) throws InterruptedException {
    if (n < 2) {
      return n;
    }
    JoinHandle<Integer> one = Task.spawnLight(() -> fib(n - 1));
    int other = fib(n - 2);
    return one.joinInline() + other;
  }

  /** By then a task is put where nobody is told of it, as a worker looks by itself. */
  @Test
  void whatIsSpawnedAfterManyInlineJoinsBeginsThoughItsSpawnerBlocks() throws Exception {
    Callable<Integer> spawner =
        () -> {
          for (int i = 0; i < 500; i++) {
            for (int k = 0; k < 40 + i; k++) {
              assertThat(runtime.spawnLight(ONE).joinInline()).isOne();
            }
            CountDownLatch begun = new CountDownLatch(1);
            JoinHandle<?> alone = runtime.spawnLight(begun::countDown);
            begun.await();
            alone.join();
          }
          return 1;
        };
    List<JoinHandle<Integer>> spawners = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      spawners.add(runtime.spawnLight(spawner));
    }
    for (JoinHandle<Integer> one : spawners) {
      one.join(Kit.SOON);
    }
  }

  @Test
  void aSpawnerThatBlocksKeepsNoResultOfWhatItHasJoined() throws Exception {
    for (int round = 0; round < 20; round++) {
      CountDownLatch over = new CountDownLatch(1);
      AtomicReference<WeakReference<byte[]>> result = new AtomicReference<>();
      JoinHandle<?> spawner =
          runtime.spawnLight(() -> {
            result.set(lastOfManyJoinedInline());
            over.await();
          });
      while (result.get() == null) {
        assertThat(runtime.spawnLight(ONE).join(Kit.SOON)).isOne();
      }
      Kit.eventually(
          "the result is not kept",
          () -> {
            System.gc();
            return result.get().refersTo(null);
          });
      over.countDown();
      spawner.join(Kit.SOON);
    }
  }

  private WeakReference<byte[]> lastOfManyJoinedInline() throws InterruptedException {
    WeakReference<byte[]> last = new WeakReference<>(null);
    for (int i = 0; i < 1_000; i++) {
      last = new WeakReference<>(runtime.spawnLight(() -> new byte[100]).joinInline());
    }
    return last;
  }

  /** Its spawner read that there was no shutdown, and was not seen by it. */
  @ParameterizedTest
  @ValueSource(strings = {"in a join", "on a worker", "on its own thread"})
  @Semantics(11)
  void whatAShutdownHasNotSeenDoesNotRun(String where) throws Exception {
    AtomicReference<Thread> hookOn = new AtomicReference<>();
    List<String> hooks = new CopyOnWriteArrayList<>();
    TaskRuntime own =
        TaskRuntime.builder()
            .hooks(
                new TaskHooks() {
                  @Override
                  public void onStart(TaskId id) {
                    hooks.add("start");
                  }

                  @Override
                  public void onEnd(TaskId id, TaskState state) {
                    hookOn.set(Thread.currentThread());
                    hooks.add("end " + state);
                  }
                })
            .build();
    own.close();
    AtomicBoolean ran = new AtomicBoolean();
    Callable<Boolean> body = () -> ran.compareAndSet(false, true);
    TaskKind kind = where.equals("on its own thread") ? TaskKind.VIRTUAL : TaskKind.LIGHT;
    TaskCore<Boolean> unseen = new TaskCore<>(own, body, null, kind);
    switch (where) {
      case "in a join" -> assertThat(unseen.runHere()).isTrue();
      case "on a worker" -> own.lightPool().submit(unseen);
      default -> own.launcher().launch(unseen);
    }
    unseen.await(Kit.SOON);
    assertThat(unseen.outcome())
        .isInstanceOfSatisfying(
            Cancelled.class,
            cancelled -> {
              assertThat(cancelled.reason().kind()).isEqualTo(AbortReason.Kind.RUNTIME_SHUTDOWN);
              assertThat(cancelled.reason().thrown()).isEmpty();
            });
    assertThat(ran).isFalse();
    Kit.eventually("the end hook was called", () -> !hooks.isEmpty());
    assertThat(hooks).containsExactly("end CANCELLED");
    assertThat(hookOn.get()).isNotSameAs(Thread.currentThread());
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  @Semantics(6)
  void anInterruptOfTheJoinerOutlivesATaskThatDoesNotRun() throws Exception {
    TaskRuntime own = TaskRuntime.create();
    own.close();
    int rounds = 5_000;
    Thread joiner = Thread.currentThread();
    AtomicInteger asked = new AtomicInteger();
    AtomicInteger sent = new AtomicInteger();
    Thread sender =
        Thread.ofPlatform()
            .start(() -> {
              for (int round = 1; round <= rounds; round++) {
                while (asked.get() < round) {
                  Thread.onSpinWait();
                }
                joiner.interrupt();
                sent.set(round);
              }
            });
    for (int round = 1; round <= rounds; round++) {
      TaskCore<Integer> unseen = new TaskCore<>(own, ONE, null, TaskKind.LIGHT);
      asked.set(round);
      boolean seen = false;
      try {
        var _ = unseen.runHere();
      } catch (InterruptedException e) {
        seen = true;
      }
      while (sent.get() < round) {
        Thread.onSpinWait();
      }
      assertThat(Thread.interrupted() || seen).as("the interrupt of round %s", round).isTrue();
    }
    sender.join();
  }

  @Test
  @Semantics(11)
  void whatIsSpawnedUnseenWhileAShutdownWaitsIsCancelledBeforeItReturns() throws Exception {
    TaskRuntime own = TaskRuntime.create();
    TaskCore<Integer> unseen = new TaskCore<>(own, ONE, null, TaskKind.LIGHT);
    CountDownLatch begun = new CountDownLatch(1);
    JoinHandle<?> spawner =
        own.spawnLight(() -> {
          begun.countDown();
          try {
            Task.sleep(Kit.SOON);
          } finally {
            own.seat(unseen);
          }
        });
    begun.await();
    assertThat(own.shutdown(Kit.SOON).stragglers()).isEmpty();
    assertThat(spawner.outcome()).isInstanceOf(Cancelled.class);
    assertThat(unseen.isFinished()).isTrue();
    assertThat(unseen.outcome()).isInstanceOf(Cancelled.class);
  }

  @Test
  @Semantics(11)
  void noBodyBeginsAfterAShutdownWhateverIsSpawnedMeanwhile() throws Exception {
    AtomicInteger late = new AtomicInteger();
    for (int round = 0; round < 300; round++) {
      TaskRuntime own = TaskRuntime.create();
      AtomicBoolean down = new AtomicBoolean();
      AtomicReference<JoinHandle<Integer>> last = new AtomicReference<>();
      CountDownLatch many = new CountDownLatch(50 + round);
      Callable<Integer> body =
          () -> {
            many.countDown();
            return down.get() ? late.incrementAndGet() : 0;
          };
      JoinHandle<Integer> spawner =
          own.spawnLight(() -> {
            for (; ; ) {
              JoinHandle<Integer> next = own.spawnLight(body);
              last.set(next);
              var _ = next.joinInline();
            }
          });
      many.await();
      ShutdownReport report = own.shutdown(Kit.SOON);
      down.set(true);
      assertThat(report.stragglers()).isEmpty();
      assertThat(spawner.outcome()).isInstanceOf(Cancelled.class);
      assertThat(last.get().isFinished()).isTrue();
      assertThat(own.liveTaskCount()).isZero();
    }
    assertThat(late).hasValue(0);
  }

  @Test
  @Semantics(4)
  void anAbortedCallerDoesNotBeginTheTask() throws Exception {
    AtomicReference<JoinHandle<?>> inner = new AtomicReference<>();
    AtomicBoolean asked = new AtomicBoolean();
    JoinHandle<?> outer =
        runtime.spawnLight(() -> {
          while (!Task.isAbortRequested()) {
            Thread.onSpinWait();
          }
          inner.set(runtime.spawnLight(() -> 1));
          try {
            inner.get().joinInline();
          } catch (TaskAbortedException e) {
            asked.set(true);
            throw e;
          }
        });
    outer.abort();
    assertThat(outer.outcome().isCancelled()).isTrue();
    if (inner.get() != null) { // else the abort came before it began
      assertThat(asked).isTrue();
      assertThat(inner.get().join(Kit.SOON)).isEqualTo(1);
    }
  }

  // ---------------------------------------------------------------- wrong use

  @Test
  void aLightTaskIsNoBlockingOneAndInheritsNoThreadLocals() {
    assertThatThrownBy(() -> runtime.task().light().spawnBlocking(() -> 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("blocking");
    assertThatThrownBy(() -> runtime.task().inheritThreadLocals(true).light().spawn(() -> 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("thread-locals");
    assertThatThrownBy(() -> runtime.spawnLight((VoidBody<?>) null))
        .isInstanceOf(NullPointerException.class);
  }

  /** Tasks of another thread, in another lane, run long before most of a flood. */
  @Test
  @Semantics(13)
  void aFewTasksDoNotWaitForAFlood() throws Exception {
    AtomicInteger flooded = new AtomicInteger();
    Callable<Integer> drop =
        () -> {
          Kit.compute(1_000);
          return flooded.incrementAndGet();
        };
    List<JoinHandle<Integer>> flood = new ArrayList<>();
    for (int i = 0; i < 300_000; i++) {
      flood.add(runtime.spawnLight(drop));
    }
    List<JoinHandle<Integer>> few = new ArrayList<>();
    Runnable others =
        () -> {
          for (int i = 0; i < 64; i++) {
            few.add(runtime.spawnLight(() -> flooded.get()));
          }
        };
    Thread other = new Thread(others);
    while ((other.threadId() - Thread.currentThread().threadId()) % 64 != 1) {
      other = new Thread(others); // threads share lanes by their numbers
    }
    other.start();
    other.join();
    int before = flooded.get();
    int last = 0;
    for (JoinHandle<Integer> one : few) {
      last = Math.max(last, one.join());
    }
    assertThat(last - before).isLessThan(20_000);
    for (JoinHandle<Integer> one : flood) {
      one.join();
    }
  }

  /** Nothing blocks: so no more threads are needed than there are carriers, and some in reserve. */
  @Test
  void aLongFloodDoesNotNeedMoreAndMoreThreads() throws Exception {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    List<JoinHandle<Boolean>> flood = new ArrayList<>();
    for (int i = 0; i < 30_000; i++) {
      flood.add(
          runtime.spawnLight(() -> {
            Kit.compute(20_000);
            return threads.add(Thread.currentThread());
          }));
    }
    for (JoinHandle<Boolean> task : flood) {
      task.join();
    }
    assertThat(threads).hasSizeLessThan(10 * Runtime.getRuntime().availableProcessors() + 20);
  }

  // ---------------------------------------------------------------- interrupts and hooks, inline

  /** Runs it until a worker was not quicker. */
  private static <T> T inline(Callable<Optional<T>> attempt) throws Exception {
    for (; ; ) {
      Optional<T> got = attempt.call();
      if (got.isPresent()) {
        return got.get();
      }
    }
  }

  private interface Wait {
    void run(JoinHandle<?> host, TaskRuntime ofHost) throws Exception;
  }

  /** It would wait for its own stack. */
  @Test
  @Semantics(11)
  void aTaskThatRunsInAJoinCannotWaitForTheOneThatJoins() throws Exception {
    List<Wait> waits =
        List.of(
            (host, _) -> host.join(),
            (host, _) -> host.abortOnClose().close(),
            (host, _) -> host.abortAndJoin(),
            (_, ofHost) -> ofHost.close(),
            (_, ofHost) -> GracefulShutdown.of(ofHost).run("deploy"));
    for (Wait wait : waits) {
      try (TaskRuntime ofHost = TaskRuntime.create()) {
        CompletableFuture<JoinHandle<?>> itself = new CompletableFuture<>();
        JoinHandle<Boolean> host =
            ofHost.spawnLight(() -> {
              Thread here = Thread.currentThread();
              JoinHandle<?> known = itself.get();
              return inline(() -> {
                JoinHandle<Boolean> guest =
                    runtime.spawnLight(() -> {
                      boolean inline = Thread.currentThread() == here;
                      if (inline) {
                        assertThatThrownBy(() -> wait.run(known, ofHost))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("cannot wait");
                      }
                      return inline;
                    });
                return guest.joinInline() ? Optional.of(true) : Optional.empty();
              });
            });
        itself.complete(host);
        assertThat(host.join(Kit.SOON)).isTrue();
        assertThat(host.isAbortRequested()).as("nothing has happened").isFalse();
      }
    }
  }

  @Test
  void anInterruptOfWhoJoinsInlineIsNotSwallowed() throws Exception {
    Thread joiner = Thread.currentThread();
    boolean kept =
        inline(() -> {
          JoinHandle<Boolean> handle =
              runtime.spawnLight(() -> {
                if (Thread.currentThread() != joiner) {
                  return false;
                }
                Thread other = Thread.ofPlatform().start(joiner::interrupt);
                while (other.isAlive() || !joiner.isInterrupted()) {
                  Thread.onSpinWait();
                }
                return true;
              });
          return handle.joinInline() ? Optional.of(Thread.interrupted()) : Optional.empty();
        });
    assertThat(kept).isTrue();
  }

  /** Its abort was accepted, but no interrupt is sent yet; it interrupts itself. */
  @Test
  @Semantics(6)
  void aSpawnThatAnAbortedInnerTaskMayNotMakeIsNoInterruptOfTheOuter() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    try (TaskRuntime full =
        TaskRuntime.builder().maxBlockingThreads(1).maxBlockingQueue(1, QueueFull.WAIT).build()) {
      full.spawnBlocking(() -> Kit.await(over)).detach();
      full.spawnBlocking(() -> {}).detach();
      Thread joiner = Thread.currentThread();
      boolean flag =
          inline(() -> {
            AtomicBoolean here = new AtomicBoolean();
            JoinHandle<?> inner =
                runtime.spawnLight(() -> {
                  here.set(Thread.currentThread() == joiner);
                  AbortReason why = AbortReason.of(AbortReason.Kind.USER, "test");
                  assertThat(TaskCore.current().abortFromSweep(why, new Sweep())).isTrue();
                  full.spawnBlocking(() -> {}).detach();
                });
            assertThatThrownBy(inner::joinInline).isInstanceOf(JoinException.class);
            assertThat(inner.outcome()).isInstanceOf(Cancelled.class);
            return here.get() ? Optional.of(Thread.interrupted()) : Optional.empty();
          });
      assertThat(flag).isFalse();
      over.countDown();
    }
  }

  /** But not the one of its own abort. */
  @Test
  @Semantics(5)
  void anAbortOfTheInnerTaskIsNoInterruptOfTheOuter() throws Exception {
    Thread joiner = Thread.currentThread();
    boolean flag =
        inline(() -> {
          AtomicReference<JoinHandle<Boolean>> self = new AtomicReference<>();
          JoinHandle<Boolean> handle =
              runtime.spawnLight(() -> {
                if (Thread.currentThread() != joiner) {
                  return false;
                }
                AbortHandle me = self.get().abortHandle();
                Thread other = Thread.ofPlatform().start(me::abort);
                while (other.isAlive() || !joiner.isInterrupted()) {
                  Thread.onSpinWait();
                }
                return true; // late, but a value
              });
          self.set(handle);
          return handle.joinInline()
              ? Optional.of(Thread.currentThread().isInterrupted())
              : Optional.empty();
        });
    assertThat(flag).isFalse();
  }

  @Test
  @Semantics(14)
  void theEndHookOfATaskRunInlineIsOutsideOfEveryTask() throws Exception {
    Queue<Boolean> inATask = new ConcurrentLinkedQueue<>();
    TaskHooks hooks =
        new TaskHooks() {
          @Override
          public void onEnd(TaskId id, TaskState state) {
            inATask.add(TaskCore.current() != null);
          }
        };
    try (TaskRuntime own = TaskRuntime.builder().hooks(hooks).build()) {
      own.spawnLight(
              () -> {
                TaskCore<?> outer = TaskCore.current();
                for (int i = 0; i < 500; i++) {
                  own.spawnLight(() -> 1).joinInline();
                  assertThat(TaskCore.current()).isSameAs(outer);
                }
                return 1;
              })
          .join(Kit.SOON);
    }
    assertThat(inATask).hasSize(501).doesNotContain(true);
  }

  /** The handler is how a thread's task is known; the host's body goes on by it. */
  @Test
  @Semantics(14)
  void anEndHookThatDisplacesTheHandlerDoesNotHideTheHost() throws Exception {
    TaskHooks hooks =
        new TaskHooks() {
          @Override
          public void onEnd(TaskId id, TaskState state) {
            Thread.currentThread().setUncaughtExceptionHandler((_, _) -> {});
          }
        };
    try (TaskRuntime ofGuest = TaskRuntime.builder().hooks(hooks).build()) {
      JoinHandle<Boolean> host =
          runtime.spawnLight(() -> {
            Thread here = Thread.currentThread();
            TaskCore<?> me = TaskCore.current();
            return inline(() -> {
              boolean inline =
                  ofGuest.spawnLight(() -> Thread.currentThread() == here).joinInline();
              return inline ? Optional.of(TaskCore.current() == me) : Optional.empty();
            });
          });
      assertThat(host.join(Kit.SOON)).isTrue();
    }
  }

  // ---------------------------------------------------------------- when there is no thread

  /** Those who came meanwhile have relied on the worker that could not be had. */
  @Test
  void aWorkerThatCannotBeHadIsTriedForAgain() throws Exception {
    AtomicReference<LightPool> pool = new AtomicReference<>();
    List<TaskCore<Integer>> others = new ArrayList<>();
    AtomicBoolean failed = new AtomicBoolean();
    ThreadFactory failsOnce =
        body -> {
          if (failed.compareAndSet(false, true)) {
            for (int i = 0; i < 40; i++) {
              TaskCore<Integer> other = runtime.task().light().enlist(ONE, false);
              others.add(other);
              pool.get().submit(other);
            }
            throw new OutOfMemoryError("no thread");
          }
          return Thread.ofVirtual().unstarted(body);
        };
    pool.set(new LightPool(new LiveTasks(), failsOnce));
    TaskCore<Integer> first = runtime.task().light().enlist(ONE, false);
    pool.get().submit(first);
    for (TaskCore<Integer> other : others) {
      other.await(Kit.SOON);
      assertThat(other.outcome().isSuccess()).isTrue();
    }
    first.await(Kit.SOON); // it was run by the late worker, too, or told that there is none
    pool.get().close();
  }
}
