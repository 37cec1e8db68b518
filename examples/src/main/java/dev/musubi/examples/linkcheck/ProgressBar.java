package dev.musubi.examples.linkcheck;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** A bar that is drawn over itself, for terminals. */
final class ProgressBar implements Progress {
  private static final int WIDTH = 24;
  private static final long PAUSE = Duration.ofMillis(100).toNanos();
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final PrintStream terminal;
  private long last = System.nanoTime() - PAUSE;

  ProgressBar(PrintStream terminal) {
    this.terminal = terminal;
  }

  @Override
  public void show(Findings findings) {
    long now = System.nanoTime();
    if (now - last < PAUSE) {
      return;
    }
    last = now;
    int filled = (int) ((long) WIDTH * findings.checked() / Math.max(1, findings.found()));
    terminal.printf(
        Locale.ROOT,
        "%s[%s%s] %,d of %,d checked, %,d pages, %,d dead",
        CLEAR_LINE,
        "#".repeat(filled),
        ".".repeat(WIDTH - filled),
        findings.checked(),
        findings.found(),
        findings.pages(),
        findings.dead());
    terminal.flush();
  }

  @Override
  public void clear() {
    terminal.print(CLEAR_LINE);
    terminal.flush();
  }
}
