package dev.musubi.examples.linkcheck;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** A line now and then, for logs: a short crawl prints none. */
final class ProgressLines implements Progress {
  private static final long PAUSE = Duration.ofSeconds(10).toNanos();

  private final PrintStream log;
  private long last = System.nanoTime();

  ProgressLines(PrintStream log) {
    this.log = log;
  }

  @Override
  public void show(Findings findings) {
    long now = System.nanoTime();
    if (now - last < PAUSE) {
      return;
    }
    last = now;
    log.printf(
        Locale.ROOT,
        "%,d of %,d checked, %,d pages, %,d dead%n",
        findings.checked(),
        findings.found(),
        findings.pages(),
        findings.dead());
  }
}
