package dev.musubi.benchmarks;

import java.util.concurrent.FutureTask;
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
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Spawn and join, under JMH. {@link Ratios} runs the same contestants in turn, for ratios. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 2,
    jvmArgs = {"-Xmx4g", "-Xmn1g", "-XX:+AlwaysPreTouch"})
public class SpawnJoinBenchmark {
  private static final int N = 100_000;

  @Param SpawnJoin contestant = SpawnJoin.MUSUBI;

  @Param({"VIRTUAL", "PLATFORM"})
  String from = "VIRTUAL";

  private interface Work {
    void run() throws Exception;
  }

  private void run(Work work) throws Exception {
    if (from.equals("PLATFORM")) {
      work.run();
    } else {
      FutureTask<Void> task =
          new FutureTask<>(() -> {
            work.run();
            return null;
          });
      Thread.startVirtualThread(task);
      task.get();
    }
  }

  @Benchmark
  @OperationsPerInvocation(N)
  public void oneByOne() throws Exception {
    run(() -> contestant.oneByOne(N));
  }

  @Benchmark
  @OperationsPerInvocation(N)
  public void allAtOnce() throws Exception {
    run(() -> contestant.allAtOnce(N));
  }
}
