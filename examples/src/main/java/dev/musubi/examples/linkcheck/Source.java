package dev.musubi.examples.linkcheck;

import java.io.IOException;
import java.net.URI;

/** Where the addresses of a site are read. The calls block, and stop when they are interrupted. */
@FunctionalInterface
interface Source {
  /**
   * Looks at an address.
   *
   * @param address the address
   * @param read whether the content is wanted, if it is something with links
   * @return what is there
   * @throws IOException if there is no answer
   * @throws InterruptedException if the thread was interrupted
   */
  Answer get(URI address, boolean read) throws IOException, InterruptedException;
}
