/** Not for users: what the library's packages share. Not exported, and free to change. */
@org.jspecify.annotations.NullMarked
package dev.musubi.internal;
