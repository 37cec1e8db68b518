@NullMarked
package dev.musubi.examples.fanout;

import org.jspecify.annotations.NullMarked;
