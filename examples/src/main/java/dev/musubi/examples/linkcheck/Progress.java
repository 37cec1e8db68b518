package dev.musubi.examples.linkcheck;

import java.time.Duration;

/** Shows how a crawl is getting on. */
interface Progress {
  /**
   * How far a crawl is.
   *
   * @param found addresses found
   * @param checked addresses looked at
   * @param pages HTML pages read
   * @param dead addresses that turned out to be broken; anchors come with the report
   */
  record State(int found, int checked, int pages, int dead) {}

  /** How often it wants to be told. */
  Duration period();

  void show(State state);

  /** Makes room for the report. */
  default void clear() {}
}
