@NullMarked
package dev.musubi.examples.tour;

import org.jspecify.annotations.NullMarked;
