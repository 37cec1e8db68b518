/**
 * A link checker for documentation sites, as an example of a whole program on Musubi.
 *
 * <p>{@link dev.musubi.examples.linkcheck.LinkCheck} is the command. {@link
 * dev.musubi.examples.linkcheck.Crawler} is where the tasks are.
 */
@NullMarked
package dev.musubi.examples.linkcheck;

import org.jspecify.annotations.NullMarked;
