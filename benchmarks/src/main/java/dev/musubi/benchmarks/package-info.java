/** Benchmarks of the task core. Nothing here is published. */
@org.jspecify.annotations.NullMarked
package dev.musubi.benchmarks;
