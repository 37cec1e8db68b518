package dev.musubi.examples.linkcheck;

import java.util.Locale;

/** What an address holds, as far as it matters here. */
enum Media {
  /** A page: it has links and anchors. */
  HTML,
  /** A style sheet: it refers to images, fonts and other sheets. */
  CSS,
  /** Anything else: it is enough that it is there. */
  OTHER;

  static Media ofContentType(String type) {
    String name = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    return switch (name) {
      case "text/html", "application/xhtml+xml" -> HTML;
      case "text/css" -> CSS;
      default -> OTHER;
    };
  }

  static Media ofFileName(String file) {
    String name = file.toLowerCase(Locale.ROOT);
    if (name.endsWith(".html") || name.endsWith(".htm") || name.endsWith(".xhtml")) {
      return HTML;
    }
    return name.endsWith(".css") ? CSS : OTHER;
  }
}
