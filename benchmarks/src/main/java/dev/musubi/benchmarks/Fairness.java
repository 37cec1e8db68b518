package dev.musubi.benchmarks;

import static dev.musubi.benchmarks.Numbers.median;
import static dev.musubi.benchmarks.Numbers.percent;
import static dev.musubi.benchmarks.Numbers.whole;

import dev.musubi.JoinHandle;
import dev.musubi.Task;
import dev.musubi.TaskRuntime;
import dev.musubi.VoidBody;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * What keeps going while tasks flood all carriers, with Musubi's fairness and without, each in a
 * JVM of its own, alternating.
 *
 * <p>"Without" is the pacer switched off by a diagnostic system property, and no bound on started
 * threads.
 *
 * <p>Arguments: rounds (JVMs for each flood and mode), warmup (seconds), seconds (of each phase),
 * backlog (its tasks), floods (a comma-separated choice), out.
 */
public final class Fairness {
  private static final String WITH = "with";
  private static final String WITHOUT = "without";
  private static final String OFF = "-Ddev.musubi.fairness=off";
  private static final List<String> OPTIONS = List.of("-Xms1g", "-Xmx1g");
  private static final String ALONE = "throughput alone";
  private static final String IN_COMPANY = "throughput in company";
  private static final Duration BEAT = Duration.ofMillis(1);
  private static final int FAN = 100;

  private Fairness() {}

  private enum Flood {
    YIELD_2("2 loops of yieldNow", 2),
    YIELD_8("8 loops of yieldNow", 8),
    FAN_2("2 loops of spawning 100 and joining them", 2),
    FAN_8("8 loops of spawning 100 and joining them", 8),
    CHAIN_4("4 chains: each task spawns the next and ends", 4),
    BACKLOG("a backlog of tasks of 100 us, spawned from outside", 0),
    LIGHT_FAN_8("light: 8 loops of spawning 100 and joining them", 8),
    LIGHT_INLINE_8("light: 8 loops of spawning 100 and joining them inline", 8),
    LIGHT_CHAIN_4("light: 4 chains", 4),
    LIGHT_BACKLOG("light: the backlog", 0);

    final String text;
    final int loops;

    Flood(String text, int loops) {
      this.text = text;
      this.loops = loops;
    }

    boolean isLight() {
      return name().startsWith("LIGHT");
    }
  }

  /** What must keep going; the last is the outside source itself, held up by the OS only. */
  private enum Victim {
    HEARTBEAT("heartbeat, sleep of 1 ms"),
    UNPARKED("unparked from outside"),
    SPAWNED("spawned from outside"),
    SOCKET("socket read and echoed"),
    SOURCE("(the outside source)");

    final String text;

    Victim(String text) {
      this.text = text;
    }
  }

