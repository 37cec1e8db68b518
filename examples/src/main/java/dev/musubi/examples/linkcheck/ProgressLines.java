package dev.musubi.examples.linkcheck;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** A line now and then, for logs: a short crawl prints none. */
record ProgressLines(PrintStream log) implements Progress {
  @Override
  public Duration period() {
    return Duration.ofSeconds(10);
  }

  @Override
  public void show(State state) {
    log.printf(
        Locale.ROOT,
        "%,d of %,d checked, %,d pages, %,d dead%n",
        state.checked(),
        state.found(),
        state.pages(),
        state.dead());
  }
}
