package dev.musubi.benchmarks;

import dev.musubi.CancellationToken;
import dev.musubi.JoinHandle;
import dev.musubi.Select;
import dev.musubi.Task;
import dev.musubi.sync.Oneshot;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What costs a few dozen nanoseconds and starts no thread. On a platform thread. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = "-Xmx1g")
public class PartsBenchmark {
  private static final Duration LONG = Duration.ofHours(1);

  private final CancellationToken token = new CancellationToken();
  private JoinHandle<Integer> one;
  private JoinHandle<Integer> other;

  @Setup
  public void finishTwo() throws InterruptedException {
    one = Task.spawn(() -> 1);
    other = Task.spawn(() -> 2);
    one.join();
    other.join();
  }

  @Benchmark
  public int joinFinished() throws InterruptedException {
    return one.join();
  }

  @Benchmark
  public int selectOfTwoReady() throws InterruptedException {
    return Select.<Integer, RuntimeException>select(
        one.onJoin(true, v -> v), other.onJoin(true, v -> v));
  }

  @Benchmark
  public int selectOfTimerAndReady() throws InterruptedException {
    return Select.<Integer, RuntimeException>selectBiased(
        Select.after(LONG, () -> 0), one.onJoin(true, v -> v));
  }

  @Benchmark
  public int oneshot() throws InterruptedException {
    var channel = Oneshot.<Integer>create();
    var _ = channel.sender().send(1);
    return channel.receiver().receive();
  }

  @Benchmark
  public boolean tokenAsked() {
    return token.isCancelled();
  }

  @Benchmark
  public void abortChecked() throws InterruptedException {
    Task.checkAborted();
  }
}
