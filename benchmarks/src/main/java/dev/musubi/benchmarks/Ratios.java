package dev.musubi.benchmarks;

import com.sun.management.ThreadMXBean;
import dev.musubi.JoinHandle;
import dev.musubi.TaskBuilder;
import dev.musubi.TaskHooks;
import dev.musubi.TaskLocal;
import dev.musubi.TaskRuntime;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * Spawn and join by each contestant in turn, A B C A B C, in one JVM, so that drift of the machine
 * hits all alike. Prints medians, spread, bytes allocated, and the ratio to the bare floor, as
 * Markdown.
 *
 * <p>Arguments: rounds (default 30), tasks for each measurement (default 100000).
 */
public final class Ratios {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private interface Work {
    void run(int n) throws Exception;
  }

  private record Sample(double nanos, double bytes) {}

  private Ratios() {}

  public static void main(String[] arguments) throws Exception {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 30;
    int n = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 100_000;
    System.out.printf(
        "JDK %s, %d processors, %d rounds after %d of warm-up, %d tasks each%n%n",
        Runtime.version(), Runtime.getRuntime().availableProcessors(), rounds, rounds / 2, n);
    Map<String, Work> oneByOne = new LinkedHashMap<>();
    Map<String, Work> allAtOnce = new LinkedHashMap<>();
    for (SpawnJoin contestant : SpawnJoin.values()) {
      String name = contestant.name().toLowerCase(Locale.ROOT);
      oneByOne.put(name, contestant::oneByOne);
      allAtOnce.put(name, contestant::allAtOnce);
    }
    for (boolean virtual : new boolean[] {true, false}) {
      String from = virtual ? " from a virtual thread" : " from a platform thread";
      table("one by one," + from, oneByOne, virtual, rounds, virtual ? n : n / 10);
      table(n + " at once," + from, allAtOnce, virtual, rounds, n);
    }
    table(
        "what each feature costs, all at once, from a virtual thread", features(), true, rounds, n);
    System.exit(0);
  }

  private static Map<String, Work> features() {
    TaskRuntime plain = TaskRuntime.create();
    TaskRuntime hooked = TaskRuntime.builder().hooks(new TaskHooks() {}).build();
    TaskRuntime carried = TaskRuntime.builder().contextCarrier(() -> () -> () -> {}).build();
    TaskLocal<String> local = TaskLocal.named("user");
    Map<String, Work> works = new LinkedHashMap<>();
    works.put("bare", SpawnJoin.BARE::allAtOnce);
    works.put("plain", n -> spawnAll(plain::task, n));
    works.put("with a name", n -> spawnAll(() -> plain.task().name("work"), n));
    works.put("with a task local", n -> spawnAll(() -> plain.task().taskLocal(local, "ann"), n));
    works.put(
        "inheriting thread-locals", n -> spawnAll(() -> plain.task().inheritThreadLocals(true), n));
    works.put("with hooks", n -> spawnAll(hooked::task, n));
    works.put("with a context carrier", n -> spawnAll(carried::task, n));
    works.put(
        "blocking",
        n -> {
          JoinHandle<?>[] handles = new JoinHandle<?>[n];
          for (int i = 0; i < n; i++) {
            int value = i;
            handles[i] = plain.spawnBlocking(() -> value);
          }
          for (JoinHandle<?> handle : handles) {
            handle.join();
          }
        });
    return works;
  }

  private static void spawnAll(Supplier<TaskBuilder> builder, int n) throws Exception {
    JoinHandle<?>[] handles = new JoinHandle<?>[n];
    for (int i = 0; i < n; i++) {
      int value = i;
      handles[i] = builder.get().spawn(() -> value);
    }
    for (JoinHandle<?> handle : handles) {
      handle.join();
    }
  }

  private static void table(
      String title, Map<String, Work> works, boolean virtual, int rounds, int n) throws Exception {
    Map<String, List<Sample>> samples = new LinkedHashMap<>();
    FutureTask<Void> all =
        new FutureTask<>(() -> {
          for (int round = -rounds / 2; round < rounds; round++) {
            for (Map.Entry<String, Work> work : works.entrySet()) {
              long bytes = THREADS.getTotalThreadAllocatedBytes();
              long begin = System.nanoTime();
              work.getValue().run(n);
              double nanos = (System.nanoTime() - begin) / (double) n;
              bytes = THREADS.getTotalThreadAllocatedBytes() - bytes;
              if (round >= 0) {
                samples
                    .computeIfAbsent(work.getKey(), _ -> new ArrayList<>())
                    .add(new Sample(nanos, bytes / (double) n));
              }
            }
          }
          return null;
        });
    if (virtual) {
      Thread.startVirtualThread(all);
    } else {
      all.run();
    }
    all.get();
    System.out.printf(
        "| %s | median ns | quartiles | bytes | × bare |%n|---|---|---|---|---|%n", title);
    List<Sample> floor = samples.values().iterator().next();
    for (Map.Entry<String, List<Sample>> entry : samples.entrySet()) {
      double[] nanos = entry.getValue().stream().mapToDouble(Sample::nanos).sorted().toArray();
      double[] bytes = entry.getValue().stream().mapToDouble(Sample::bytes).sorted().toArray();
      double[] ratios = new double[nanos.length];
      for (int i = 0; i < ratios.length; i++) { // pair by pair: neighbours in time
        ratios[i] = entry.getValue().get(i).nanos() / floor.get(i).nanos();
      }
      Arrays.sort(ratios);
      System.out.printf(
          Locale.ROOT,
          "| %s | %.0f | %.0f–%.0f | %.0f | %.2f |%n",
          entry.getKey(),
          nanos[nanos.length / 2],
          nanos[nanos.length / 4],
          nanos[nanos.length * 3 / 4],
          bytes[bytes.length / 2],
          ratios[ratios.length / 2]);
    }
    System.out.println();
  }
}
