package dev.musubi.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Collects tables for people and figures for programs, and writes both. */
final class Report {
  private final String title;
  private final StringBuilder markdown = new StringBuilder();
  private final Map<String, Object> json = new LinkedHashMap<>();
  private final List<Map<String, Object>> figures = new ArrayList<>();

  Report(String title, Map<String, Object> parameters) {
    this.title = title;
    Map<String, Object> facts = Facts.collect();
    json.put("title", title);
    json.put("facts", facts);
    json.put("parameters", parameters);
    json.put("figures", figures);
    markdown.append("# ").append(title).append("\n\n");
    facts.forEach((key, value) -> line("- " + key + ": " + value));
    line("- parameters: " + parameters);
  }

  void heading(String text) {
    markdown.append("\n## ").append(text).append("\n");
  }

  void text(String text) {
    markdown.append('\n').append(text).append('\n');
  }

  void header(String... cells) {
    markdown.append('\n');
    row(cells);
    String[] rule = new String[cells.length];
    Arrays.fill(rule, "---:");
    rule[0] = "---";
    row(rule);
  }

  void row(String... cells) {
    line(Arrays.stream(cells).collect(Collectors.joining(" | ", "| ", " |")));
  }

  void row(List<String> cells) {
    row(cells.toArray(String[]::new));
  }

  private void line(String text) {
    markdown.append(text).append('\n');
  }

  /** A figure with its keys: name, value, name, value, ... */
  void figure(Object... pairs) {
    Map<String, Object> figure = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      figure.put((String) pairs[i], pairs[i + 1]);
    }
    figures.add(figure);
  }

  /** Prints the tables, and writes {@code name.md} and {@code name.json} unless out is empty. */
  void publish(String out, String name) throws IOException {
    System.out.println(markdown);
    if (!out.isEmpty()) {
      Path folder = Files.createDirectories(Path.of(out));
      Files.writeString(folder.resolve(name + ".md"), markdown);
      StringBuilder text = new StringBuilder();
      write(json, "", text);
      Files.writeString(folder.resolve(name + ".json"), text.append('\n'));
      System.out.println(title + ": written to " + name + ".md and " + name + ".json");
    }
  }

  private static void write(Object value, String indent, StringBuilder to) {
    String deeper = indent + "  ";
    switch (value) {
      case Map<?, ?> map -> {
        String separator = "{\n";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          to.append(separator).append(deeper);
          quote(entry.getKey().toString(), to);
          to.append(": ");
          write(entry.getValue(), deeper, to);
          separator = ",\n";
        }
        to.append(map.isEmpty() ? "{}" : "\n" + indent + "}");
      }
      case List<?> list -> {
        String separator = "[\n";
        for (Object element : list) {
          to.append(separator).append(deeper);
          write(element, deeper, to);
          separator = ",\n";
        }
        to.append(list.isEmpty() ? "[]" : "\n" + indent + "]");
      }
      case double[] numbers ->
          to.append(
              Arrays.stream(numbers)
                  .mapToObj(Report::number)
                  .collect(Collectors.joining(", ", "[", "]")));
      case Double number -> to.append(number(number));
      case Number number -> to.append(number);
      case Boolean truth -> to.append(truth);
      default -> quote(value.toString(), to);
    }
  }

  private static String number(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.6g", value) : "null";
  }

  private static void quote(String text, StringBuilder to) {
    to.append('"');
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') {
        to.append('\\').append(c);
      } else if (c < ' ') {
        to.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        to.append(c);
      }
    }
    to.append('"');
  }
}
