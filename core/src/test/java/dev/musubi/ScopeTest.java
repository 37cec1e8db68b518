package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.musubi.contract.Semantics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Blocks that their tasks cannot outlive. */
@Timeout(60)
class ScopeTest {
  private final Kit.Reports reports = new Kit.Reports();
  private final TaskRuntime runtime = TaskRuntime.builder().failureHook(reports).build();

  @AfterEach
  void noTaskOutlivesItsScope() {
    assertThat(runtime.liveTaskCount()).isZero();
    runtime.close();
  }

  private VoidBody<InterruptedException> forever(CountDownLatch running, AtomicInteger cleaned) {
    return () -> {
      try {
        running.countDown();
        Kit.sleepForever();
      } finally {
        cleaned.incrementAndGet();
      }
    };
  }

  @Test
  @Semantics({4, 9})
  void closingAbortsWhatIsLeftAndWaitsForItsRealEnd() throws Exception {
    CountDownLatch running = new CountDownLatch(3);
    AtomicInteger cleaned = new AtomicInteger();
    JoinHandle<?> one;
    try (Scope scope = Scope.open()) {
      one = scope.spawn(runtime.task(), forever(running, cleaned));
      scope.spawn(runtime.task(), forever(running, cleaned));
      scope.spawnBlocking(runtime.task(), forever(running, cleaned));
      Kit.await(running);
      assertThat(scope.size()).isEqualTo(3);
    }
    assertThat(cleaned).hasValue(3);
    assertThat(((Cancelled<?>) one.outcome()).reason().kind())
        .isEqualTo(AbortReason.Kind.PARENT_CLOSED);
  }

  @Test
  void joinWaitsForAllAlsoForThoseSpawnedMeanwhile() throws Exception {
    AtomicInteger ran = new AtomicInteger();
    try (Scope scope = Scope.open()) {
      scope.spawn(
          runtime.task(),
          () -> {
            for (int i = 0; i < 10; i++) {
              scope.spawn(runtime.task(), () -> ran.incrementAndGet()); // any thread may
            }
            Task.yieldNow();
            ran.incrementAndGet();
          });
      scope.join();
      assertThat(ran).hasValue(11);
      scope.join();
    }
  }

