package dev.musubi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of a set that nobody has taken out yet: the room in which {@link JoinSet}, {@link
 * JoinMap} and {@link JoinQueue} keep their promise that each member comes out once.
 *
 * <h2>Life of a member</h2>
 *
 * <pre>
 *   add ──► LISTED ──its task has finished──► READY ──taken, with a claim──► OUT
 *             └──────detached, replaced, closed─────────┴──────────────────► OUT
 * </pre>
 *
 * All under one lock. A member is listed before its task is started, so that an abort of all finds
 * every task. Those who wait are served whenever something becomes ready, and told when the last
 * member is out. A member leaves only together with a claim, so a wait that is lost or given up
 * takes nothing.
 *
 * <p>A task that finishes does not wait for the lock: it leaves its member in {@link #arrivals},
 * and whoever {@linkplain #enter() enters} next makes it READY. Only if somebody is waiting it
 * enters itself. It looks at {@link #watched} after it has left the member; who begins to wait
 * writes that and looks at the arrivals after. Both are volatile, so one of the two sees the other.
 *
 * <p>A replaced member is out, but its task may need time to stop: until then it is in {@code
 * stopping}, so that a close waits for it, too.
 *
 * <p>Under the lock runs no foreign code, except that keys are hashed and compared.
 *
 * @param <K> the type of the keys; {@link Void} where there are none
 * @param <T> the type of the values
 */
final class Members<K, T extends @Nullable Object> {
  private static final VarHandle ARRIVALS;

  private final ReentrantLock lock = new ReentrantLock();
  private final boolean inSpawnOrder;
  private final int most;
  private final QueueFull whenFull;
  private final Deque<SelectWaiter<? super Boolean>> waitingForRoom = new ArrayDeque<>(0);
  private int running; // members whose task has not finished, and rooms given away
  private final Deque<Member<K, T>> ready = new ArrayDeque<>(); // empty if in spawn order
  private final Deque<Waiting<K, T>> waiting = new ArrayDeque<>(1);
  private final Map<K, Member<K, T>> byKey = new HashMap<>(0);
  private final Set<Member<K, T>> stopping = new HashSet<>(0);
  private @Nullable Member<K, T> first;
  private @Nullable Member<K, T> last;
  private int size;
  private volatile boolean closed; // written under the lock
  private volatile boolean watched; // written under the lock: somebody waits
  private volatile @Nullable Member<K, T> arrivals; // finished, the last one first
  private @Nullable Member<K, T> admitting; // taken from there, the first one first

  /** With a bound for the members whose tasks have not finished. */
  Members(boolean inSpawnOrder, int most, QueueFull whenFull) {
    if (most < 1) {
      throw new IllegalArgumentException("the bound of a set must be at least 1: " + most);
    }
    this.inSpawnOrder = inSpawnOrder;
    this.most = most;
    this.whenFull = Objects.requireNonNull(whenFull, "whenFull");
  }

  /** A task and its place in the list. Run by the library when the task has finished. */
  static final class Member<K, T extends @Nullable Object> implements Runnable {
    private final Members<K, T> members;
    final TaskCore<T> core;
    private final TaskHandle<T> handle; // or a failure would be reported as one that nobody can see
    final @Nullable K key;
    private @Nullable Member<K, T> before;
    private @Nullable Member<K, T> after;
    private @Nullable Member<K, T> next; // among the arrivals
    private boolean finished;
    private boolean out;

    Member(Members<K, T> members, TaskCore<T> core, @Nullable K key) {
      this.members = members;
      this.core = core;
      this.handle = core.createHandle();
      this.key = key;
    }

    @Override
    public void run() {
      members.arrive(this);
    }

    /** Of a finished task. */
    Finished<T> told() {
      return new Finished<>(core.id(), core.outcome());
    }
  }

  /** Somebody who waits for a member; told by nothing, or by being disabled, when there is none. */
  private record Waiting<K, T extends @Nullable Object>(
      SelectWaiter<? super Optional<Member<K, T>>> waiter, boolean disabledWhenEmpty) {
    void tellEmpty() {
      if (disabledWhenEmpty) {
        waiter.disable();
      } else {
        var _ = waiter.offer(Optional.empty());
      }
    }
  }

  // ---------------------------------------------------------------- the lock

  /** Takes the lock, and makes ready what has finished. */
  private void enter() {
    lock.lock();
    try {
      admit();
    } catch (Throwable e) { // no memory, or no stack left
      lock.unlock();
      throw e;
    }
  }

  /** Gives the lock back. */
  private void exit() {
    try {
      boolean waits = !waiting.isEmpty() || !waitingForRoom.isEmpty();
      if (waits != watched) {
        watched = waits;
        if (waits) {
          admit(); // what has arrived before it could see that
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void arrive(Member<K, T> member) {
    do {
      member.next = arrivals;
    } while (!ARRIVALS.compareAndSet(this, member.next, member));
    if (watched) {
      enter();
      exit();
    }
  }

  /** Under the lock. Should it fail midway, the next one goes on. */
  private void admit() {
    if (arrivals == null && admitting == null) {
      return;
    }
    for (Member<K, T> member = nextToAdmit(); member != null; member = nextToAdmit()) {
      finished(member);
    }
    serve();
  }

  @SuppressWarnings("unchecked") // the field holds nothing else
  private @Nullable Member<K, T> nextToAdmit() {
    if (admitting == null) {
      Member<K, T> last = (Member<K, T>) ARRIVALS.getAndSet(this, null);
      while (last != null) { // turns them round
        Member<K, T> before = last.next;
        last.next = admitting;
        admitting = last;
        last = before;
      }
    }
    Member<K, T> first = admitting;
    if (first != null) {
      admitting = first.next;
      first.next = null; // or those that are out would hold each other
    }
    return first;
  }

  // ---------------------------------------------------------------- in

  /** Lists a task and starts it. A member with the same key is replaced: aborted and never told. */
  AbortHandle add(TaskBuilder builder, Object body, boolean blocking, @Nullable K key) {
    Objects.requireNonNull(body, "body");
    takeRoom();
    TaskCore<T> core = enlist(builder, body, blocking);
    Member<K, T> member = new Member<>(this, core, key);
    Member<K, T> replaced;
    try {
      replaced = list(member);
    } catch (Throwable e) { // closed meanwhile, or a key that cannot be hashed
      returnRoom();
      var _ = core.abort(AbortReason.of(AbortReason.Kind.PARENT_CLOSED));
      throw e;
    }
    if (replaced != null) {
      var _ =
          replaced.core.abort(
              AbortReason.of(AbortReason.Kind.USER, "replaced by a task with the same key"));
      replaced.handle.detach();
    }
    core.onFinished(member);
    try {
      builder.start(core);
    } catch (Throwable e) { // a full queue of the blocking pool, say: it has not become a member
      var _ = remove(member);
      throw e;
    }
    return new AbortHandle(core);
  }

  /** Returns the one that it replaces. */
  @Nullable Member<K, T> list(Member<K, T> member) {
    enter();
    try {
      if (closed) {
        throw closedException();
      }
      Member<K, T> replaced = null;
      if (member.key != null) {
        replaced = byKey.put(member.key, member);
        if (replaced != null) {
          leave(replaced);
          if (!replaced.finished) {
            stopping.add(replaced);
          }
        }
      }
      member.before = last;
      if (last == null) {
        first = member;
      } else {
        last.after = member;
      }
      last = member;
      size++;
      return replaced;
    } finally {
      exit();
    }
  }

  private TaskCore<T> enlist(TaskBuilder builder, Object body, boolean blocking) {
    try {
      return builder.enlist(body, blocking);
    } catch (Throwable e) { // a context carrier that threw, say
      returnRoom();
      throw e;
    }
  }

  private void returnRoom() {
    enter();
    try {
      giveRoom();
    } finally {
      exit();
    }
  }

  // ---------------------------------------------------------------- room

  private void takeRoom() {
    if (closed) {
      throw closedException();
    }
    if (!isBounded()) {
      return;
    }
    enter();
    try {
      if (running < most) {
        running++;
        return;
      }
      if (whenFull == QueueFull.REJECT) {
        throw new RejectedExecutionException("the set is full: " + most + " tasks are running");
      }
    } finally {
      exit();
    }
    try {
      Selectable<Boolean> room = this::registerForRoom;
      if (!Select.<Boolean, RuntimeException>select(Select.on(room, got -> got))) {
        throw closedException();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RejectedExecutionException("interrupted while waiting for room in the set", e);
    }
  }

  private boolean isBounded() {
    return most < Integer.MAX_VALUE;
  }

  private static IllegalStateException closedException() {
    return new IllegalStateException("the set is closed");
  }

  private Registration registerForRoom(SelectWaiter<? super Boolean> waiter) {
    enter();
    try {
      waitingForRoom.add(waiter);
      serveRoom();
    } finally {
      exit();
    }
    return () -> {
      enter();
      try {
        waitingForRoom.remove(waiter);
      } finally {
        exit();
      }
    };
  }

  /** Under the lock. */
  private void giveRoom() {
    if (isBounded()) {
      running--;
      serveRoom();
    }
  }

  /** Under the lock. */
  private void serveRoom() {
    while (!waitingForRoom.isEmpty() && (running < most || closed)) {
      SelectWaiter<? super Boolean> waiter = waitingForRoom.remove();
      if (waiter.claim()) {
        if (!closed) {
          running++;
        }
        waiter.complete(!closed);
      }
    }
  }

  // ---------------------------------------------------------------- out

  /** Under the lock. */
  private void finished(Member<K, T> member) {
    member.finished = true;
    giveRoom();
    if (member.out) {
      stopping.remove(member);
    } else if (!inSpawnOrder) {
      ready.add(member);
    }
  }

  /** Under the lock: the next to be taken, if there is one. */
  private @Nullable Member<K, T> available() {
    return !inSpawnOrder ? ready.peek() : first != null && first.finished ? first : null;
  }

  /** Under the lock: gives what is ready to those who wait. */
  private void serve() {
    for (Member<K, T> next = available(); next != null && !waiting.isEmpty(); next = available()) {
      SelectWaiter<? super Optional<Member<K, T>>> waiter = waiting.poll().waiter();
      if (waiter.claim()) {
        leave(next);
        waiter.complete(Optional.of(next));
      }
    }
    if (size == 0) {
      waiting.forEach(Waiting::tellEmpty);
      waiting.clear();
    }
  }

  /** Under the lock: the member is out. */
  private void leave(Member<K, T> member) {
    member.out = true;
    if (member.before == null) {
      first = member.after;
    } else {
      member.before.after = member.after;
    }
    if (member.after == null) {
      last = member.before;
    } else {
      member.after.before = member.before;
    }
    member.before = null;
    member.after = null;
    size--;
    if (member.finished && !inSpawnOrder) {
      if (ready.peek() == member) {
        ready.poll();
      } else {
        ready.remove(member);
      }
    }
    if (member.key != null) {
      byKey.remove(member.key, member);
    }
  }

  /** True if it was still in. */
  private boolean remove(Member<K, T> member) {
    enter();
    try {
      boolean listed = !member.out;
      if (listed) {
        leave(member);
        serve();
      }
      return listed;
    } finally {
      exit();
    }
  }

  /** Takes one out if one is ready. */
  Optional<Member<K, T>> poll() {
    enter();
    try {
      Member<K, T> next = available();
      if (next != null) {
        leave(next);
        serve();
      }
      return Optional.ofNullable(next);
    } finally {
      exit();
    }
  }

  /** As a source of a select, which gets nothing, or is disabled, when there is no member left. */
  Selectable<Optional<Member<K, T>>> source(boolean disabledWhenEmpty) {
    return waiter -> {
      Waiting<K, T> entry = new Waiting<>(waiter, disabledWhenEmpty);
      enter();
      try {
        waiting.add(entry);
        serve();
      } finally {
        exit();
      }
      return () -> stopWaiting(entry);
    };
  }

  private void stopWaiting(Waiting<K, T> entry) {
    enter();
    try {
      waiting.remove(entry);
    } finally {
      exit();
    }
  }

  Optional<Member<K, T>> next() throws InterruptedException {
    TaskCore.checkWait(TaskCore.current());
    Optional<Member<K, T>> ready = poll(); // most often: no need to wait for it
    return ready.isPresent() ? ready : await();
  }

  private Optional<Member<K, T>> await() throws InterruptedException {
    return Select.<Optional<Member<K, T>>, RuntimeException>select(
        Select.on(source(false), member -> member));
  }

  Optional<Member<K, T>> next(Duration limit) throws InterruptedException, TimeoutException {
    return Select.<Optional<Member<K, T>>, TimeoutException>selectBiased(
        Select.on(source(false), member -> member),
        Select.after(
            limit,
            () -> {
              throw new TimeoutException("no task of the set has finished within " + limit);
            }));
  }

  <R extends @Nullable Object, X extends Exception> Branch<R, X> onNext(
      boolean guard, Fn<? super Member<K, T>, ? extends R, X> handler) {
    return Select.<Optional<Member<K, T>>, R, X>on(
        guard, source(true), member -> handler.apply(member.orElseThrow()));
  }

  void shutdown() throws InterruptedException {
    abortAll(AbortReason.of(AbortReason.Kind.USER));
    while (next().map(Member::told).isPresent()) {
      // looked at, and not wanted
    }
  }

  /** Takes members out until the policy has enough; puts them back if the wait is given up. */
  <R extends @Nullable Object> R join(JoinPolicy<T, R> policy) throws InterruptedException {
    Objects.requireNonNull(policy, "policy");
    List<Member<K, T>> taken = new ArrayList<>();
    try {
      for (var next = next(); next.isPresent(); next = next()) {
        Member<K, T> member = next.get();
        taken.add(member);
        if (policy.isEnough(member.told())) {
          end(
              member.core.isSuccess() ? AbortReason.Kind.LOST : AbortReason.Kind.SIBLING_FAILED,
              policy);
          break;
        }
      }
    } catch (InterruptedException e) {
      putBack(taken);
      throw e;
    }
    return policy.result();
  }

  /** Aborts the rest, waits for its real end, and shows it to the policy. */
  void end(AbortReason.Kind why, JoinPolicy<T, ?> policy) {
    List<Member<K, T>> rest = snapshot();
    abort(rest, AbortReason.of(why));
    for (Member<K, T> member : rest) {
      member.core.awaitClosing();
      if (remove(member)) {
        var _ = policy.isEnough(member.told());
      }
    }
  }

  /** Puts back what a wait has taken that did not come to its end. */
  void putBack(List<Member<K, T>> taken) {
    enter();
    try {
      for (Member<K, T> member : taken.reversed()) {
        member.out = false;
        member.after = first;
        if (first == null) {
          last = member;
        } else {
          first.before = member;
        }
        first = member;
        size++;
        if (!inSpawnOrder) {
          ready.addFirst(member);
        }
        if (member.key != null) {
          byKey.putIfAbsent(member.key, member);
        }
      }
      serve();
    } finally {
      exit();
    }
  }

  // ---------------------------------------------------------------- all of them

  int size() {
    enter();
    try {
      return size;
    } finally {
      exit();
    }
  }

  private List<Member<K, T>> listed() {
    List<Member<K, T>> all = new ArrayList<>(size);
    for (Member<K, T> member = first; member != null; member = member.after) {
      all.add(member);
    }
    return all;
  }

  List<Member<K, T>> snapshot() {
    enter();
    try {
      return listed();
    } finally {
      exit();
    }
  }

  Optional<Member<K, T>> get(K key) {
    Objects.requireNonNull(key, "key");
    enter();
    try {
      return Optional.ofNullable(byKey.get(key));
    } finally {
      exit();
    }
  }

  void abortAll(AbortReason reason) {
    abort(snapshot(), reason);
  }

  static <K, T extends @Nullable Object> void abort(
      List<Member<K, T>> members, AbortReason reason) {
    Sweep.abort(members.stream().map(member -> member.core).toList(), reason);
  }

  void detachAll() {
    List<Member<K, T>> all;
    enter();
    try {
      all = listed();
      all.forEach(this::leave);
      serve();
    } finally {
      exit();
    }
    all.forEach(member -> member.handle.detach());
  }

  /** Aborts all and waits for their real end. What nobody has looked at goes to the hook. */
  void close() {
    List<Member<K, T>> all;
    enter();
    try {
      all = listed();
      all.addAll(stopping);
      for (Member<K, T> member : all) {
        member.core.rejectSelf();
      }
      closed = true;
      serveRoom();
    } finally {
      exit();
    }
    abort(all, AbortReason.of(AbortReason.Kind.PARENT_CLOSED));
    for (Member<K, T> member : all) {
      member.core.awaitClosing();
      if (remove(member)) { // nobody has taken it out meanwhile
        member.core.reportIfUnobserved(UnobservedFailure.Kind.CLOSED);
      }
    }
  }

  static {
    try {
      ARRIVALS = MethodHandles.lookup().findVarHandle(Members.class, "arrivals", Member.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
