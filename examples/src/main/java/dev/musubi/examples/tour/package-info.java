/**
 * Nine little programs: seven explain a join handle, two explain select. {@link
 * dev.musubi.examples.tour.Tour} runs them all.
 */
@NullMarked
package dev.musubi.examples.tour;

import org.jspecify.annotations.NullMarked;
