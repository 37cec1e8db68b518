package dev.musubi.examples.fanout;

import java.time.Duration;
import java.util.Optional;

/**
 * How the service asks.
 *
 * @param timeout how long an answer may take as a whole; what is missing then stays missing
 * @param hedge after what time a back end is asked again, if at all
 * @param heartbeat how often a waiting client is sent an empty line, which shows whether it is
 *     there
 */
record Settings(Duration timeout, Optional<Duration> hedge, Duration heartbeat) {}
