@NullMarked
package dev.musubi.examples.linkcheck;

import org.jspecify.annotations.NullMarked;
