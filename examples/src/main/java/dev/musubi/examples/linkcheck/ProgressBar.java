package dev.musubi.examples.linkcheck;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** A bar that is drawn over itself, for terminals. */
record ProgressBar(PrintStream terminal) implements Progress {
  private static final int WIDTH = 24;
  private static final String CLEAR_LINE = "\r\u001b[K";

  @Override
  public Duration period() {
    return Duration.ofMillis(100);
  }

  @Override
  public void show(State state) {
    int filled = (int) ((long) WIDTH * state.checked() / Math.max(1, state.found()));
    terminal.printf(
        Locale.ROOT,
        "%s[%s%s] %,d of %,d checked, %,d pages, %,d dead",
        CLEAR_LINE,
        "#".repeat(filled),
        ".".repeat(WIDTH - filled),
        state.checked(),
        state.found(),
        state.pages(),
        state.dead());
    terminal.flush();
  }

  @Override
  public void clear() {
    terminal.print(CLEAR_LINE);
    terminal.flush();
  }
}
