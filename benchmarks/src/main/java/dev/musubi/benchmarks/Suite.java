package dev.musubi.benchmarks;

import static dev.musubi.benchmarks.Contest.COROUTINES;
import static dev.musubi.benchmarks.Contest.JDK;
import static dev.musubi.benchmarks.Contest.MUSUBI;
import static dev.musubi.benchmarks.Numbers.mean;
import static dev.musubi.benchmarks.Numbers.median;
import static dev.musubi.benchmarks.Numbers.ratios;
import static dev.musubi.benchmarks.Numbers.spread;
import static dev.musubi.benchmarks.Numbers.spreadOfTwo;
import static dev.musubi.benchmarks.Numbers.two;
import static dev.musubi.benchmarks.Numbers.whole;

import dev.musubi.benchmarks.Interleaved.Batch;
import dev.musubi.benchmarks.Interleaved.Samples;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * Tokio's own workloads and some more, for Musubi, the JDK, coroutines and Tokio itself. Each
 * workload has a JVM of its own, in which the contestants take turns; Tokio's turns are those of a
 * process beside it.
 *
 * <p>Arguments: rounds, warmup, scale (of all counts, in 100), only (a workload), tokio (the
 * program), out.
 */
public final class Suite {
  private static final String LIGHT = "Musubi, light";
  private static final String TOKIO = "Tokio";
  private static final String JOX = "jox";
  private static final String FLOOR = "bare virtual threads";
  private static final String LIGHT_FLOOR = "bare hand-over";
  private static final String DISTANCE = "CPU distance";
  private static final List<String> PEERS = List.of(JDK, COROUTINES, JOX);
  private static final List<String> OPTIONS = options();

  private Suite() {}

  /** Jox' scopes are made of the JDK's structured concurrency, which is a preview. */
  private static List<String> options() {
    List<String> options = new ArrayList<>(Contest.jvm("3g"));
    options.add("--enable-preview");
    return List.copyOf(options);
  }

  /** A workload, how many turns or tasks it has, how often it is run in a round, what it is. */
  private enum Workload {
    spawnOne(100_000, 1, "spawned and joined, one at a time"),
    spawnTen(100_000, 1, "ten spawned, then joined, again and again"),
    spawnMany(10_000, 20, "10,000 spawned from a task, then joined"),
    spawnManyIdle(10_000, 20, "the same from outside, the runtime idle"),
    spawnManyBusy(10_000, 4, "the same from outside, two tasks yielding in a loop"),
    chainedSpawn(1_000, 100, "each spawns the next, 1,000 in all"),
    pingPong(1_000, 40, "1,000 pairs with a one-shot each way"),
    yieldMany(200_000, 1, "200 tasks that yield 1,000 times"),
    spawnBlocking(1_000, 5, "1,000 blocking tasks, joined"),
    oneshot(100_000, 5, "a one-shot made, sent, received"),
    timers(50_000, 3, "a select of a timer and something ready"),
    selectReady(100_000, 5, "a select of two that are ready"),
    selectOneshots(50_000, 5, "a select of two one-shots, one of which was sent"),
    skynet(100_000, 3, "a tree of tasks, ten children each, 100,000 leaves"),
    skynetMillion(1_000_000, 1, "the same with 1,000,000 leaves"),
    fib(121_392, 3, "fib(25), a task for each call but the second"),
    drained(100_000, 1, "100,000 in a join set, taken as they finish"),
    sleepersAborted(100_000, 1, "100,000 that sleep, aborted and joined"),
    sleepOneMilli(100_000, 1, "100,000 that sleep for 1 ms, joined"),
    abortOne(1_000, 2, "a task that begins to sleep, aborted and joined, one at a time"),
    fanOut(500, 4, "a request to ten tasks, one of which is aborted");

    final int count;
    final int repeats;
    final String text;

    Workload(int count, int repeats, String text) {
      this.count = count;
      this.repeats = repeats;
      this.text = text;
    }
  }

