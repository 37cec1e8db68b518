package dev.musubi.benchmarks;

import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Where and on what a measurement was made. A figure without these is worth nothing. */
final class Facts {
  private Facts() {}

  static Map<String, Object> collect() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    facts.put("commit", commit());
    facts.put(
        "jdk", System.getProperty("java.vendor") + " " + System.getProperty("java.vm.version"));
    facts.put("gc", collectors());
    facts.put(
        "os",
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + " "
            + System.getProperty("os.arch"));
    facts.put("cpus", Runtime.getRuntime().availableProcessors());
    facts.put("cpuModel", cpuModel());
    facts.put(
        "loadAverageAtStart",
        Math.round(10 * ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage())
            / 10.0);
    return facts;
  }

  private static String collectors() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .map(GarbageCollectorMXBean::getName)
        .collect(Collectors.joining(", "));
  }

  private static String cpuModel() {
    try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }

  private static String commit() {
    String head = git("rev-parse", "--short=12", "HEAD");
    if (head.isEmpty()) {
      return "unknown";
    }
    String changes = git("status", "--porcelain", "--", "core/src/main", "benchmarks/src");
    return changes.isEmpty() ? head : head + " with changes";
  }

  private static String git(String... args) {
    List<String> command = new ArrayList<>(List.of("git", "-C", repository()));
    command.addAll(List.of(args));
    try {
      Process git =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String out = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return git.waitFor() == 0 ? out : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  /** Paths given to git are relative to it. The jar sits in benchmarks/target. */
  private static String repository() {
    Path path = Path.of("").toAbsolutePath();
    for (Path p = path; p != null; p = p.getParent()) {
      if (Files.exists(p.resolve(".git"))) {
        return p.toString();
      }
    }
    return path.toString();
  }
}
