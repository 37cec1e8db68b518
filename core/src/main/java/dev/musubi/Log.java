package dev.musubi;

import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** The library's logger. Logging must never take a task down with it. */
final class Log {
  private static final System.Logger LOGGER = System.getLogger("dev.musubi");

  private Log() {}

  @SuppressWarnings(
      "CatchAndPrintStackTrace") // the logger itself failed: standard error is what is left
  static void log(Level level, String message, @Nullable Throwable thrown) {
    try {
      if (thrown == null) {
        LOGGER.log(level, message);
      } else {
        LOGGER.log(level, message, thrown);
      }
    } catch (Throwable broken) {
      try {
        System.err.println(message);
        if (thrown != null) {
          thrown.printStackTrace();
        }
        broken.printStackTrace();
      } catch (Throwable nothingLeft) {
        // no memory, or no stack, for a line of text: whoever has something to say must go on
      }
    }
  }

  static void warn(String message, @Nullable Throwable thrown) {
    log(Level.WARNING, message, thrown);
  }
}