  public static void main(String[] args) throws Exception {
    Args a = new Args(args);
    int rounds = a.get("rounds", 25);
    int warmUp = a.get("warmup", 15);
    int warmUpMillis = a.get("warmupMillis", 3_000);
    int scale = a.get("scale", 100);
    String only = a.get("only", "");
    String tokio = a.get("tokio", "");
    String out = a.get("out", "");
    boolean child = Boolean.parseBoolean(a.get("child", "false"));
    a.rejectOthers();
    if (child) {
      measure(Workload.valueOf(only), tokio, warmUp, warmUpMillis, rounds, scale);
      Child.end();
    }
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("rounds", rounds);
    parameters.put("warmup", warmUp);
    parameters.put("warmupMillis", warmUpMillis);
    parameters.put("scale", scale);
    parameters.put("jvm", OPTIONS);
    Report report = new Report("The suite", parameters);
    Map<Workload, Map<String, Samples>> all = new LinkedHashMap<>();
    for (Workload workload : Workload.values()) {
      if (only.isEmpty() || only.equals(workload.name())) {
        List<String> forwarded = new ArrayList<>(List.of(args));
        forwarded.removeIf(arg -> arg.startsWith("only="));
        forwarded.addAll(List.of("child=true", "only=" + workload.name()));
        Map<String, Samples> samples = new LinkedHashMap<>();
        Interleaved.collect(Suite.class, OPTIONS, forwarded, 1)
            .forEach((key, said) -> samples.put(key.substring(key.indexOf('/') + 1), said));
        all.put(workload, samples);
      }
    }
    publish(report, all, out);
    report.publish(out, "suite");
  }

  static void check(boolean right) {
    if (!right) {
      throw new AssertionError("a wrong result");
    }
  }

  static void check(long got, long expected) {
    if (got != expected) {
      throw new AssertionError(got + " instead of " + expected);
    }
  }

  static long sumBelow(int n) {
    return (long) n * (n - 1) / 2;
  }

  // ---------------------------------------------------------------- measuring

  private static void measure(
      Workload workload, String tokio, int warmUp, int warmUpMillis, int rounds, int scale)
      throws Exception {
    Map<String, Batch> contestants = new LinkedHashMap<>();
    SuiteMusubi musubi = new SuiteMusubi(false);
    contestants.put(MUSUBI, musubi(musubi, workload));
    if (hasLight(workload)) {
      contestants.put(LIGHT, musubi(new SuiteMusubi(true), workload));
    }
    if (workload != Workload.spawnManyBusy) { // two yielding threads starve it for good
      contestants.put(JDK, jdk(new SuiteJdk(), workload));
    }
    bare(workload).ifPresent(batch -> contestants.put(FLOOR, batch));
    lightFloor(workload).ifPresent(batch -> contestants.put(LIGHT_FLOOR, batch));
    contestants.put(COROUTINES, coroutines(workload));
    SuiteJox.batch(workload.name()).ifPresent(batch -> contestants.put(JOX, batch));
    TokioProcess.start(tokio)
        .ifPresent(process -> contestants.put(TOKIO, process.workload(workload.name())));
    contestants.put(DISTANCE, new CpuDistance());
    boolean whole = workload == Workload.fib || workload.name().startsWith("skynet");
    int count = whole ? workload.count : Math.max(200, workload.count / 100 * scale);
    Map<String, Batch> repeated = new LinkedHashMap<>();
    contestants.forEach((who, batch) -> repeated.put(who, batch.repeated(workload.repeats, count)));
    boolean large = workload == Workload.skynetMillion;
    Interleaved.measure(
        workload.name(),
        repeated,
        count * workload.repeats,
        large ? Math.min(warmUp, 3) : warmUp,
        warmUpMillis,
        large ? Math.min(rounds, 7) : rounds);
  }

  /** What one contestant does, and how often in one run. */
  record Run(Batch batch, int count) {}

  static Run run(String name, String who) {
    Workload workload = Workload.valueOf(name);
    Batch batch =
        switch (who) {
          case "Musubi" -> musubi(new SuiteMusubi(false), workload);
          case "light" -> musubi(new SuiteMusubi(true), workload);
          case "JDK" -> jdk(new SuiteJdk(), workload);
          default -> throw new IllegalArgumentException("unknown: " + who);
        };
    return new Run(batch, workload.count);
  }

  private static boolean hasLight(Workload workload) {
    return switch (workload) {
      case spawnBlocking, oneshot, timers, selectReady, selectOneshots -> false;
      default -> true;
    };
  }

  private static Batch musubi(SuiteMusubi m, Workload workload) {
    return switch (workload) {
      case spawnOne -> m.inside(m::spawnOne);
      case spawnTen -> m.inside(m::spawnTen);
      case spawnMany -> m.inside(m::spawnMany);
      case spawnManyIdle -> m::spawnMany;
      case spawnManyBusy -> m::spawnManyBusy;
      case chainedSpawn -> m.inside(m::chainedSpawn);
      case pingPong -> m.inside(m::pingPong);
      case yieldMany -> m.inside(m::yieldMany);
      case spawnBlocking -> m.inside(m::spawnBlocking);
      case oneshot -> m.inside(m::oneshot);
      case timers -> m.inside(m::timers);
      case selectReady -> m.inside(m::selectReady);
      case selectOneshots -> m.inside(m::selectOneshots);
      case skynet, skynetMillion -> m.inside(m::skynet);
      case fib -> m.inside(m::fib);
      case drained -> m.inside(m::drained);
      case sleepersAborted -> m.inside(m::sleepersAborted);
      case sleepOneMilli -> m.inside(m::sleepOneMilli);
      case abortOne -> m.inside(m::abortOne);
      case fanOut -> m.inside(m::fanOut);
    };
  }