  @Test
  void aChildCanBeAbortedAloneAndItsFailureIsItsOwn() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    try (Scope scope = Scope.open()) {
      JoinHandle<?> alone = scope.spawn(runtime.task(), forever(running, new AtomicInteger()));
      JoinHandle<String> other = scope.spawn(runtime.task(), () -> "value");
      JoinHandle<String> fails =
          scope.spawn(
              runtime.task(),
              () -> {
                throw new IOException("own");
              });
      alone.abort();
      assertThat(alone.outcome().isCancelled()).isTrue();
      assertThat(other.join()).isEqualTo("value");
      assertThatThrownBy(() -> fails.join(IOException.class)).hasMessage("own");
    }
    assertThat(reports.all).isEmpty();
  }

  @Test
  @Semantics({4, 9})
  void abortingTheParentAbortsTheChildrenAtOnceWhateverItDoes() throws Exception {
    CountDownLatch running = new CountDownLatch(2);
    AtomicInteger cleaned = new AtomicInteger();
    AtomicReference<JoinHandle<?>> child = new AtomicReference<>();
    AtomicBoolean seen = new AtomicBoolean();
    JoinHandle<?> parent =
        runtime.spawn(() -> {
          try (Scope scope = Scope.open()) {
            child.set(scope.spawn(runtime.task(), forever(running, cleaned)));
            try (Scope inner = Scope.open()) {
              inner.spawn(runtime.task(), forever(running, cleaned));
              while (cleaned.get() < 2) {
                Thread.onSpinWait(); // computes, and looks at nothing
              }
              seen.set(true);
            }
          }
        });
    Kit.await(running);
    parent.abort();
    assertThat(parent.outcome().isPanic()).isFalse();
    assertThat(seen).isTrue();
    AbortReason why = ((Cancelled<?>) child.get().outcome()).reason();
    assertThat(why.kind()).isEqualTo(AbortReason.Kind.PARENT_CLOSED);
    assertThat(why.toString()).contains("its parent, task " + parent.id() + ", was aborted");
  }

  @Test
  @Semantics(5)
  void anAbortWaitsForTheParentsShield() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch shielded = new CountDownLatch(1);
    CountDownLatch aborted = new CountDownLatch(1);
    AtomicInteger cleaned = new AtomicInteger();
    AtomicInteger inside = new AtomicInteger(-1);
    JoinHandle<?> parent =
        runtime.spawn(() -> {
          try (Scope scope = Scope.open()) {
            JoinHandle<?> child = scope.spawn(runtime.task(), forever(running, cleaned));
            Task.shield(() -> {
              shielded.countDown();
              aborted.await();
              inside.set(child.isAbortRequested() ? 1 : 0);
            });
            while (!child.isFinished()) {
              Thread.onSpinWait();
            }
          }
        });
    Kit.await(running);
    Kit.await(shielded);
    parent.abort();
    aborted.countDown();
    parent.outcome();
    assertThat(inside).as("in the shield the child ran on").hasValue(0);
    assertThat(cleaned).hasValue(1);
  }

  @RepeatedTest(200)
  @Semantics(5)
  void aScopeForCleanUpInsideAShieldIsLeftAlone() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    AtomicReference<String> undone = new AtomicReference<>();
    JoinHandle<?> parent =
        runtime.spawn(() -> {
          try {
            running.countDown();
            Kit.sleepForever();
          } finally {
            Task.shield(() -> {
              try (Scope scope = Scope.open()) {
                JoinHandle<String> undo =
                    scope.spawn(
                        runtime.task(),
                        () -> {
                          Task.yieldNow();
                          return "undone";
                        });
                undone.set(undo.join());
              }
            });
          }
        });
    Kit.await(running);
    assertThat(parent.abortAndJoin().isCancelled()).isTrue();
    assertThat(undone).hasValue("undone");
  }

  @Test
  void anAbortedTaskThatOpensAScopeGetsItsChildrenAborted() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    AtomicReference<JoinHandle<?>> child = new AtomicReference<>();
    JoinHandle<?> parent =
        runtime.spawn(() -> {
          running.countDown();
          while (!Task.isAbortRequested()) {
            Thread.onSpinWait();
          }
          try (Scope scope = Scope.open()) {
            child.set(scope.spawn(runtime.task(), () -> Kit.sleepForever()));
            assertThat(child.get().isFinished()).as("it never began").isTrue();
          }
        });
    Kit.await(running);
    parent.abort();
    assertThat(parent.outcome().isPanic()).isFalse();
    assertThat(child.get().outcome().isCancelled()).isTrue();
  }

  @Test
  void aScopeThatIsClosedLeavesItsParentAndTakesNoMore() throws Exception {
    JoinHandle<Integer> parent =
        runtime.spawn(() -> {
          for (int i = 0; i < 10_000; i++) {
            try (Scope scope = Scope.open()) {
              assertThat(scope.toString()).isEqualTo("Scope[0 tasks]");
            }
          }
          return TaskCore.current().waiterSeats();
        });
    assertThat(parent.join()).isLessThan(200);
    Scope closed = Scope.open();
    closed.close();
    closed.close();
    assertThatThrownBy(() -> closed.spawn(runtime.task(), () -> "never"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the scope is closed");
    assertThatThrownBy(() -> closed.spawn(runtime.task(), (VoidBody<?>) null))
        .isInstanceOf(NullPointerException.class);
  }

  @Test
  @Semantics(11)
  void aChildCannotCloseOrJoinItsScope() throws Exception {
    try (Scope scope = Scope.open()) {
      JoinHandle<?> closes = scope.spawn(runtime.task(), () -> scope.close());
      assertThatThrownBy(closes::join).hasRootCauseInstanceOf(IllegalStateException.class);
      JoinHandle<?> joins = scope.spawn(runtime.task(), () -> scope.join());
      assertThatThrownBy(joins::join).hasRootCauseInstanceOf(IllegalStateException.class);
      assertThat(scope.<String>spawn(runtime.task(), () -> "still open").join())
          .isEqualTo("still open");
    }
  }

  @Test
  @Semantics(8)
  void aFailureThatClosingFindsIsReported() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    try (Scope scope = Scope.open()) {
      scope.spawn(
          runtime.task(),
          () -> {
            try {
              running.countDown();
              Kit.sleepForever();
            } catch (InterruptedException e) {
              throw new IOException("clean-up");
            }
          });
      Kit.await(running);
    }
    assertThat(reports.only().kind()).isEqualTo(UnobservedFailure.Kind.CLOSED);
  }

  @Test
  @Semantics(6)
  void parentsThatAreAbortedWhileTheyForkLeaveNobodyBehind() throws Exception {
    for (int i = 0; i < 500; i++) {
      AtomicInteger forked = new AtomicInteger();
      JoinHandle<?> parent =
          runtime.spawn(() -> {
            try (Scope scope = Scope.open()) {
              List<JoinHandle<?>> children = new ArrayList<>();
              for (int k = 0; k < 10; k++) {
                children.add(scope.spawn(runtime.task(), () -> Kit.sleepForever()));
                forked.incrementAndGet();
              }
              scope.join();
            }
          });
      int until = i % 10;
      Kit.eventually("it forks", () -> forked.get() >= until);
      parent.abort();
      assertThat(parent.outcome(Kit.SOON).isPanic()).isFalse();
      assertThat(runtime.liveTaskCount()).isZero();
    }
  }
}
