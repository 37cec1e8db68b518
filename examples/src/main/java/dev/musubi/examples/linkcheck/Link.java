package dev.musubi.examples.linkcheck;

import java.net.URI;

/**
 * Where a link leads.
 *
 * @param address the address, without a fragment
 * @param fragment the fragment as it was written, or empty
 */
record Link(URI address, String fragment) {
  /** For people. */
  String display() {
    return Addresses.display(address)
        + (fragment.isEmpty() ? "" : "#" + Addresses.decode(fragment));
  }
}
