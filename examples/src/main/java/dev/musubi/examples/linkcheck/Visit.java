package dev.musubi.examples.linkcheck;

import java.net.URI;
import java.time.Duration;

/**
 * An address that has been looked at.
 *
 * @param address the address
 * @param verdict what came of it
 * @param took how long, from the request on
 */
record Visit(URI address, Verdict verdict, Duration took) {}