  private static Batch jdk(SuiteJdk j, Workload workload) {
    return switch (workload) {
      case spawnOne -> j.inside(j::spawnOne);
      case spawnTen -> j.inside(j::spawnTen);
      case spawnMany -> j.inside(j::spawnMany);
      case spawnManyIdle -> j::spawnMany;
      case spawnManyBusy -> throw new IllegalArgumentException("it would not come to its end");
      case chainedSpawn -> j.inside(j::chainedSpawn);
      case pingPong -> j.inside(j::pingPong);
      case yieldMany -> j.inside(j::yieldMany);
      case spawnBlocking -> j.inside(j::spawnBlocking);
      case oneshot -> j.inside(j::oneshot);
      case timers -> j.inside(j::timers);
      case selectReady -> j.inside(j::selectReady);
      case selectOneshots -> j.inside(j::selectOneshots);
      case skynet, skynetMillion -> j.inside(j::skynet);
      case fib -> j.inside(j::fib);
      case drained -> j.inside(j::drained);
      case sleepersAborted -> j.inside(j::sleepersAborted);
      case sleepOneMilli -> j.inside(j::sleepOneMilli);
      case abortOne -> j.inside(j::abortOne);
      case fanOut -> j.inside(j::fanOut);
    };
  }

  /** No result, no failure, no handle: what the platform costs. */
  private static Optional<Batch> bare(Workload workload) {
    return switch (workload) {
      case spawnOne -> Optional.of(Contest.inThread(SpawnJoin::bareOneByOne));
      case spawnMany -> Optional.of(Contest.inThread(SpawnJoin::bareAtOnce));
      case spawnManyIdle -> Optional.of(SpawnJoin::bareAtOnce);
      default -> Optional.empty();
    };
  }

  /** What light tasks could cost if they were nothing but objects that change hands. */
  private static Optional<Batch> lightFloor(Workload workload) {
    SuiteFloor f = new SuiteFloor();
    return switch (workload) {
      case spawnOne -> Optional.of(Contest.inThread(f::spawnOne));
      case spawnMany -> Optional.of(Contest.inThread(f::spawnMany));
      default -> Optional.empty();
    };
  }

  private static Batch coroutines(Workload workload) {
    SuiteCoroutines c = SuiteCoroutines.INSTANCE;
    return switch (workload) {
      case spawnOne -> c::spawnOne;
      case spawnTen -> c::spawnTen;
      case spawnMany -> c::spawnMany;
      case spawnManyIdle -> c::spawnManyIdle;
      case spawnManyBusy -> c::spawnManyBusy;
      case chainedSpawn -> c::chainedSpawn;
      case pingPong -> c::pingPong;
      case yieldMany -> c::yieldMany;
      case spawnBlocking -> c::spawnBlocking;
      case oneshot -> c::oneshot;
      case timers -> c::timers;
      case selectReady -> c::selectReady;
      case selectOneshots -> c::selectOneshots;
      case skynet, skynetMillion -> c::skynet;
      case fib -> c::fib;
      case drained -> c::drained;
      case sleepersAborted -> c::sleepersAborted;
      case sleepOneMilli -> c::sleepOneMilli;
      case abortOne -> c::abortOne;
      case fanOut -> c::fanOut;
    };
  }

  // ---------------------------------------------------------------- telling

