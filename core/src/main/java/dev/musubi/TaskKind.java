package dev.musubi;

/** What a task runs on. */
enum TaskKind {
  /** A virtual thread of its own. */
  VIRTUAL,

  /** A virtual thread that it shares with other light tasks; see {@link LightPool}. */
  LIGHT,

  /** A platform thread of the {@link BlockingPool}. */
  BLOCKING
}
