package dev.musubi.examples.linkcheck;

import java.net.URI;

/** What came of looking at an address. */
sealed interface Verdict {
  /**
   * A page or style sheet that was read.
   *
   * @param page what is in it
   * @param media what it is
   */
  record Read(Page page, Media media) implements Verdict {}

  /** It is there; what is in it does not matter. */
  record Present() implements Verdict {}

  /**
   * Look there instead.
   *
   * @param to where
   */
  record Redirected(URI to) implements Verdict {}

  /**
   * A link to it is broken.
   *
   * @param problem why
   */
  record Broken(String problem) implements Verdict {}

  /**
   * It would not tell: other sites like to turn programs away.
   *
   * @param problem why
   */
  record Unsure(String problem) implements Verdict {}
}
