package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class TaskLaneTest {
  private final TaskLane lane = new TaskLane();
  private final TaskLane other = new TaskLane();

  @Test
  void whatIsAddedComesOutInOrderHoweverWideTheRingHasToBe() {
    List<TaskCore<?>> added = tasks(1_000);
    added.forEach(lane::add);
    assertThat(lane.about()).isEqualTo(1_000);
    assertThat(drained()).isEqualTo(added);
    assertThat(lane.hasWork()).isFalse();
  }

  @Test
  void aRingThatWasEmptiedServesAgain() {
    for (int round = 0; round < 10; round++) {
      List<TaskCore<?>> added = tasks(100);
      added.forEach(lane::add);
      assertThat(drained()).isEqualTo(added);
    }
  }

  @Test
  void aBatchGoesIntoAnEmptyLaneAndMoreBehindIt() {
    List<TaskCore<?>> batch = tasks(31);
    lane.addAllFirst(array(batch), 1, 31);
    List<TaskCore<?>> more = tasks(200);
    more.forEach(lane::add);
    assertThat(drained()).isEqualTo(both(batch, more));
  }

  @Test
  void aBatchGoesBeforeWhatIsThere() {
    List<TaskCore<?>> first = tasks(60);
    first.forEach(lane::add);
    List<TaskCore<?>> batch = tasks(31);
    lane.addAllFirst(array(batch), 1, 31);
    assertThat(drained()).isEqualTo(both(batch, first));
  }

  @Test
  void theLastOnesAreDroppedIfTheyWillNotBegin() {
    List<TaskCore<?>> batch = tasks(31);
    lane.addAllFirst(array(batch), 1, 31);
    batch.subList(20, 31).forEach(TaskLaneTest::end);
    TaskCore<?> more = task();
    lane.add(more);
    assertThat(lane.about()).isEqualTo(21);
    assertThat(lane.dropped()).isEqualTo(11);
    assertThat(drained()).isEqualTo(both(batch.subList(0, 20), List.of(more)));
  }

  @Test
  void thePlaceOfTheLastServesAgainIfItWillNotBegin() {
    TaskCore<?> waiting = task();
    lane.add(waiting);
    for (int i = 0; i < 100; i++) {
      TaskCore<?> next = task();
      lane.add(next);
      assertThat(lane.about()).isEqualTo(2);
      assertThat(lane.dropped()).isEqualTo(i);
      end(next);
    }
    assertThat(drained()).startsWith(waiting).hasSize(2);
  }

  @Test
  void whatForksAndJoinsInOrderLeavesFewBehindOneThatWaits() {
    TaskCore<?> waiting = task();
    lane.add(waiting);
    for (int i = 0; i < 100; i++) {
      List<TaskCore<?>> forked = tasks(8);
      forked.forEach(lane::add);
      assertThat(lane.about()).isEqualTo(9);
      forked.forEach(TaskLaneTest::end);
    }
    assertThat(lane.poll()).isSameAs(waiting);
  }

  @Test
  void thoseThatWillNotBeginNeedNoRoom() {
    List<TaskCore<?>> waiting = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      List<TaskCore<?>> dead = tasks(100);
      dead.forEach(lane::add);
      waiting.add(task());
      lane.add(waiting.getLast());
      dead.forEach(TaskLaneTest::end);
    }
    assertThat(lane.about()).isBetween(1_000, 8_000);
    List<TaskCore<?>> left = drained();
    left.removeIf(task -> !task.isUnstarted());
    assertThat(left).isEqualTo(waiting);
  }

  @Test
  void thoseBeforeTheFirstThatWaitsAreDroppedSoon() {
    TaskCore<?> before = task();
    lane.add(before);
    for (int i = 0; i < 1_000; i++) {
      TaskCore<?> next = task();
      lane.add(next);
      end(before);
      before = next;
      assertThat(lane.about()).isLessThan(20);
    }
    assertThat(drained()).endsWith(before);
  }

  @Test
  void aLaneWhereAllAreDeadIsCleared() {
    List<TaskCore<?>> added = tasks(10);
    added.forEach(lane::add);
    added.forEach(TaskLaneTest::end);
    lane.dropDead();
    assertThat(lane.hasWork()).isFalse();
    assertThat(lane.dropped()).isEqualTo(10);
  }

  @Test
  void aBatchThatNeedsRoomAmongTheDeadKeepsItsOrder() {
    List<TaskCore<?>> first = tasks(31);
    lane.addAllFirst(array(first), 1, 31);
    first.subList(3, 31).forEach(TaskLaneTest::end);
    List<TaskCore<?>> second = tasks(31);
    lane.addAllFirst(array(second), 1, 31);
    assertThat(drained()).isEqualTo(both(second, first.subList(0, 3)));
  }

  @Test
  void aGlanceFindsTheFirstThatHasNotBegun() {
    assertThat(lane.glance()).isNull();
    List<TaskCore<?>> added = tasks(10);
    added.forEach(lane::add);
    assertThat(lane.glance()).isSameAs(added.getFirst());
    added.subList(0, 9).forEach(TaskLaneTest::end);
    assertThat(lane.glance()).isSameAs(added.getLast());
    end(added.getLast());
    assertThat(lane.glance()).isNull();
  }

  @Test
  void whoAddsIsToldIfThereWereOthersAndAllAreDead() {
    TaskCore<?> first = task();
    assertThat(lane.add(first)).isFalse();
    end(first);
    TaskCore<?> second = task();
    assertThat(lane.add(second)).isTrue();
    assertThat(lane.add(task())).isFalse();
    end(second);
    assertThat(lane.add(task())).isFalse();
    assertThat(drained()).hasSize(3);
    assertThat(lane.add(task())).isFalse();
  }

  @Test
  void whatIsInTheSlotComesLast() {
    TaskCore<?> inSlot = task();
    lane.slot.put(inSlot);
    assertThat(lane.hasWork()).isTrue();
    assertThat(lane.about()).as("without the slot").isZero();
    assertThat(lane.glance()).isSameAs(inSlot);
    List<TaskCore<?>> added = tasks(3);
    added.forEach(lane::add);
    assertThat(lane.glance()).isSameAs(added.getFirst());
    assertThat(drained()).isEqualTo(both(added, List.of(inSlot)));
    assertThat(lane.hasWork()).isFalse();
  }

  @Test
  void whatIsInTheSlotIsTakenIfThereIsNothingElse() {
    lane.slot.put(task());
    lane.add(task());
    @Nullable TaskCore<?>[] batch = new TaskCore<?>[32];
    assertThat(lane.takeHalf(batch)).isOne();
    assertThat(lane.takeHalf(batch)).isOne();
    assertThat(lane.takeHalf(batch)).isZero();
  }

  @Test
  void aDeadOneInTheSlotIsNoWork() {
    TaskCore<?> inSlot = task();
    lane.slot.put(inSlot);
    end(inSlot);
    assertThat(lane.hasWork()).isFalse();
    assertThat(lane.about()).isZero();
    assertThat(lane.glance()).isNull();
    assertThat(lane.poll()).isNull();
    assertThat(lane.takeHalf(new TaskCore<?>[32])).isZero();
    assertThat(lane.slot.last()).isSameAs(inSlot);
    lane.dropDead();
    assertThat(lane.slot.last()).isNull();
    assertThat(lane.dropped()).isOne();
  }

  @Test
  void halfOfThemAreTakenTheOlderOnesAndNeverMoreThanFit() {
    List<TaskCore<?>> added = tasks(21);
    added.forEach(lane::add);
    @Nullable TaskCore<?>[] batch = new TaskCore<?>[32];
    assertThat(lane.takeHalf(batch)).isEqualTo(11);
    assertThat(batch).startsWith(added.subList(0, 11).toArray(new TaskCore<?>[0]));
    assertThat(drained()).isEqualTo(added.subList(11, 21));
    tasks(100).forEach(lane::add);
    assertThat(lane.takeHalf(batch)).isEqualTo(32);
  }

  @Test
  void whereTasksAreSpawnedAllMoveIfThereAreMany() {
    List<TaskCore<?>> added = tasks(64);
    added.forEach(lane::add);
    assertThat(lane.poll()).isSameAs(added.getFirst());
    added.add(task());
    lane.add(added.getLast());
    assertThat(lane.moveTo(other)).isSameAs(added.get(1)); // the others go round the ring's end
    assertThat(lane.hasWork()).isFalse();
    TaskCore<?> more = task();
    lane.add(more);
    assertThat(drained(other)).isEqualTo(added.subList(2, 65));
    assertThat(drained()).containsExactly(more);
  }

  @Test
  void aRingWithRoomIsNotUsedByTwo() {
    @Nullable TaskCore<?>[] ring = new TaskCore<?>[128];
    ring[0] = task();
    lane.addAllFirst(ring, 0, 1);
    List<TaskCore<?>> added = tasks(64);
    added.forEach(lane::add);
    lane.poll();
    assertThat(lane.moveTo(other)).isSameAs(added.removeFirst());
    List<TaskCore<?>> more = tasks(3);
    more.forEach(lane::add);
    assertThat(drained(other)).isEqualTo(added);
    assertThat(drained()).isEqualTo(more);
  }

  @Test
  void whatHasMovedIsSharedFromThereOn() {
    List<TaskCore<?>> added = tasks(401);
    added.forEach(lane::add);
    lane.moveTo(other);
    assertThat(other.moveTo(lane)).isSameAs(added.get(1));
    assertThat(drained()).isEqualTo(added.subList(2, 129)); // a batch
    assertThat(drained(other)).isEqualTo(added.subList(129, 401));
    added = tasks(101);
    added.forEach(lane::add);
    lane.moveTo(other);
    assertThat(other.moveTo(lane)).isSameAs(added.get(1));
    assertThat(drained()).isEqualTo(added.subList(2, 51)); // half
    assertThat(drained(other)).isEqualTo(added.subList(51, 101));
  }

  @Test
  void ofFewTheOlderHalfMoves() {
    List<TaskCore<?>> added = tasks(21);
    added.forEach(lane::add);
    assertThat(lane.moveTo(other)).isSameAs(added.getFirst());
    assertThat(drained()).isEqualTo(added.subList(11, 21));
    assertThat(drained(other)).isEqualTo(added.subList(1, 11));
    assertThat(lane.moveTo(other)).isNull();
    TaskCore<?> one = task();
    lane.slot.put(one);
    assertThat(lane.moveTo(other)).isSameAs(one);
  }

  @Test
  void ofAFloodABatchMoves() {
    List<TaskCore<?>> added = tasks(5_000);
    added.forEach(lane::add);
    assertThat(lane.moveTo(other)).isSameAs(added.getFirst());
    assertThat(drained(other)).isEqualTo(added.subList(1, 128));
    assertThat(drained()).isEqualTo(added.subList(128, 5_000));
  }

  @Test
  void toWhereOthersWaitASmallBatchMovesBeforeThem() {
    List<TaskCore<?>> first = tasks(3);
    first.forEach(other::add);
    List<TaskCore<?>> added = tasks(100);
    added.forEach(lane::add);
    assertThat(lane.moveTo(other)).isSameAs(added.getFirst());
    assertThat(drained(other)).isEqualTo(both(added.subList(1, 32), first));
    assertThat(drained()).isEqualTo(added.subList(32, 100));
  }

  @Test
  void aBatchGoesRoundTheEndsOfBothRings() {
    List<TaskCore<?>> first = tasks(2);
    first.forEach(lane::add);
    @Nullable TaskCore<?>[] round = new TaskCore<?>[4];
    List<TaskCore<?>> batch = tasks(3);
    for (int i = 0; i < 3; i++) {
      round[(3 + i) & 3] = batch.get(i);
    }
    lane.addAllFirst(round, 3, 3);
    assertThat(drained()).isEqualTo(both(batch, first));
  }

  /** Two threads add, two move and take, as workers do; some tasks are dead before their turn. */
  @RepeatedTest(20)
  void nothingIsLostOrTakenTwice() throws Exception {
    TaskLane[] lanes = {lane, other, new TaskLane(), new TaskLane()};
    AtomicInteger adding = new AtomicInteger(2);
    List<JoinHandle<List<TaskCore<?>>>> adders = new ArrayList<>();
    List<JoinHandle<List<TaskCore<?>>>> takers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      TaskLane spawners = lanes[i];
      adders.add(Task.spawnBlocking(() -> addSome(spawners, adding)));
      TaskLane own = lanes[2 + i];
      takers.add(Task.spawnBlocking(() -> takeAll(own, lanes, adding)));
    }
    Set<TaskCore<?>> taken = Collections.newSetFromMap(new IdentityHashMap<>());
    for (JoinHandle<List<TaskCore<?>>> taker : takers) {
      for (TaskCore<?> task : taker.join()) {
        assertThat(taken.add(task)).as("taken once").isTrue();
      }
    }
    for (TaskLane lane : lanes) { // who went on after the other one had looked here
      taken.addAll(drained(lane));
    }
    for (JoinHandle<List<TaskCore<?>>> adder : adders) {
      assertThat(taken).containsAll(adder.join());
    }
  }

  private static List<TaskCore<?>> addSome(TaskLane lane, AtomicInteger adding) {
    List<TaskCore<?>> live = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      TaskCore<?> task = task();
      lane.add(task);
      if (i % 4 == 0) {
        end(task);
      } else {
        live.add(task);
      }
    }
    adding.decrementAndGet();
    return live;
  }

  private static List<TaskCore<?>> takeAll(TaskLane own, TaskLane[] lanes, AtomicInteger adding) {
    List<TaskCore<?>> taken = new ArrayList<>();
    boolean more = true;
    while (more) {
      more = adding.get() > 0;
      for (TaskCore<?> task = own.poll(); task != null; task = own.poll()) {
        taken.add(task);
        more = true;
      }
      for (TaskLane lane : lanes) {
        TaskCore<?> task = lane == own ? null : lane.moveTo(own);
        if (task != null) {
          taken.add(task);
          more = true;
        }
      }
    }
    return taken;
  }

  private List<TaskCore<?>> drained() {
    return drained(lane);
  }

  private static List<TaskCore<?>> drained(TaskLane lane) {
    List<TaskCore<?>> all = new ArrayList<>();
    for (TaskCore<?> task = lane.poll(); task != null; task = lane.poll()) {
      all.add(task);
    }
    return all;
  }

  /** As a worker brings it: the first place is empty, and so are those behind. */
  private static @Nullable TaskCore<?>[] array(List<TaskCore<?>> batch) {
    @Nullable TaskCore<?>[] array = new TaskCore<?>[32];
    for (int i = 0; i < batch.size(); i++) {
      array[i + 1] = batch.get(i);
    }
    return array;
  }

  private static List<TaskCore<?>> both(List<TaskCore<?>> one, List<TaskCore<?>> two) {
    List<TaskCore<?>> all = new ArrayList<>(one);
    all.addAll(two);
    return all;
  }

  private static List<TaskCore<?>> tasks(int n) {
    List<TaskCore<?>> all = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      all.add(task());
    }
    return all;
  }

  static void end(TaskCore<?> task) {
    assertThat(task.abort(AbortReason.of(AbortReason.Kind.USER, "test"))).isTrue();
  }

  static TaskCore<?> task() {
    Callable<Integer> body = () -> 1;
    return TaskRuntime.global().prepare(body);
  }
}
