/**
 * Channels and other things through which tasks talk to each other. All of them can take part in a
 * {@link dev.musubi.Select}.
 */
@org.jspecify.annotations.NullMarked
package dev.musubi.sync;
