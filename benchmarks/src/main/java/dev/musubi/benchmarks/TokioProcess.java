package dev.musubi.benchmarks;

import dev.musubi.benchmarks.Interleaved.Batch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Tokio's part of the suite: a process of its own, which runs a workload when it is told to and
 * says how long that took. While it does, nothing else runs; and it rests while others run.
 */
final class TokioProcess {
  private final Process process;
  private final PrintWriter to;
  private final BufferedReader from;

  private TokioProcess(Process process) {
    this.process = process;
    to =
        new PrintWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8), true);
    from =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Empty if there is no such program: it has not been built. */
  static Optional<TokioProcess> start(String program) throws IOException {
    if (program.isEmpty() || !Files.isExecutable(Path.of(program))) {
      return Optional.empty();
    }
    Process process =
        new ProcessBuilder(program, "2").redirectError(ProcessBuilder.Redirect.INHERIT).start();
    return Optional.of(new TokioProcess(process));
  }

  /** Wall and CPU nanoseconds of one run, and the peak of resident memory so far, in KiB. */
  double[] ask(String name, int tasks) throws IOException {
    to.println(name + " " + tasks);
    String said = from.readLine();
    if (said == null) {
      throw new IOException("the Tokio program has ended at " + name + " " + tasks);
    }
    return Arrays.stream(said.split(" ")).mapToDouble(Double::parseDouble).toArray();
  }

  void end() {
    process.destroy();
  }

  Batch workload(String name) {
    return workload(name, 1);
  }

  private Batch workload(String name, int times) {
    return new Batch() {
      @Override
      public void run(int tasks) throws IOException {
        sample(tasks);
      }

      @Override
      public Batch repeated(int more, int tasksOfEach) {
        return workload(name, more);
      }

      @Override
      public double[] sample(int tasks) throws IOException {
        double wall = 0;
        double cpu = 0;
        for (int i = 0; i < times; i++) {
          double[] said = ask(name, tasks / times);
          wall += said[0];
          cpu += said[1];
        }
        return new double[] {wall / tasks, cpu / tasks, Double.NaN};
      }
    };
  }
}
