package dev.musubi.examples.linkcheck;

import java.util.Iterator;
import java.util.Map;

/** Writes maps, lists, strings, numbers and booleans as JSON, indented by two spaces. */
final class Json {
  private final StringBuilder text = new StringBuilder();

  private Json() {}

  static String write(Object value) {
    Json json = new Json();
    json.value(value, "\n");
    return json.text.append('\n').toString();
  }

  private void value(Object value, String newLine) {
    switch (value) {
      case Map<?, ?> map -> {
        Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
        block(
            '{',
            '}',
            newLine,
            entries,
            (entry, inner) -> {
              string(entry.getKey().toString());
              text.append(": ");
              value(entry.getValue(), inner);
            });
      }
      case Iterable<?> list -> block('[', ']', newLine, list.iterator(), this::value);
      case Number number -> text.append(number);
      case Boolean flag -> text.append(flag);
      default -> string(value.toString());
    }
  }

  private interface Writer<E> {
    void write(E element, String newLine);
  }

  private <E> void block(
      char open, char close, String newLine, Iterator<? extends E> elements, Writer<E> writer) {
    text.append(open);
    String inner = newLine + "  ";
    boolean empty = !elements.hasNext();
    while (elements.hasNext()) {
      text.append(inner);
      writer.write(elements.next(), inner);
      if (elements.hasNext()) {
        text.append(',');
      }
    }
    text.append(empty ? "" : newLine).append(close);
  }

  private void string(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\t' -> text.append("\\t");
        default -> {
          // lone surrogates have no form in UTF-8
          if (c < ' ' || Character.isSurrogate(c)) {
            text.append(String.format("\\u%04x", (int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }
}
