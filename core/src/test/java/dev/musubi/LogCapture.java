package dev.musubi;

import java.text.MessageFormat;
import java.util.List;
import java.util.Queue;
import java.util.ResourceBundle;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The log of the tests' JVM: what the library logs goes to those tests that listen; what nobody
 * waits for goes to standard error.
 */
public final class LogCapture extends System.LoggerFinder {
  /** One line of the log. */
  record Line(System.Logger.Level level, String message, Throwable thrown) {}

  /** Listens from its creation until it is closed. */
  static final class Listener implements AutoCloseable {
    private final Queue<Line> lines = new ConcurrentLinkedQueue<>();
    private final String part;

    private Listener(String part) {
      this.part = part;
    }

    /** The first line that contains the text listened for. */
    Line first() {
      Kit.eventually("the log says: " + part, () -> !lines.isEmpty());
      return lines.peek();
    }

    List<Line> all() {
      return List.copyOf(lines);
    }

    @Override
    public void close() {
      LISTENERS.remove(this);
    }
  }

  private static final List<Listener> LISTENERS = new CopyOnWriteArrayList<>();

  /** Instantiated by the platform. */
  public LogCapture() {}

  /** Collects lines whose message contains a text: tests may run beside others that log. */
  static Listener listenFor(String part) {
    Listener listener = new Listener(part);
    LISTENERS.add(listener);
    return listener;
  }

  private static void publish(String name, Line line) {
    boolean wanted = false;
    for (Listener listener : LISTENERS) {
      if (line.message.contains(listener.part)) {
        listener.lines.add(line);
        wanted = true;
      }
    }
    if (!wanted) {
      System.err.println(line.level + " " + name + ": " + line.message);
      if (line.thrown != null) {
        line.thrown.printStackTrace();
      }
    }
  }

  @Override
  public System.Logger getLogger(String name, Module module) {
    return new System.Logger() {
      @Override
      public String getName() {
        return name;
      }

      @Override
      public boolean isLoggable(Level level) {
        return level.getSeverity() >= Level.WARNING.getSeverity() && level != Level.OFF;
      }

      @Override
      public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
        if (isLoggable(level)) {
          publish(name, new Line(level, message, thrown));
        }
      }

      @Override
      public void log(Level level, ResourceBundle bundle, String format, Object... arguments) {
        if (isLoggable(level)) {
          String message =
              arguments == null || arguments.length == 0
                  ? format
                  : MessageFormat.format(format, arguments);
          publish(name, new Line(level, message, null));
        }
      }
    };
  }
}
