package dev.musubi.benchmarks;

import dev.musubi.Task;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Spawn and join against its floor and against the JDK's executor; nanoseconds for each task. JMH
 * runs the contestants in sequence: for ratios see {@link Ratios}, which runs them in turn.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 3,
    jvmArgsAppend = {"-Xms2g", "-Xmx2g", "-XX:+AlwaysPreTouch"})
public class SpawnJoinBenchmark {
  private static final int ONE_BY_ONE = 2_000;
  private static final int AT_ONCE = 100_000;

  /** Who spawns and joins: a task (a virtual thread), or JMH's thread. */
  @Param({"task", "platform"})
  public String from;

  private final SuiteMusubi light = new SuiteMusubi(true);
  private ExecutorService executor;

  @Setup
  public void open() {
    executor = Executors.newVirtualThreadPerTaskExecutor();
  }

  @TearDown
  public void close() {
    executor.close();
  }

  @Benchmark
  @OperationsPerInvocation(ONE_BY_ONE)
  public void oneByOneBare() throws Exception {
    run(() -> SpawnJoin.bareOneByOne(ONE_BY_ONE));
  }

  @Benchmark
  @OperationsPerInvocation(ONE_BY_ONE)
  public void oneByOneExecutor() throws Exception {
    run(() -> SpawnJoin.executorOneByOne(executor, ONE_BY_ONE));
  }

  @Benchmark
  @OperationsPerInvocation(ONE_BY_ONE)
  public void oneByOneMusubi() throws Exception {
    run(() -> SpawnJoin.musubiOneByOne(ONE_BY_ONE));
  }

  @Benchmark
  @OperationsPerInvocation(AT_ONCE)
  public void atOnceBare() throws Exception {
    run(() -> SpawnJoin.bareAtOnce(AT_ONCE));
  }

  @Benchmark
  @OperationsPerInvocation(AT_ONCE)
  public void atOnceExecutor() throws Exception {
    run(() -> SpawnJoin.executorAtOnce(executor, AT_ONCE));
  }

  @Benchmark
  @OperationsPerInvocation(AT_ONCE)
  public void atOnceMusubi() throws Exception {
    run(() -> SpawnJoin.musubiAtOnce(AT_ONCE));
  }

  @Benchmark
  @OperationsPerInvocation(ONE_BY_ONE)
  public void oneByOneLight() throws Exception {
    run(() -> light.spawnOne(ONE_BY_ONE));
  }

  @Benchmark
  @OperationsPerInvocation(AT_ONCE)
  public void atOnceLight() throws Exception {
    run(() -> light.spawnMany(AT_ONCE));
  }

  private interface Batch {
    void run() throws Exception;
  }

  /** The one task that is started for a whole batch does not count against it. */
  private void run(Batch batch) throws Exception {
    if (from.equals("task")) {
      Task.spawn(
              () -> {
                batch.run();
                return null;
              })
          .join();
    } else {
      batch.run();
    }
  }
}
