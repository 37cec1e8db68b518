package dev.musubi.examples.linkcheck;

/** Hears how a crawl is getting on, several times a second, from the task that crawls. */
interface Progress {
  /** Says nothing. */
  Progress SILENT = findings -> {};

  void show(Findings findings);

  /** Makes room for the report. */
  default void clear() {}
}
