package dev.musubi.benchmarks;

import static dev.musubi.benchmarks.Numbers.median;
import static dev.musubi.benchmarks.Numbers.ratios;
import static dev.musubi.benchmarks.Numbers.spreadOfTwo;
import static dev.musubi.benchmarks.Numbers.two;
import static dev.musubi.benchmarks.Numbers.whole;

import dev.musubi.AbortPolicy;
import dev.musubi.ContextCarrier;
import dev.musubi.Task;
import dev.musubi.TaskHooks;
import dev.musubi.TaskLocal;
import dev.musubi.TaskRuntime;
import dev.musubi.benchmarks.Interleaved.Batch;
import dev.musubi.benchmarks.Interleaved.Samples;
import dev.musubi.benchmarks.SpawnJoin.Spawner;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;

/**
 * What each feature adds to a plain spawn and join, from inside a task, measured in turn.
 *
 * <p>Arguments: rounds, warmup, forks, oneByOne (tasks a round), atOnce, out.
 */
public final class Features {
  private static final String PLAIN = "plain";
  private static final String PLATFORM_POOL = "JDK fixed pool of 512 threads (no virtual threads)";
  private static final List<String> HOW = List.of("one by one", "at once");
  private static final int POOL_THREADS = 512; // as many as spawnBlocking has by default
  private static final TaskLocal<String> LOCAL = TaskLocal.named("benchmark");
  private static final InheritableThreadLocal<String> THREAD_LOCAL = new InheritableThreadLocal<>();

  private static final List<String> OPTIONS = List.of("-Xms2g", "-Xmx2g", "-XX:+AlwaysPreTouch");

  private Features() {}

  public static void main(String[] args) throws Exception {
    Args a = new Args(args);
    int rounds = a.get("rounds", 40);
    int warmUp = a.get("warmup", 20);
    int forks = a.get("forks", 3);
    int oneByOne = a.get("oneByOne", 10_000);
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
    Report report = new Report("What each feature costs", parameters);
    List<String> forwarded = new ArrayList<>(List.of(args));
    forwarded.add("child=true");
    Map<String, Samples> samples = Interleaved.collect(Features.class, OPTIONS, forwarded, forks);
    publish(report, samples);
    report.publish(out, "features");
  }

  private static void measure(int rounds, int warmUp, int oneByOne, int atOnce) throws Exception {
    TaskHooks noHooks = new TaskHooks() {};
    ContextCarrier carrier =
        () -> {
          Object context = new Object();
          return () -> context::hashCode; // something is captured, and something is put back
        };
    try (var hooked = TaskRuntime.builder().hooks(noHooks).build();
        var carrying = TaskRuntime.builder().contextCarrier(carrier).build();
        var pool = Executors.newFixedThreadPool(POOL_THREADS)) {
      Map<String, Spawner> spawners = new LinkedHashMap<>();
      spawners.put(PLAIN, Task::spawn);
      spawners.put("through a builder, nothing set", body -> Task.builder().spawn(body));
      spawners.put("with a name", body -> Task.builder().name("benchmark").spawn(body));
      spawners.put(
          "with an abort policy",
          body -> Task.builder().abortPolicy(AbortPolicy.once()).spawn(body));
      spawners.put(
          "with a task local set by the builder",
          body -> Task.builder().taskLocal(LOCAL, "value").spawn(body));
      spawners.put("with hooks that do nothing", hooked::spawn);
      spawners.put("with one context carrier", carrying::spawn);
      spawners.put(
          "inheriting thread-locals, one set",
          body -> Task.builder().inheritThreadLocals(true).spawn(body));
      spawners.put("spawnBlocking", Task::spawnBlocking);
      Map<String, Batch> single = new LinkedHashMap<>();
      Map<String, Batch> many = new LinkedHashMap<>();
      spawners.forEach((what, spawner) -> {
        single.put(what, n -> SpawnJoin.oneByOne(spawner, n));
        many.put(what, n -> SpawnJoin.atOnce(spawner, n));
      });
      String inherited = "with a task local inherited";
      single.put(inherited, n -> LOCAL.runWhere("value", () -> SpawnJoin.musubiOneByOne(n)));
      many.put(inherited, n -> LOCAL.runWhere("value", () -> SpawnJoin.musubiAtOnce(n)));
      single.put(PLATFORM_POOL, n -> SpawnJoin.executorOneByOne(pool, n));
      many.put(PLATFORM_POOL, n -> SpawnJoin.executorAtOnce(pool, n));
      Task.spawn(
              () -> {
                THREAD_LOCAL.set("value");
                Interleaved.measure(HOW.get(0), single, oneByOne, warmUp, rounds);
                Interleaved.measure(HOW.get(1), many, atOnce, warmUp, rounds);
                return null;
              })
          .join();
    }
  }

  private static void publish(Report report, Map<String, Samples> samples) {
    report.text(
        "From inside a task. Medians for each task; ratios are medians of the ratios to plain"
            + " within a round, in brackets the middle four fifths.");
    for (String how : HOW) {
      Samples plain = samples.get(how + "/" + PLAIN);
      report.heading(Character.toUpperCase(how.charAt(0)) + how.substring(1));
      report.header("task", "ns", "more than plain", "ratio to plain", "bytes", "more than plain");
      samples.forEach((key, own) -> {
        if (!key.startsWith(how + "/")) {
          return;
        }
        String what = key.substring(how.length() + 1);
        double[] toPlain = ratios(own.wallNanos(), plain.wallNanos());
        double moreNanos = median(own.wallNanos()) - median(plain.wallNanos());
        double moreBytes = median(own.bytes()) - median(plain.bytes());
        report.row(
            what,
            whole(median(own.wallNanos())),
            whole(moreNanos),
            two(median(toPlain)) + " (" + spreadOfTwo(toPlain) + ")",
            whole(median(own.bytes())),
            whole(moreBytes));
        report.figure(
            "how", how,
            "what", what,
            "wallNanos", median(own.wallNanos()),
            "ratioToPlain", median(toPlain),
            "bytes", median(own.bytes()),
            "wallNanosOfEachRound", own.wallNanos());
      });
    }
  }
}
