/** What Musubi costs: JMH benchmarks, and programs that measure what JMH does not fit. */
package dev.musubi.benchmarks;