  private static void publish(Report report, Map<Workload, Map<String, Samples>> all, String out)
      throws Exception {
    report.heading("Overview");
    report.text(
        "Ratios of Musubi's time: medians of the ratios within a round; lower is better. The best"
            + " JVM peer is the fastest of the JDK's executor, coroutines and jox.");
    report.header(
        "workload", "to Tokio", "light, to Tokio", "to the best JVM peer", "light, to it");
    all.forEach((workload, samples) ->
        report.row(
            workload.name() + ": " + workload.text,
            ratio(samples, MUSUBI, TOKIO),
            ratio(samples, LIGHT, TOKIO),
            ratio(samples, MUSUBI, best(samples)),
            ratio(samples, LIGHT, best(samples))));
    publishByDistance(report, all);
    for (Map.Entry<Workload, Map<String, Samples>> entry : all.entrySet()) {
      Workload workload = entry.getKey();
      Map<String, Samples> samples = entry.getValue();
      report.heading(workload.name());
      report.text(
          workload.text + ". For each; medians, in brackets the middle four fifths; CPU: means.");
      report.header(
          "contestant", "ns", "CPU ns", "bytes", "ratio to Tokio", "to the best JVM peer");
      List<String> order =
          List.of(MUSUBI, LIGHT, JDK, FLOOR, LIGHT_FLOOR, COROUTINES, JOX, TOKIO).stream()
              .filter(samples::containsKey)
              .toList();
      for (String who : order) {
        Samples own = samples.get(who);
        report.row(
            who,
            whole(median(own.wallNanos())) + " (" + spread(own.wallNanos()) + ")",
            whole(mean(own.cpuNanos())),
            whole(median(own.bytes())),
            ratioWithSpread(samples, who, TOKIO),
            ratioWithSpread(samples, who, best(samples)));
        report.figure(
            "workload", workload.name(),
            "contestant", who,
            "wallNanos", median(own.wallNanos()),
            "cpuNanos", mean(own.cpuNanos()),
            "bytes", median(own.bytes()),
            "wallNanosOfEachRound", own.wallNanos());
      }
      if (!samples.containsKey(TOKIO)) {
        report.row(TOKIO, "not run", "", "", "", "");
      }
      if (!out.isEmpty()) {
        Plot plot = new Plot(workload.name() + ": " + workload.text, "nanoseconds for each");
        order.forEach(who -> plot.bar(who, samples.get(who).wallNanos()));
        plot.write(out, workload.name());
      }
    }
  }

  /**
   * A virtual machine's CPUs may share a cache in one second and not in the next. What hands tasks
   * from one to the other has two speeds then, and its median tells how the seconds fell.
   */
  private static void publishByDistance(Report report, Map<Workload, Map<String, Samples>> all) {
    report.heading("By the distance of the CPUs");
    report.text(
        "The same ratios by the rounds in which a cache line took less than "
            + whole(CpuDistance.NEAR)
            + " ns from one CPU to the other and back, and those in which it took longer.");
    report.header(
        "workload",
        "near, far rounds",
        "round trip, ns",
        "to Tokio, near",
        "far",
        "light, to Tokio, near",
        "far",
        "to the best JVM peer, near",
        "far",
        "light, to it, near",
        "far");
    all.forEach((workload, samples) -> {
      double[] distance = samples.get(DISTANCE).wallNanos();
      Map<String, Samples> near = only(samples, round -> distance[round] < CpuDistance.NEAR);
      Map<String, Samples> far = only(samples, round -> distance[round] >= CpuDistance.NEAR);
      String peer = best(samples);
      List<String> row = new ArrayList<>();
      row.add(workload.name());
      row.add(rounds(near) + ", " + rounds(far));
      row.add(medianOf(near, DISTANCE) + ", " + medianOf(far, DISTANCE));
      for (String to : List.of(TOKIO, peer)) {
        for (String who : List.of(MUSUBI, LIGHT)) {
          row.add(ratio(near, who, to));
          row.add(ratio(far, who, to));
        }
      }
      report.row(row);
      report.figure("workload", workload.name(), "cpuRoundTripNanosOfEachRound", distance);
    });
  }

  private static int rounds(Map<String, Samples> samples) {
    return samples.get(DISTANCE).wallNanos().length;
  }

  private static String medianOf(Map<String, Samples> samples, String who) {
    return whole(median(samples.get(who).wallNanos()));
  }

  private static Map<String, Samples> only(Map<String, Samples> samples, IntPredicate rounds) {
    Map<String, Samples> some = new LinkedHashMap<>();
    samples.forEach((who, all) -> some.put(who, all.only(rounds)));
    return some;
  }

  private static String best(Map<String, Samples> samples) {
    return PEERS.stream()
        .filter(samples::containsKey)
        .min(Comparator.comparingDouble(who -> median(samples.get(who).wallNanos())))
        .orElseThrow();
  }

  private static String ratio(Map<String, Samples> samples, String who, String to) {
    return samples.containsKey(who) && samples.containsKey(to)
        ? two(median(ratios(samples.get(who).wallNanos(), samples.get(to).wallNanos())))
        : "-";
  }

  private static String ratioWithSpread(Map<String, Samples> samples, String who, String to) {
    return samples.containsKey(to)
        ? ratio(samples, who, to)
            + " ("
            + spreadOfTwo(ratios(samples.get(who).wallNanos(), samples.get(to).wallNanos()))
            + ")"
        : "-";
  }
}
