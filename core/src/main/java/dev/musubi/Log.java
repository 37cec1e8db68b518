package dev.musubi;

import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** The library's logger. Logging must never take a task down with it. */
final class Log {
  // no initializer: one that fails, as the stack ends, fails for good
  private static System.@Nullable Logger logger;

  private Log() {}

  @SuppressWarnings(
      "CatchAndPrintStackTrace") // the logger itself failed: standard error is what is left
  static void log(Level level, String message, @Nullable Throwable thrown) {
    try {
      System.Logger to = logger;
      if (to == null) {
        to = System.getLogger("dev.musubi");
        logger = to; // the same one whoever sets it
      }
      if (thrown == null) {
        to.log(level, message);
      } else {
        to.log(level, message, thrown);
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
