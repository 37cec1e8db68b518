package dev.musubi.examples.linkcheck;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads addresses as browsers do: they forgive what {@link URI} does not. The result is in one
 * form, so that one page has one address.
 */
final class Addresses {
  /** The scheme of the files of a folder site; the folder is the root of the paths. */
  static final String FOLDER = "folder";

  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:");
  private static final Pattern AUTHORITY =
      Pattern.compile("((?:https?:)?//)([^/?]*)(.*)", Pattern.CASE_INSENSITIVE);
  private static final String UNRESERVED = "-._~";
  private static final String DELIMITERS = "/:@!$&'()*+,;=?";

  private Addresses() {}

  /**
   * Whether a link, as written, has an address to look at: not mailto, javascript, data and such.
   */
  static boolean isCheckable(String written) {
    String link = stripped(written);
    Matcher scheme = SCHEME.matcher(link);
    return !scheme.lookingAt() || isWeb(scheme.group());
  }

  /** Whether text is an address of the web, rather than a path. */
  static boolean isWeb(String text) {
    return text.regionMatches(true, 0, "http:", 0, 5)
        || text.regionMatches(true, 0, "https:", 0, 6);
  }

  /** Reads an address that does not depend on another one. */
  static URI parse(String written) throws URISyntaxException {
    Link link = resolve(URI.create("http://invalid/"), written);
    if (!isWeb(stripped(written))) {
      throw new URISyntaxException(written, "not an http address");
    }
    return link.address();
  }

  /**
   * Reads a link.
   *
   * @param base the address that it is relative to
   * @param written the link as it stands in the page
   * @throws URISyntaxException if even a browser could make nothing of it
   */
  static Link resolve(URI base, String written) throws URISyntaxException {
    String link = stripped(written);
    int hash = link.indexOf('#');
    String fragment = hash < 0 ? "" : link.substring(hash + 1);
    String rest = hash < 0 ? link : link.substring(0, hash);
    return new Link(rest.isEmpty() ? base : resolvePath(base, encode(rest)), fragment);
  }

  private static URI resolvePath(URI base, String rest) throws URISyntaxException {
    // URI.resolve("?q") would lose the file name
    URI link =
        rest.startsWith("?")
            ? new URI(withoutQuery(base) + rest)
            : rest.startsWith("//") && base.getScheme().equals(FOLDER)
                ? new URI("https:" + rest)
                : base.resolve(new URI(rest));
    return canonical(link);
  }

  private static String withoutQuery(URI address) {
    String text = address.toString();
    int query = text.indexOf('?');
    return query < 0 ? text : text.substring(0, query);
  }

  private static URI canonical(URI address) throws URISyntaxException {
    String path = address.normalize().getRawPath();
    if (path == null) {
      throw new URISyntaxException(address.toString(), "no path");
    }
    while (path.startsWith("/../") || path.equals("/..")) {
      path = path.length() == 3 ? "/" : path.substring(3);
    }
    if (path.isEmpty()) {
      path = "/";
    }
    String scheme = address.getScheme().toLowerCase(Locale.ROOT);
    if (scheme.equals(FOLDER)) {
      return new URI(FOLDER + ":" + path); // files have no queries
    }
    if (address.getHost() == null) {
      throw new URISyntaxException(address.toString(), "no host");
    }
    int port = address.getPort();
    boolean usual = port < 0 || port == (scheme.equals("http") ? 80 : 443);
    String query = address.getRawQuery();
    return new URI(
        scheme
            + "://"
            + address.getHost().toLowerCase(Locale.ROOT)
            + (usual ? "" : ":" + port)
            + path
            + (query == null ? "" : "?" + query));
  }

  /** What browsers drop before they look at a link. */
  private static String stripped(String written) {
    return written.strip().replaceAll("[\t\r\n]", "");
  }

  private static String encode(String rest) throws URISyntaxException {
    Matcher parts = AUTHORITY.matcher(rest);
    if (!parts.matches()) {
      return SCHEME.matcher(rest).lookingAt() ? rest : protectColon(encodePath(rest));
    }
    String host = parts.group(2);
    if (host.chars().anyMatch(c -> c > 127)) {
      try {
        host = IDN.toASCII(host);
      } catch (IllegalArgumentException e) {
        throw new URISyntaxException(rest, "not a host name");
      }
    }
    return parts.group(1) + host + encodePath(parts.group(3));
  }

  /** A colon in the first segment of a relative path would look like a scheme. */
  private static String protectColon(String path) {
    int colon = path.indexOf(':');
    int end = path.indexOf('/');
    return colon >= 0 && (end < 0 || colon < end) ? "./" + path : path;
  }

  private static String encodePath(String path) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < path.length(); ) {
      int c = path.codePointAt(i);
      i += Character.charCount(c);
      int value = c == '%' ? hexAt(path, i) : -1;
      if (value >= 0) {
        i += 2;
        append(text, value, isUnreserved(value));
      } else if (isUnreserved(c) || DELIMITERS.indexOf(c) >= 0) {
        text.append((char) c);
      } else {
        for (byte b : Character.toString(c).getBytes(UTF_8)) {
          append(text, b & 0xFF, false);
        }
      }
    }
    return text.toString();
  }

  private static void append(StringBuilder text, int value, boolean plain) {
    if (plain) {
      text.append((char) value);
    } else {
      text.append('%').append(HexFormat.of().withUpperCase().toHexDigits((byte) value));
    }
  }

  private static boolean isUnreserved(int c) {
    return c < 128 && (Character.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0);
  }

  private static int hexAt(String text, int at) {
    if (at + 2 > text.length()
        || !HexFormat.isHexDigit(text.charAt(at))
        || !HexFormat.isHexDigit(text.charAt(at + 1))) {
      return -1;
    }
    return HexFormat.fromHexDigits(text, at, at + 2);
  }

  /** Decodes what is percent-encoded, and leaves a percent sign that encodes nothing. */
  static String decode(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      int value = c == '%' ? hexAt(text, i) : -1;
      if (value >= 0) {
        i += 2;
        bytes.write(value);
      } else {
        bytes.writeBytes(Character.toString(c).getBytes(UTF_8));
      }
    }
    return bytes.toString(UTF_8);
  }

  /** For people: a file of a folder is shown by its path. */
  static String display(URI address) {
    if (!FOLDER.equals(address.getScheme())) {
      return address.toString();
    }
    String path = address.getPath();
    return path.equals("/") ? "/" : path.substring(1);
  }
}
