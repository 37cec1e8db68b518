package dev.musubi.examples.linkcheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no SIGINT to send")
class CtrlCTest {
  @TempDir Path folder;

  @Test
  void stopsPromptlyWithPartialReport() throws Exception {
    try (TestSite site = new TestSite()) {
      StringBuilder index = new StringBuilder("<a href=/gone>");
      for (int i = 0; i < 100; i++) {
        index.append("<a href=/slow").append(i).append('>');
        site.slow("/slow" + i);
      }
      site.page("/", index.toString());
      Path out = folder.resolve("out");
      Path err = folder.resolve("err");
      Path json = folder.resolve("report.json");
      // the time limit is longer than the test's: only the signal can end this crawl
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  LinkCheck.class.getName(),
                  "--timeout=60m",
                  "--json=" + json,
                  site.address("/").toString())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      try {
        site.slowRequested.await();
        boolean ignored = ignoresInterrupt(process);
        send(ignored ? "TERM" : "INT", process);

        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(ignored ? 143 : 130);
      } finally {
        process.destroyForcibly();
      }
      assertThat(out).content().contains("PARTIAL, ").contains(" of 1 page to ");
      assertThat(err).content().isEqualTo("linkcheck: stopped; every task has ended\n");
      assertThat(json).content().contains("\"complete\": false");
    }
  }

  private static void send(String signal, Process process)
      throws IOException, InterruptedException {
    List<String> kill = List.of("kill", "-" + signal, Long.toString(process.pid()));
    assertThat(new ProcessBuilder(kill).inheritIO().start().waitFor()).isZero();
  }

  /** A build in the background of a shell passes on that SIGINT is ignored; the JVM heeds that. */
  private static boolean ignoresInterrupt(Process process) throws IOException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    if (!Files.exists(status)) {
      return false;
    }
    String mask =
        Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .map(line -> line.substring("SigIgn:".length()).strip())
            .findFirst()
            .orElse("0");
    return (Long.parseUnsignedLong(mask, 16) & (1 << (2 - 1))) != 0;
  }
}