  public static void main(String[] args) throws Exception {
    Args a = new Args(args);
    int rounds = a.get("rounds", 5);
    double warmUp = a.get("warmup", 2.0);
    double seconds = a.get("seconds", 3.0);
    int backlog = a.get("backlog", 50_000);
    String floods = a.get("floods", "all");
    String out = a.get("out", "");
    String child = a.get("child", "");
    a.rejectOthers();
    if (!child.isEmpty()) {
      String[] parts = child.split("/");
      new Arena(Flood.valueOf(parts[0]), parts[1].equals(WITH), warmUp, seconds, backlog).run();
      Child.end();
    }
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("rounds", rounds);
    parameters.put("warmup", warmUp);
    parameters.put("seconds", seconds);
    parameters.put("backlog", backlog);
    parameters.put("jvm", OPTIONS);
    Report report = new Report("Fairness", parameters);
    List<Flood> chosen =
        floods.equals("all")
            ? List.of(Flood.values())
            : Arrays.stream(floods.split(",")).map(Flood::valueOf).toList();
    Map<String, List<double[]>> said = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      for (Flood flood : chosen) {
        // the order alternates, so that a slow drift of the machine hits both alike
        for (String mode : round % 2 == 0 ? List.of(WITH, WITHOUT) : List.of(WITHOUT, WITH)) {
          List<String> options = new ArrayList<>(OPTIONS);
          if (mode.equals(WITHOUT)) {
            options.add(OFF);
          }
          List<String> forwarded = new ArrayList<>(List.of(args));
          forwarded.add("child=" + flood + "/" + mode);
          Child.run(Fairness.class, options, forwarded, 600)
              .forEach((key, all) ->
                  said.computeIfAbsent(flood + "/" + mode + "/" + key, _ -> new ArrayList<>())
                      .addAll(all));
        }
      }
    }
    publish(report, chosen, said);
    report.publish(out, "fairness");
  }

  private static void publish(Report report, List<Flood> floods, Map<String, List<double[]>> said) {
    report.heading("What keeps going");
    report.text(
        "Counts per second, and in brackets the ratio to the unloaded count of the same JVM;"
            + " medians over the rounds.");
    List<String> header = new ArrayList<>(List.of("flood", "fairness"));
    for (Victim victim : Victim.values()) {
      header.add(victim.text);
    }
    report.header(header.toArray(String[]::new));
    for (Flood flood : floods) {
      for (String mode : List.of(WITH, WITHOUT)) {
        List<String> cells = new ArrayList<>(List.of(flood.text, mode));
        for (Victim victim : Victim.values()) {
          String key = flood + "/" + mode + "/" + victim;
          double loaded = median(column(said, key, 1));
          double ratio = median(column(said, key, 2));
          cells.add(whole(loaded) + " (" + percent(ratio) + ")");
          report.figure(
              "flood",
              flood.text,
              "fairness",
              mode,
              "what",
              victim.text,
              "unloadedPerSecond",
              median(column(said, key, 0)),
              "loadedPerSecond",
              loaded,
              "ratio",
              ratio,
              "ratioOfEachRound",
              column(said, key, 2));
        }
        report.row(cells);
      }
    }
    report.heading("What it costs the flood");
    report.text(
        "Tasks, or turns of a loop, per millisecond. Alone: nothing else runs, so that the"
            + " difference is what fairness costs. In company, the flood also gives way to what"
            + " would starve otherwise.");
    report.header("flood", "when", WITH, WITHOUT, "cost");
    for (Flood flood : floods) {
      for (String when : List.of(ALONE, IN_COMPANY)) {
        double[] with = column(said, flood + "/" + WITH + "/" + when, 0);
        double[] without = column(said, flood + "/" + WITHOUT + "/" + when, 0);
        double cost = 1 - median(with) / median(without);
        report.row(
            flood.text,
            when.substring("throughput ".length()),
            whole(median(with)),
            whole(median(without)),
            percent(cost));
        report.figure(
            "flood", flood.text,
            "when", when,
            "withPerMilli", median(with),
            "withoutPerMilli", median(without),
            "cost", cost,
            "withOfEachRound", with,
            "withoutOfEachRound", without);
      }
    }
  }

  private static double[] column(Map<String, List<double[]>> said, String key, int column) {
    return said.getOrDefault(key, List.of()).stream().mapToDouble(v -> v[column]).toArray();
  }

  /** One flood in one JVM: warm-up, flood alone, victims unloaded, victims under the flood. */
  private static final class Arena {
    private final Flood flood;
    private final double warmUp;
    private final double seconds;
    private final int backlog;
    private final TaskRuntime runtime;
    private final AtomicLong[] counts = new AtomicLong[Victim.values().length];
    private final AtomicLong turns = new AtomicLong();
    private final AtomicLong chains = new AtomicLong();
    private volatile boolean stop;

    Arena(Flood flood, boolean fair, double warmUp, double seconds, int backlog) {
      this.flood = flood;
      this.warmUp = warmUp;
      this.seconds = seconds;
      this.backlog = backlog;
      TaskRuntime.Builder builder = TaskRuntime.builder();
      if (!fair) {
        builder.maxBacklog(Integer.MAX_VALUE);
      }
      this.runtime = builder.build();
      Arrays.setAll(counts, _ -> new AtomicLong());
    }

    /** A measured stretch of time: all counts per second, and the flood's turns per millisecond. */
    private record Rates(double[] counts, double turns) {}

    void run() throws Exception {
      flood(warmUp, Math.max(1, backlog / 5)); // compiles
      Rates alone = flood(seconds, backlog);
      startVictims();
      Thread.sleep(1_000);
      Rates unloaded = measure(() -> Thread.sleep(Math.round(seconds * 1_000)));
      Rates loaded = flood(seconds, backlog);
      for (Victim victim : Victim.values()) {
        double before = unloaded.counts[victim.ordinal()];
        double under = loaded.counts[victim.ordinal()];
        Child.say(victim.name(), before, under, under / before);
      }
      Child.say(ALONE, alone.turns);
      Child.say(IN_COMPANY, loaded.turns);
    }

    private interface Phase {
      void run() throws Exception;
    }

    private Rates measure(Phase phase) throws Exception {
      long turnsBefore = turns.get();
      long[] before = Arrays.stream(counts).mapToLong(AtomicLong::get).toArray();
      long begin = System.nanoTime();
      phase.run();
      long elapsed = System.nanoTime() - begin;
      double[] rates = new double[counts.length];
      Arrays.setAll(rates, i -> (counts[i].get() - before[i]) * 1e9 / elapsed);
      return new Rates(rates, (turns.get() - turnsBefore) * 1e6 / elapsed);
    }

    // -------------------------------------------------------------- floods

    /** Floods for so long, or until the backlog is done. What ends the flood is not measured. */
    private Rates flood(double seconds, int backlog) throws Exception {
      List<JoinHandle<?>> handles = new ArrayList<>();
      stop = false;
      Rates rates =
          measure(() -> {
            switch (flood) {
              case YIELD_2, YIELD_8 -> loops(handles, this::yieldLoop);
              case FAN_2, FAN_8, LIGHT_FAN_8 -> loops(handles, () -> fanLoop(false));
              case LIGHT_INLINE_8 -> loops(handles, () -> fanLoop(true));
              case CHAIN_4, LIGHT_CHAIN_4 -> {
                chains.set(flood.loops);
                loops(handles, this::link);
              }
              case BACKLOG, LIGHT_BACKLOG -> {
                for (int i = 0; i < backlog; i++) {
                  handles.add(spawn(() -> turn(100)));
                }
                joinAll(handles);
              }
            }
            if (flood.loops > 0) {
              Thread.sleep(Math.round(seconds * 1_000));
            }
          });
      stop = true;
      joinAll(handles);
      while (chains.get() > 0) {
        Thread.sleep(1);
      }
      return rates;
    }

    private static void joinAll(List<JoinHandle<?>> handles) throws InterruptedException {
      for (JoinHandle<?> handle : handles) {
        handle.join();
      }
    }

    private interface Loop {
      void run() throws InterruptedException;
    }

    private void loops(List<JoinHandle<?>> handles, Loop loop) {
      for (int i = 0; i < flood.loops; i++) {
        handles.add(spawn(() -> loop.run()));
      }
    }

    private JoinHandle<?> spawn(VoidBody<?> body) {
      return flood.isLight() ? runtime.spawnLight(body) : runtime.spawn(body);
    }

    private void turn(int micros) {
      Cpu.burnMicros(micros);
      turns.getAndIncrement();
    }

    private void yieldLoop() throws InterruptedException {
      while (!stop) {
        turn(1);
        Task.yieldNow();
      }
    }

    private void fanLoop(boolean inline) throws InterruptedException {
      JoinHandle<?>[] fan = new JoinHandle<?>[FAN];
      while (!stop) {
        for (int i = 0; i < FAN; i++) {
          fan[i] = spawn(() -> turn(1));
        }
        for (int i = FAN - 1; i >= 0; i--) { // inline joins find the last ones
          if (inline) {
            fan[i].joinInline();
          } else {
            fan[i].join();
          }
        }
      }
    }

    private void link() {
      turn(1);
      if (stop) {
        chains.getAndDecrement();
      } else {
        spawn(() -> link());
      }
    }

    // -------------------------------------------------------------- victims

    private void count(Victim victim) {
      counts[victim.ordinal()].getAndIncrement();
    }

    private void startVictims() throws Exception {
      Socket near;
      Socket far;
      try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        near = new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort());
        far = server.accept();
      }
      near.setTcpNoDelay(true);
      far.setTcpNoDelay(true);
      runtime.spawn(() -> {
        for (; ; ) {
          Task.sleep(BEAT);
          count(Victim.HEARTBEAT);
        }
      });
      runtime.spawn(() -> {
        InputStream in = far.getInputStream();
        OutputStream out = far.getOutputStream();
        byte[] buffer = new byte[64];
        for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
          out.write(buffer, 0, n);
          count(Victim.SOCKET);
        }
      });
      Thread parked =
          Thread.startVirtualThread(() -> {
            for (; ; ) {
              LockSupport.park();
              count(Victim.UNPARKED);
            }
          });
      Thread.ofPlatform().daemon().start(() -> source(near, parked));
    }

    /** The outside world: a platform thread that each millisecond gives each victim a reason. */
    private void source(Socket near, Thread parked) {
      try {
        InputStream in = near.getInputStream();
        OutputStream out = near.getOutputStream();
        byte[] buffer = new byte[1_024];
        for (; ; ) {
          Thread.sleep(BEAT);
          count(Victim.SOURCE);
          LockSupport.unpark(parked);
          runtime.spawn(() -> count(Victim.SPAWNED));
          out.write(1);
          for (int ready = in.available(); ready > 0; ready = in.available()) {
            in.read(buffer, 0, Math.min(ready, buffer.length));
          }
        }
      } catch (Exception e) {
        e.printStackTrace();
        Runtime.getRuntime().halt(1); // figures of a broken source would be wrong
      }
    }
  }
}
