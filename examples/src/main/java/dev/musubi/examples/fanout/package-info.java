/**
 * A small HTTP service that answers by asking several slow back ends at once; see {@link
 * dev.musubi.examples.fanout.FanOut}.
 */
@NullMarked
package dev.musubi.examples.fanout;

import org.jspecify.annotations.NullMarked;
