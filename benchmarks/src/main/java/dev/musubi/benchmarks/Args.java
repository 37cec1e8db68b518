package dev.musubi.benchmarks;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Arguments of the form {@code key=value}. An unknown key is an error, not a silent default. */
final class Args {
  private final Map<String, String> values = new HashMap<>();
  private final Set<String> asked = new HashSet<>();

  Args(String... args) {
    for (String arg : args) {
      int equals = arg.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException("expected key=value: " + arg);
      }
      values.put(arg.substring(0, equals), arg.substring(equals + 1));
    }
  }

  String get(String key, String otherwise) {
    asked.add(key);
    return values.getOrDefault(key, otherwise);
  }

  int get(String key, int otherwise) {
    return Integer.parseInt(get(key, Integer.toString(otherwise)));
  }

  double get(String key, double otherwise) {
    return Double.parseDouble(get(key, Double.toString(otherwise)));
  }

  /** Call it after the last get. */
  void rejectOthers() {
    Set<String> unknown = new HashSet<>(values.keySet());
    unknown.removeAll(asked);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException("unknown: " + unknown + "; known: " + asked);
    }
  }
}
