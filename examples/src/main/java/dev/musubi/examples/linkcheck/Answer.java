package dev.musubi.examples.linkcheck;

import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Optional;

/** What a source says about an address. */
sealed interface Answer {
  /**
   * It is there.
   *
   * @param media what it is
   * @param bytes a whole array: the content, if it was asked for and has links; else empty
   * @param charset the character set that the server names
   */
  record Content(Media media, ByteBuffer bytes, Optional<String> charset) implements Answer {}

  /**
   * It is elsewhere.
   *
   * @param to where
   */
  record Moved(URI to) implements Answer {}

  /**
   * It is not there.
   *
   * @param status the status of HTTP; 404 for a file that does not exist
   * @param problem what to tell the user
   */
  record Refused(int status, String problem) implements Answer {}
}
