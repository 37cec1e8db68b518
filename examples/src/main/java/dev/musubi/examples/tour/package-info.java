/**
 * Seven little programs that explain a join handle. {@link dev.musubi.examples.tour.Tour} runs them
 * all.
 */
@NullMarked
package dev.musubi.examples.tour;

import org.jspecify.annotations.NullMarked;
