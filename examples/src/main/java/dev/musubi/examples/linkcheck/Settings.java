package dev.musubi.examples.linkcheck;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the user may choose about a crawl.
 *
 * @param perHost how many requests run at once to one host
 * @param timeout how long one request may take
 * @param maxPages the links of how many pages are followed
 * @param external whether links to other sites are checked
 * @param exclude links whose address contains a match are not checked
 */
record Settings(
    int perHost, Duration timeout, int maxPages, boolean external, Optional<Pattern> exclude) {
  static final Settings DEFAULT =
      new Settings(8, Duration.ofSeconds(30), Integer.MAX_VALUE, false, Optional.empty());

  boolean excludes(Link link) {
    return exclude.isPresent() && exclude.get().matcher(link.display()).find();
  }

  Settings withPerHost(int most) {
    return new Settings(most, timeout, maxPages, external, exclude);
  }
}
