package dev.musubi.examples.linkcheck;

import java.net.URI;
import java.util.Optional;
import java.util.Set;

/**
 * What was found in a page or a style sheet.
 *
 * @param anchors the names that a fragment can mean
 * @param links where its links lead, each once
 * @param malformed links that are no addresses
 * @param refresh where the page sends its reader at once, with {@code <meta http-equiv=refresh>}
 */
record Page(Set<String> anchors, Set<Link> links, Set<String> malformed, Optional<URI> refresh) {
  /** What is still needed when the links have been followed. */
  Page anchorsOnly() {
    return new Page(anchors, Set.of(), Set.of(), Optional.empty());
  }

  boolean hasAnchor(String fragment) {
    String name = fragment.replaceFirst(":~:.*", ""); // a text fragment is the browser's affair
    return name.isEmpty()
        || name.equalsIgnoreCase("top")
        || anchors.contains(name)
        || anchors.contains(Addresses.decode(name));
  }
}
