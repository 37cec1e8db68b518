package dev.musubi.examples.linkcheck;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells whether a text is JSON, strictly, without making anything of it. */
final class JsonSyntax {
  private static final Pattern SPACE = Pattern.compile("[ \t\r\n]*");
  private static final Pattern STRING =
      Pattern.compile("\"(?:[^\"\\\\\\x00-\\x1f]|\\\\(?:[\"\\\\/bfnrt]|u[0-9a-fA-F]{4}))*+\"");
  private static final Pattern ATOM =
      Pattern.compile(
          "-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|true|false|null|" + STRING.pattern());

  private final Matcher rest;

  private JsonSyntax(String text) {
    this.rest = Pattern.compile("").matcher(text);
  }

  static boolean isValid(String text) {
    JsonSyntax json = new JsonSyntax(text);
    return json.value() && json.rest.regionStart() == text.length();
  }

  private boolean value() {
    eat(SPACE);
    boolean valid = eat("\\{") ? block("\\}", true) : eat("\\[") ? block("\\]", false) : eat(ATOM);
    eat(SPACE);
    return valid;
  }

  private boolean block(String end, boolean named) {
    eat(SPACE);
    if (eat(end)) {
      return true;
    }
    do {
      eat(SPACE);
      if (named && !(eat(STRING) && eat(SPACE) && eat(":"))) {
        return false;
      }
      if (!value()) {
        return false;
      }
    } while (eat(","));
    return eat(end);
  }

  private boolean eat(String regex) {
    return eat(Pattern.compile(regex));
  }

  private boolean eat(Pattern pattern) {
    if (!rest.usePattern(pattern).lookingAt()) {
      return false;
    }
    rest.region(rest.end(), rest.regionEnd());
    return true;
  }
}
