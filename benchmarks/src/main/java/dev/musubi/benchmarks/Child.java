package dev.musubi.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs a main class of this jar in a JVM of its own, and reads the samples that it says: lines of
 * an at sign, a key and numbers, separated by tabs.
 */
final class Child {
  private static final String MARK = "@";

  private Child() {}

  /** In the child: says a sample. */
  static void say(String key, double... values) {
    StringBuilder line = new StringBuilder(MARK).append('\t').append(key);
    for (double value : values) {
      line.append('\t').append(value);
    }
    System.out.println(line);
  }

  /** In the child: ends it at once, whatever still runs. */
  static void end() {
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  /** In the parent: runs a child to its end; samples by key, in the order they were said. */
  static Map<String, List<double[]>> run(
      Class<?> main, List<String> jvmOptions, List<String> args, long limitSeconds)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(args);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    // a child that hangs is a result, too: say so instead of hanging with it
    Thread guard =
        Thread.ofVirtual()
            .start(() -> {
              try {
                if (!process.waitFor(limitSeconds, TimeUnit.SECONDS)) {
                  process.destroyForcibly();
                }
              } catch (InterruptedException e) {
                process.destroyForcibly();
              }
            });
    Map<String, List<double[]>> samples = new LinkedHashMap<>();
    try (var lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] parts = line.split("\t");
        if (parts[0].equals(MARK)) {
          double[] values = Arrays.stream(parts).skip(2).mapToDouble(Double::parseDouble).toArray();
          samples.computeIfAbsent(parts[1], _ -> new ArrayList<>()).add(values);
        } else {
          System.out.println(line);
        }
      }
    }
    int code = process.waitFor();
    guard.join();
    if (code != 0) {
      throw new IOException(main.getSimpleName() + " " + args + " ended with code " + code);
    }
    return samples;
  }
}
