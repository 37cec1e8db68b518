package dev.musubi.benchmarks;

import static dev.musubi.benchmarks.Numbers.mean;
import static dev.musubi.benchmarks.Numbers.median;
import static dev.musubi.benchmarks.Numbers.ratios;
import static dev.musubi.benchmarks.Numbers.spread;
import static dev.musubi.benchmarks.Numbers.spreadOfTwo;
import static dev.musubi.benchmarks.Numbers.two;
import static dev.musubi.benchmarks.Numbers.whole;

import dev.musubi.Task;
import dev.musubi.benchmarks.Interleaved.Batch;
import dev.musubi.benchmarks.Interleaved.Samples;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;

/**
 * Spawn and join as a ratio to a bare virtual thread and to the JDK's executor, measured in turn.
 *
 * <p>Arguments: rounds, warmup, forks, oneByOne (tasks a round), atOnce, out.
 */
public final class Ratios {
  private static final String BARE = "bare thread";
  private static final String EXECUTOR = "executor";
  private static final String MUSUBI = "Musubi";
  private static final List<String> FROM = List.of("task", "platform thread");
  private static final List<String> HOW = List.of("one by one", "at once");

  private static final List<String> OPTIONS = List.of("-Xms2g", "-Xmx2g", "-XX:+AlwaysPreTouch");

  private Ratios() {}

  public static void main(String[] args) throws Exception {
    Args a = new Args(args);
    int rounds = a.get("rounds", 40);
    int warmUp = a.get("warmup", 20);
    int forks = a.get("forks", 3);
    int oneByOne = a.get("oneByOne", 20_000);
    int atOnce = a.get("atOnce", 100_000);
    String out = a.get("out", "");
    boolean child = Boolean.parseBoolean(a.get("child", "false"));
    a.rejectOthers();
    if (child) {
      measure(rounds, warmUp, oneByOne, atOnce);
      Child.end();
    }
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("rounds", rounds);
    parameters.put("warmup", warmUp);
    parameters.put("forks", forks);
    parameters.put("oneByOne", oneByOne);
    parameters.put("atOnce", atOnce);
    parameters.put("jvm", OPTIONS);
    Report report = new Report("Spawn and join", parameters);
    List<String> forwarded = new ArrayList<>(List.of(args));
    forwarded.add("child=true");
    Map<String, Samples> samples = Interleaved.collect(Ratios.class, OPTIONS, forwarded, forks);
    publish(report, samples);
    report.publish(out, "spawn-join");
  }

  private static void measure(int rounds, int warmUp, int oneByOne, int atOnce) throws Exception {
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Map<String, Batch> single = new LinkedHashMap<>();
      single.put(BARE, SpawnJoin::bareOneByOne);
      single.put(EXECUTOR, n -> SpawnJoin.executorOneByOne(executor, n));
      single.put(MUSUBI, SpawnJoin::musubiOneByOne);
      Map<String, Batch> many = new LinkedHashMap<>();
      many.put(BARE, SpawnJoin::bareAtOnce);
      many.put(EXECUTOR, n -> SpawnJoin.executorAtOnce(executor, n));
      many.put(MUSUBI, SpawnJoin::musubiAtOnce);
      for (String from : FROM) {
        Batch settings =
            _ -> {
              Interleaved.measure(from + "/" + HOW.get(0), single, oneByOne, warmUp, rounds);
              Interleaved.measure(from + "/" + HOW.get(1), many, atOnce, warmUp, rounds);
            };
        if (from.equals("task")) {
          Task.spawn(
                  () -> {
                    settings.run(0);
                    return null;
                  })
              .join();
        } else {
          settings.run(0);
        }
      }
    }
  }

  private static void publish(Report report, Map<String, Samples> samples) {
    report.text(
        "Medians for each task (CPU: means); in brackets the middle four fifths. Ratios are medians"
            + " of the ratios within a round.");
    for (String from : FROM) {
      for (String how : HOW) {
        String setting = from + "/" + how + "/";
        Samples bare = samples.get(setting + BARE);
        Samples executor = samples.get(setting + EXECUTOR);
        report.heading("From a " + from + ", " + how);
        report.header(
            "contestant", "ns", "CPU ns", "bytes", "ratio to bare", "ratio to the executor");
        for (String who : List.of(BARE, EXECUTOR, MUSUBI)) {
          Samples own = samples.get(setting + who);
          double[] toBare = ratios(own.wallNanos(), bare.wallNanos());
          double[] toExecutor = ratios(own.wallNanos(), executor.wallNanos());
          report.row(
              who,
              whole(median(own.wallNanos())) + " (" + spread(own.wallNanos()) + ")",
              whole(mean(own.cpuNanos())),
              whole(median(own.bytes())),
              two(median(toBare)) + " (" + spreadOfTwo(toBare) + ")",
              two(median(toExecutor)) + " (" + spreadOfTwo(toExecutor) + ")");
          report.figure(
              "from", from,
              "how", how,
              "contestant", who,
              "wallNanos", median(own.wallNanos()),
              "cpuNanos", mean(own.cpuNanos()),
              "bytes", median(own.bytes()),
              "ratioToBare", median(toBare),
              "ratioToExecutor", median(toExecutor),
              "wallNanosOfEachRound", own.wallNanos());
        }
      }
    }
  }
}
