/**
 * Tasks: spawn, own, join, abort, detach.
 *
 * <p>A task is started with {@link dev.musubi.Task#spawn(java.util.concurrent.Callable)} and owned
 * through a {@link dev.musubi.JoinHandle}. The handle tells the truth about the code: finished
 * means that the body has returned or thrown, cancelled means that it really stopped because it was
 * asked to, and a join gives exactly one of a value, a panic or a cancellation.
 */
@org.jspecify.annotations.NullMarked
package dev.musubi;
