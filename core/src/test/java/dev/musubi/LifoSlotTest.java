package dev.musubi;

import static dev.musubi.TaskLaneTest.end;
import static dev.musubi.TaskLaneTest.task;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LifoSlotTest {
  private final LifoSlot slot = new LifoSlot();

  @Test
  void whatWasPutThereIsTakenOnce() {
    assertThat(slot.last()).isNull();
    assertThat(slot.poll()).isNull();
    for (int i = 0; i < 1_000; i++) {
      TaskCore<?> core = task();
      slot.put(core);
      assertThat(slot.last()).isSameAs(core);
      assertThat(slot.glance()).isSameAs(core);
      assertThat(slot.poll()).isSameAs(core);
      assertThat(slot.poll()).isNull();
      assertThat(slot.last()).isNull();
    }
  }

  @Test
  void aDeadOneIsReplacedHoweverOften() {
    for (int i = 0; i < 1_000; i++) {
      TaskCore<?> core = task();
      slot.put(core);
      assertThat(slot.puts()).isEqualTo(i + 1);
      end(core);
      assertThat(slot.glance()).isNull();
      assertThat(slot.poll()).isNull();
      assertThat(slot.last()).isSameAs(core);
    }
  }

  @Test
  void onlyADeadOneIsDropped() {
    TaskCore<?> core = task();
    slot.put(core);
    slot.dropDead();
    assertThat(slot.last()).isSameAs(core);
    end(core);
    slot.dropDead();
    assertThat(slot.last()).isNull();
    slot.dropDead();
  }

  @Test
  void anotherOneIsNotTaken() {
    TaskCore<?> first = task();
    slot.put(first);
    end(first);
    TaskCore<?> second = task();
    slot.put(second);
    assertThat(slot.take(first)).isFalse();
    assertThat(slot.take(second)).isTrue();
    assertThat(slot.take(second)).isFalse();
  }
}
