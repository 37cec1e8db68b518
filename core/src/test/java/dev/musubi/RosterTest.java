package dev.musubi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class RosterTest {
  private final Set<Integer> gone = ConcurrentHashMap.newKeySet();
  private final Roster<Integer> roster = new Roster<>(gone::contains);

  private List<Integer> present() {
    List<Integer> members = new ArrayList<>();
    roster.forEach(member -> {
      if (!gone.contains(member)) {
        members.add(member);
      }
    });
    return members;
  }

  @Test
  void aWalkSeesEveryMemberThatIsNotGone() {
    for (int i = 0; i < 10_000; i++) {
      roster.add(i);
      if (i % 3 != 0) {
        gone.add(i);
      }
    }
    assertThat(present()).hasSize(3334).allMatch(i -> i % 3 == 0);
  }

  @Test
  void theSeatsOfTheGoneStayBounded() {
    for (int i = 0; i < 1_000_000; i++) {
      roster.add(i);
      gone.add(i);
      if (i >= 200) {
        gone.remove(i - 200); // keeps the set of the gone small; those are swept or will be
        gone.add(i - 200);
      }
    }
    assertThat(roster.seats()).isLessThan(500);
  }

  @Test
  void membersAddedAndLeavingOnManyThreadsAreNeitherLostNorInvented() throws Exception {
    int threads = 4;
    int each = 50_000;
    CountDownLatch done = new CountDownLatch(threads);
    AtomicBoolean stop = new AtomicBoolean();
    List<Throwable> failures = new ArrayList<>();
    Set<Integer> stay = ConcurrentHashMap.newKeySet();
    for (int t = 0; t < threads; t++) {
      int base = t * each;
      Thread.ofPlatform()
          .start(() -> {
            for (int i = base; i < base + each; i++) {
              roster.add(i);
              if (i % 1000 == 0) {
                stay.add(i);
              } else {
                gone.add(i);
              }
            }
            done.countDown();
          });
    }
    Thread walker =
        Thread.ofPlatform()
            .start(() -> {
              while (!stop.get()) {
                Set<Integer> before = Set.copyOf(stay);
                if (!new ArrayList<>(present()).containsAll(before)) {
                  synchronized (failures) {
                    failures.add(new AssertionError("a member was missed by a walk"));
                  }
                }
              }
            });
    done.await();
    stop.set(true);
    walker.join();
    assertThat(failures).isEmpty();
    assertThat(present()).containsExactlyInAnyOrderElementsOf(stay);
  }
}
