package dev.musubi.examples.linkcheck;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.Charset;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/** Finds the links and the anchors of one page or style sheet. */
final class PageParser {
  private static final Pattern CSS_COMMENT = Pattern.compile("/\\*.*?\\*/", Pattern.DOTALL);
  private static final Pattern CSS_LINK =
      Pattern.compile(
          "url\\(\\s*(?:\"([^\"]*)\"|'([^']*)'|([^)\"']*?))\\s*\\)"
              + "|@import\\s+(?:\"([^\"]*)\"|'([^']*)')",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern REFRESH =
      Pattern.compile(
          "\\s*([\\d.]*)[^;,]*[;,]\\s*(?:url\\s*=\\s*)?['\"]?([^'\"]*)", Pattern.CASE_INSENSITIVE);
  private static final Pattern HINTS =
      Pattern.compile("(?:^|\\s)(?:preconnect|dns-prefetch)(?:\\s|$)", Pattern.CASE_INSENSITIVE);

  private final Set<String> anchors = new HashSet<>();
  private final Set<Link> links = new LinkedHashSet<>();
  private final Set<String> malformed = new LinkedHashSet<>();
  private Optional<URI> refresh = Optional.empty();
  private URI base;

  private PageParser(URI address) {
    this.base = address;
  }

  /** Parses what is at an address; what has no links gives an empty page. */
  static Page parse(URI address, Answer.Content content) throws IOException {
    PageParser parser = new PageParser(address);
    switch (content.media()) {
      case HTML -> parser.html(content);
      case CSS -> parser.css(UTF_8.decode(content.bytes()).toString());
      case OTHER -> {}
    }
    return new Page(parser.anchors, parser.links, parser.malformed, parser.refresh);
  }

  private void html(Answer.Content content) throws IOException {
    Optional<String> charset = content.charset().filter(PageParser::isKnown);
    Document document =
        Jsoup.parse(
            new ByteArrayInputStream(content.bytes().array()),
            charset.orElse(null),
            base.toString());
    Element baseElement = document.selectFirst("base[href]");
    if (baseElement != null) {
      rebase(baseElement.attr("href"));
    }
    document.getAllElements().forEach(this::element);
  }

  private static boolean isKnown(String charset) {
    try {
      return Charset.isSupported(charset);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private void rebase(String href) {
    try {
      base = Addresses.resolve(base, href).address();
    } catch (URISyntaxException e) {
      malformed.add(href);
    }
  }

  private void element(Element element) {
    anchor(element.id());
    css(element.attr("style"));
    switch (element.normalName()) {
      case "a" -> {
        anchor(element.attr("name"));
        link(element, "href");
      }
      case "area" -> link(element, "href");
      case "link" -> {
        if (!HINTS.matcher(element.attr("rel")).find()) {
          link(element, "href");
        }
      }
      case "iframe", "frame", "script", "embed", "audio", "track", "input" -> link(element, "src");
      case "img", "source" -> {
        link(element, "src");
        srcset(element.attr("srcset"));
      }
      case "video" -> {
        link(element, "src");
        link(element, "poster");
      }
      case "object" -> link(element, "data");
      case "style" -> css(element.data());
      case "meta" -> refresh(element);
      default -> {}
    }
  }

  private void anchor(String name) {
    if (!name.isEmpty()) {
      anchors.add(name);
    }
  }

  private void link(Element element, String attribute) {
    if (element.hasAttr(attribute)) {
      link(element.attr(attribute));
    }
  }

  private void link(String written) {
    if (!Addresses.isCheckable(written)) {
      return;
    }
    try {
      links.add(Addresses.resolve(base, written));
    } catch (URISyntaxException e) {
      malformed.add(written);
    }
  }

  private void srcset(String candidates) {
    if (candidates.isBlank() || candidates.strip().startsWith("data:")) {
      return;
    }
    for (String candidate : candidates.strip().split("\\s*,\\s+|(?<=\\d[wx]),", -1)) {
      String image = candidate.strip().split("\\s+", 2)[0];
      if (!image.isEmpty()) {
        link(image);
      }
    }
  }

  private void css(String sheet) {
    if (sheet.isEmpty()) {
      return;
    }
    Matcher matcher = CSS_LINK.matcher(CSS_COMMENT.matcher(sheet).replaceAll(" "));
    while (matcher.find()) {
      for (int i = 1; i <= matcher.groupCount(); i++) {
        String link = matcher.group(i);
        if (link != null && !link.isBlank()) {
          link(link);
        }
      }
    }
  }

  private void refresh(Element meta) {
    if (!meta.attr("http-equiv").toLowerCase(Locale.ROOT).equals("refresh")) {
      return;
    }
    Matcher matcher = REFRESH.matcher(meta.attr("content"));
    if (!matcher.lookingAt() || matcher.group(2).isBlank()) {
      return;
    }
    String target = matcher.group(2);
    try {
      if (matcher.group(1).equals("0")) {
        refresh = Optional.of(Addresses.resolve(base, target).address());
      } else {
        link(target);
      }
    } catch (URISyntaxException e) {
      malformed.add(target);
    }
  }
}
