package dev.musubi;

import dev.musubi.internal.Stack;
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
 * takes nothing. Between claim and completion a few links are changed; what could fail or take time
 * comes before or after.
 *
 * <p>A task that finishes does not wait for the lock: it leaves its member in {@link #arrivals},
 * and whoever {@linkplain #enter() enters} next makes it READY. Only if somebody is waiting it
 * enters itself. It looks at {@link #watched} after it has left the member; who begins to wait
 * writes that and looks at the arrivals after. Both are volatile, so one of the two sees the other.
 * In the same way the task of a member that is out already enters, so that nobody is held by a set
 * that is not used any more.
 *
 * <p>A replaced member is out, but its task may need time to stop: until then it is in {@code
 * stopping}, so that a close waits for it, too.
 *
 * <p>Under the lock runs no foreign code, except that keys are compared: when one is spawned or
 * looked up, and for two whose hashes are equal. They are hashed once. In {@link #byKey} may be
 * members that are out, if comparing them failed: they count as not there.
 *
 * @param <K> the type of the keys; {@link Void} where there are none
 * @param <T> the type of the values
 */
final class Members<K, T extends @Nullable Object> {
  private static final VarHandle ARRIVALS;

  private final ReentrantLock lock = new ReentrantLock();
  private final boolean inSpawnOrder;
  private final int most;
  private final boolean bounded;
  private final QueueFull whenFull;
  private final Deque<SelectWaiter<? super Boolean>> waitingForRoom = new ArrayDeque<>(0);
  private int running; // members whose task has not finished, and rooms given away
  private final Deque<Waiting<K, T>> waiting = new ArrayDeque<>(1);
  private final Map<Hashed<K>, Member<K, T>> byKey = new HashMap<>(0);
  private final Set<Member<K, T>> stopping = new HashSet<>(0);
  private @Nullable Member<K, T> first;
  private @Nullable Member<K, T> last;
  private @Nullable Member<K, T> firstReady; // nobody is if in spawn order
  private @Nullable Member<K, T> lastReady;
  private int size;
  private volatile boolean closed; // written under the lock
  private volatile boolean watched; // written under the lock: somebody waits
  private boolean leftEarly; // a member is out whose task has not arrived
  private volatile @Nullable Member<K, T> arrivals; // finished, the last one first
  private @Nullable Member<K, T> admitting; // taken from there, the first one first

  /** With a bound for the members whose tasks have not finished. */
  Members(boolean inSpawnOrder, int most, QueueFull whenFull) {
    if (most < 1) {
      throw new IllegalArgumentException("the bound of a set must be at least 1: " + most);
    }
    this.inSpawnOrder = inSpawnOrder;
    this.most = most;
    this.bounded = most < Integer.MAX_VALUE;
    this.whenFull = Objects.requireNonNull(whenFull, "whenFull");
  }

  /** A key that remembers its hash. */
  private record Hashed<K>(K key, int hash) {
    Hashed(K key) {
      this(key, key.hashCode());
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Hashed<?> that && hash == that.hash && key.equals(that.key);
    }
  }

  /** A task and its place in the lists. Run by the library when the task has finished. */
  static final class Member<K, T extends @Nullable Object> implements Runnable {
    private final Members<K, T> members;
    final TaskCore<T> core;
    private final TaskHandle<T> handle; // or a failure would be reported as one that nobody can see
    private final @Nullable Hashed<K> key;
    private @Nullable Member<K, T> before;
    private @Nullable Member<K, T> after;
    private @Nullable Member<K, T> previous; // among the ready
    private @Nullable Member<K, T> next; // among the arrivals, then among the ready
    private boolean finished;
    private boolean out = true; // written under the lock; not listed yet

    Member(Members<K, T> members, TaskCore<T> core, @Nullable K key) {
      this.members = members;
      this.core = core;
      this.handle = core.createHandle();
      this.key = key == null ? null : new Hashed<>(key);
    }

    /** Of a member that has one. */
    K key() {
      return Objects.requireNonNull(key).key();
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
      boolean look = leftEarly;
      if (look) {
        leftEarly = false;
        VarHandle.fullFence(); // who arrives reads what is out after it has left its member
      }
      if (waits != watched) {
        watched = waits;
        look |= waits;
      }
      if (look) {
        admit(); // what has arrived before it could see that
      }
    } finally {
      lock.unlock();
    }
  }

  private void arrive(Member<K, T> member) {
    do {
      member.next = arrivals;
    } while (!ARRIVALS.compareAndSet(this, member.next, member));
    if (watched || member.out) {
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
      Member<K, T> after = member.next;
      finished(member);
      admitting = after;
      if (inSpawnOrder || member.out) {
        member.next = null; // or those that are out would hold each other
      }
    }
    serveRoom();
    serve();
  }

  @SuppressWarnings("unchecked") // the field holds nothing else
  private @Nullable Member<K, T> nextToAdmit() {
    if (admitting == null && arrivals != null) {
      Member<K, T> last = (Member<K, T>) ARRIVALS.getAndSet(this, null);
      while (last != null) { // turns them round
        Member<K, T> before = last.next;
        last.next = admitting;
        admitting = last;
        last = before;
      }
    }
    return admitting;
  }

  // ---------------------------------------------------------------- in

  /** Lists a task and starts it. A member with the same key is replaced: aborted and never told. */
  AbortHandle add(TaskBuilder builder, Object body, boolean blocking, @Nullable K key) {
    Objects.requireNonNull(body, "body");
    TaskRuntime.beforeSpawn();
    takeRoom();
    TaskCore<T> core = enlist(builder, body, blocking);
    Member<K, T> member = null;
    boolean arrives = false; // and gives its room back then
    try {
      member = new Member<>(this, core, key);
      Member<K, T> replaced = list(member);
      if (replaced != null) {
        var _ =
            replaced.core.abort(
                AbortReason.of(AbortReason.Kind.USER, "replaced by a task with the same key"));
        replaced.handle.detach();
      }
      core.onFinished(member);
      arrives = true;
      builder.start(core);
    } catch (Throwable e) { // closed meanwhile, a key that cannot be hashed, a full blocking queue
      if (member != null) {
        var _ = remove(member);
      }
      if (!arrives) {
        returnRoom();
      }
      var _ = core.abort(AbortReason.of(AbortReason.Kind.PARENT_CLOSED));
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
        replaced = listedAt(member.key);
        if (replaced != null && !replaced.finished) {
          stopping.add(replaced);
        }
        byKey.put(member.key, member);
        if (replaced != null) {
          unlink(replaced);
        }
      }
      member.out = false;
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

  private @Nullable Member<K, T> listedAt(Hashed<K> key) {
    Member<K, T> member = byKey.get(key);
    return member == null || member.out ? null : member;
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
      if (bounded) {
        running--;
      }
      serveRoom();
    } finally {
      exit();
    }
  }

  // ---------------------------------------------------------------- room

  private void takeRoom() {
    if (closed) {
      throw closedException();
    }
    if (!bounded) {
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

  /** Under the lock. What could fail comes first: it may be called again then. */
  private void finished(Member<K, T> member) {
    if (member.out && !stopping.isEmpty()) {
      stopping.remove(member);
    }
    if (!member.out) {
      addReady(member);
    }
    member.finished = true;
    if (bounded) {
      running--;
    }
  }

  /** Under the lock: the next to be taken, if there is one. */
  private @Nullable Member<K, T> available() {
    return !inSpawnOrder ? firstReady : first != null && first.finished ? first : null;
  }

  /** Under the lock: gives what is ready to those who wait. */
  private void serve() {
    for (Member<K, T> next = available(); next != null && !waiting.isEmpty(); next = available()) {
      Optional<Member<K, T>> given = Optional.of(next);
      Stack.reserve(); // for the wake-up
      SelectWaiter<? super Optional<Member<K, T>>> waiter = waiting.remove().waiter();
      if (waiter.claim()) {
        unlink(next);
        waiter.complete(given);
        forgetKey(next);
      }
    }
    if (size == 0) {
      waiting.forEach(Waiting::tellEmpty);
      waiting.clear();
    }
  }

  /** Under the lock: the member is out. */
  private void leave(Member<K, T> member) {
    unlink(member);
    forgetKey(member);
  }

  /** Under the lock: the member is out, but may still be found by its key. */
  private void unlink(Member<K, T> member) {
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
    if (member.finished) {
      removeReady(member);
    } else {
      leftEarly = true;
    }
  }

  /** Under the lock, of one that is out: if comparing keys fails, it stays and is passed over. */
  private void forgetKey(Member<K, T> member) {
    if (member.key != null) {
      try {
        byKey.remove(member.key, member);
      } catch (Throwable e) {
        Log.warn("the key of " + member.core.id() + " could not be compared with another one", e);
      }
    }
  }

  private void addReady(Member<K, T> member) {
    if (inSpawnOrder) {
      return;
    }
    member.next = null;
    member.previous = lastReady;
    if (lastReady == null) {
      firstReady = member;
    } else {
      lastReady.next = member;
    }
    lastReady = member;
  }

  private void addReadyFirst(Member<K, T> member) {
    if (inSpawnOrder) {
      return;
    }
    member.next = firstReady;
    if (firstReady == null) {
      lastReady = member;
    } else {
      firstReady.previous = member;
    }
    firstReady = member;
  }

  private void removeReady(Member<K, T> member) {
    if (inSpawnOrder) {
      return;
    }
    if (member.previous == null) {
      firstReady = member.next;
    } else {
      member.previous.next = member.next;
    }
    if (member.next == null) {
      lastReady = member.previous;
    } else {
      member.next.previous = member.previous;
    }
    member.previous = null;
    member.next = null;
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
      Member<K, T> newest;
      enter();
      try {
        waiting.add(entry);
        serve();
        newest = last;
      } finally {
        exit();
      }
      if (newest != null) {
        newest.core.hurry();
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
    snapshot().forEach(member -> member.core.rejectSelf()); // it would wait for the rest to end
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
        addReadyFirst(member);
        member.core.unobserve(member.handle);
        if (member.key != null && listedAt(member.key) == null) {
          byKey.put(member.key, member);
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
      return Optional.ofNullable(listedAt(new Hashed<>(key)));
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
      all.forEach(this::unlink);
      byKey.clear();
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
