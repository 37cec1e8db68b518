package dev.musubi.examples.linkcheck;

import java.net.URI;
import java.util.Objects;

/**
 * Which addresses belong to the site that is checked.
 *
 * @param start the page that the crawl begins with
 */
record Scope(URI start) {
  /** How far a crawl goes with an address. */
  enum Reach {
    /** Beside or below the start page: its links are followed. */
    FOLLOWED,
    /** Elsewhere on the same server: it must be there, with its anchors. */
    CHECKED,
    /** On another server. */
    EXTERNAL
  }

  Reach of(URI address) {
    if (!address.getScheme().equals(start.getScheme())
        || !Objects.equals(address.getAuthority(), start.getAuthority())) {
      return Reach.EXTERNAL;
    }
    String path = start.getRawPath();
    String directory = path.substring(0, path.lastIndexOf('/') + 1);
    return address.getRawPath().startsWith(directory) ? Reach.FOLLOWED : Reach.CHECKED;
  }

  /**
   * The scope after a redirect: the start page may lead to another site, and to its own directory
   * ({@code /docs} to {@code /docs/}), but a redirect from an index to a page below narrows
   * nothing.
   */
  Scope movedBy(URI from, URI to) {
    boolean elsewhere = of(to) != Reach.FOLLOWED;
    boolean toDirectory = to.toString().startsWith(from + "/");
    return from.equals(start) && (elsewhere || toDirectory) ? new Scope(to) : this;
  }
}
