package dev.musubi.examples.linkcheck;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What a crawl found, ready to be shown.
 *
 * @param site what the user asked for
 * @param complete whether the crawl came to its end
 * @param elapsed how long it took
 * @param counts the figures
 * @param broken the broken links, the most used first
 * @param unsure links to other sites that would not tell
 * @param slowest the pages that took longest, the slowest first
 */
record Report(
    String site,
    boolean complete,
    Duration elapsed,
    Counts counts,
    List<Finding> broken,
    List<Finding> unsure,
    List<Timed> slowest) {
  /**
   * The figures.
   *
   * @param pages HTML pages read
   * @param addresses addresses looked at
   * @param links links checked; one that a page has twice counts once
   * @param external links to other sites that were not checked
   * @param excluded links that the user excluded
   * @param unfollowed pages whose links were not followed, as the limit was reached
   * @param pending addresses that were found and not looked at, as the crawl was stopped
   */
  record Counts(
      int pages,
      int addresses,
      int links,
      int external,
      int excluded,
      int unfollowed,
      int pending) {}

  /**
   * Where a link leads, what is wrong with that, and who has it.
   *
   * @param target the target
   * @param problem what is wrong
   * @param pages the pages with such a link
   */
  record Finding(String target, String problem, List<String> pages) {}

  /**
   * A page and its time.
   *
   * @param page the page
   * @param took how long the request took, with the parsing
   */
  record Timed(String page, Duration took) {}

  /** A duration for people. */
  static String seconds(Duration duration) {
    long millis = duration.toMillis();
    return millis < 1000 ? millis + " ms" : String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
  }

  /** A number with its noun. */
  static String count(int number, String noun) {
    boolean one = number == 1;
    String plural = noun.endsWith("s") ? noun + "es" : noun + "s";
    return String.format(Locale.ROOT, "%,d %s", number, one ? noun : plural);
  }
}
