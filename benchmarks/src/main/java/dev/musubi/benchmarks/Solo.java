package dev.musubi.benchmarks;

/**
 * One workload of the suite by one contestant, again and again for some seconds: for a profiler,
 * see profile.sh.
 *
 * <p>Arguments: workload, who (Musubi, light or JDK), seconds, count (of one more run after these,
 * that does not end while it is looked at).
 */
public final class Solo {
  private Solo() {}

  public static void main(String[] args) throws Exception {
    Args a = new Args(args);
    String workload = a.get("workload", "spawnMany");
    String who = a.get("who", "Musubi");
    double seconds = a.get("seconds", 10.0);
    int count = a.get("count", 0);
    a.rejectOthers();
    long end = System.nanoTime() + Math.round(seconds * 1e9);
    long done = 0;
    double best = Double.POSITIVE_INFINITY;
    Suite.Run run = Suite.run(workload, who);
    for (long begin = System.nanoTime(); begin < end; begin = System.nanoTime()) {
      run.batch().run(run.count());
      best = Math.min(best, (System.nanoTime() - begin) / (double) run.count());
      done += run.count();
    }
    if (count > 0) {
      run.batch().run(count);
    }
    System.out.printf("%s, %s: %d done, best %.0f ns%n", workload, who, done, best);
    Child.end();
  }
}
