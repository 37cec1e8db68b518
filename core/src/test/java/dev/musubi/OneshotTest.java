package dev.musubi;

import static dev.musubi.Select.after;
import static dev.musubi.Select.select;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.musubi.contract.Contract;
import dev.musubi.contract.Semantics;
import dev.musubi.sync.ChannelClosedException;
import dev.musubi.sync.Oneshot;
import dev.musubi.sync.OneshotReceiver;
import dev.musubi.sync.OneshotSender;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The channel for one value. */
@Timeout(60)
class OneshotTest {
  private final Oneshot<String> channel = Oneshot.create();
  private final OneshotSender<String> sender = channel.sender();
  private final OneshotReceiver<String> receiver = channel.receiver();

  private static <T> JoinHandle<T> parked(java.util.concurrent.Callable<T> body) {
    AtomicReference<Thread> waiter = new AtomicReference<>();
    JoinHandle<T> handle =
        Task.spawn(() -> {
          waiter.set(Thread.currentThread());
          return body.call();
        });
    Kit.awaitParked(Kit.thread(waiter));
    return handle;
  }

  @Test
  @Contract(381)
  void sendNeverWaitsAndFailsWhenNobodyWantsTheValue() throws Exception {
    assertThat(sender.send("value")).isTrue();
    assertThat(receiver.receive()).isEqualTo("value");
    Oneshot<String> unwanted = Oneshot.create();
    unwanted.receiver().close();
    assertThat(unwanted.sender().send("value")).isFalse();
  }

  @Test
  void aValueSentIsReceivedByWhoWaits() throws Exception {
    JoinHandle<String> waiting = parked(receiver::receive);
    assertThat(sender.send("value")).isTrue();
    assertThat(waiting.join()).isEqualTo("value");
  }

  @Test
  @Contract(382)
  void sendingDoesNotMeanReceiving() throws Exception {
    assertThat(sender.send("value")).isTrue();
    receiver.close(); // and nobody takes it
    assertThat(channel.toString()).doesNotContain("value");
  }

  @Test
  @Contract(383)
  void aSenderThatIsClosedWithoutSendingWakesTheReceiver() throws Exception {
    JoinHandle<String> waiting = parked(receiver::receive);
    sender.close();
    assertThatThrownBy(waiting::join).hasCauseInstanceOf(ChannelClosedException.class);
    assertThatThrownBy(receiver::receive).isInstanceOf(ChannelClosedException.class);
    assertThatThrownBy(receiver::tryReceive).isInstanceOf(ChannelClosedException.class);
    assertThatThrownBy(() -> sender.send("late")).isInstanceOf(IllegalStateException.class);
  }

  @Test
  @Contract(384)
  @Semantics(8)
  void aLostWaitHasNotTakenTheValue() throws Exception {
    assertThat(select(receiver.onReceive(v -> v), after(Duration.ZERO, () -> "timer")))
        .isEqualTo("timer");
    assertThatThrownBy(() -> receiver.receive(Duration.ZERO))
        .isInstanceOf(TimeoutException.class)
        .hasMessage("no value was received within PT0S");
    parked(receiver::receive).abortAndJoin();
    assertThat(receiver.tryReceive()).isEmpty();
    sender.send("value");
    sender.close(); // does nothing after sending
    assertThat(receiver.receive(Duration.ZERO)).isEqualTo("value");
  }

  @Test
  @Contract(385)
  void afterClosingTheReceiverAValueSentEarlierIsStillReceived() throws Exception {
    sender.send("early");
    receiver.close();
    assertThat(receiver.tryReceive()).contains("early");
    Oneshot<String> other = Oneshot.create();
    other.receiver().close();
    assertThatThrownBy(other.receiver()::receive).isInstanceOf(ChannelClosedException.class);
    assertThatThrownBy(other.receiver()::tryReceive).isInstanceOf(ChannelClosedException.class);
  }

  @Test
  @Contract(386)
  void theValueIsReceivedOnceAndSentOnce() throws Exception {
    JoinHandle<String> one = parked(receiver::receive);
    JoinHandle<String> two = parked(receiver::receive);
    sender.send("value");
    assertThat(one.outcome().isSuccess()).isNotEqualTo(two.outcome().isSuccess());
    assertThatThrownBy(receiver::receive)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the value was received before");
    assertThatThrownBy(receiver::tryReceive).isInstanceOf(ChannelClosedException.class);
    assertThatThrownBy(() -> sender.send("again")).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> sender.send(null)).isInstanceOf(NullPointerException.class);
  }

  @Test
  @Contract(387)
  void theSenderHearsThatTheReceiverWasClosed() throws Exception {
    assertThat(sender.isClosed()).isFalse();
    JoinHandle<String> working =
        parked(() -> {
          sender.awaitClosed();
          return "stopped";
        });
    receiver.close();
    assertThat(working.join()).isEqualTo("stopped");
    assertThat(sender.isClosed()).isTrue();
    assertThat(select(sender.onClosed(() -> "closed"))).isEqualTo("closed");
  }

  @Test
  @Semantics(8)
  void sendAndCloseRaceAndOneOfThemIsTrue() throws Exception {
    for (int i = 0; i < 2_000; i++) {
      Oneshot<String> raced = Oneshot.create();
      JoinHandle<Boolean> sending = Task.spawn(() -> raced.sender().send("value"));
      JoinHandle<Boolean> closing =
          Task.spawn(() -> {
            raced.receiver().close();
            try {
              return raced.receiver().tryReceive().isPresent();
            } catch (ChannelClosedException e) {
              return false;
            }
          });
      assertThat(sending.join()).isEqualTo(closing.join());
    }
  }
}
