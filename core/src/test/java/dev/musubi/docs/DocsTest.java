package dev.musubi.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Keeps the README and the pages of the guide true: their code is compiled, their links lead
 * somewhere.
 */
class DocsTest {
  private static final Path ROOT = root();
  private static final Pattern JAVA_BLOCK = Pattern.compile("(?ms)^```java\\R(.*?)^```");
  private static final Pattern ANY_BLOCK = Pattern.compile("(?ms)^```.*?^```");
  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.*)$");

  private static Path root() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(at.resolve("core/src"))) {
      at = at.getParent();
    }
    return at;
  }

  static Stream<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(Path.of("README.md"), Path.of("CONTRIBUTING.md")));
    for (String folder : List.of("docs/guide", "docs/decisions")) {
      try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
        files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
      }
    }
    return pages.stream().map(ROOT::resolve).map(ROOT::relativize);
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyJavaBlockIsPartOfACompiledSnippet(Path page) throws IOException {
    List<String> sources = snippets();
    for (MatchResult block : matches(JAVA_BLOCK, read(page))) {
      String code = normal(block.group(1));
      assertThat(code).as("a block of %s", page).isNotBlank();
      assertThat(sources)
          .as("a block of %s is in no file of core/src/snippets/java:%n%s", page, block.group(1))
          .anyMatch(source -> source.contains("\n" + code));
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyRelativeLinkLeadsSomewhere(Path page) throws IOException {
    for (MatchResult link : matches(LINK, ANY_BLOCK.matcher(read(page)).replaceAll(""))) {
      String target = link.group(1);
      if (target.matches("[a-z]+:.*")) {
        continue; // not ours
      }
      String[] parts = target.split("#", 2);
      Path file = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
      assertThat(ROOT.resolve(file)).as("link %s of %s", target, page).exists();
      if (parts.length == 2) {
        assertThat(anchors(file)).as("anchors for link %s of %s", target, page).contains(parts[1]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void noPageOfTheGuideIsMissingInItsIndex(Path page) throws IOException {
    if (page.getFileName().toString().equals("README.md") || page.getNameCount() == 1) {
      return;
    }
    assertThat(read(page.resolveSibling("README.md"))).contains("(" + page.getFileName() + ")");
  }

  /** The order of the lines is what we complain about, and depends on time: not compared. */
  @Test
  void theProgramBeforeSaysCancelledAndRunsOn() throws Exception {
    assertThat(output("Before"))
        .containsExactlyInAnyOrder("done: true, cancelled: true", "the body has ended");
  }

  @Test
  void theProgramAfterSaysCancelledWhenTheBodyHasEnded() throws Exception {
    List<String> lines = output("After");
    assertThat(lines).hasSize(2);
    assertThat(lines.getFirst()).isEqualTo("the body has ended");
    assertThat(lines.getLast()).matches("done: true, Cancelled\\[id=\\d+, reason=aborted by user]");
  }

  private static List<String> output(String program) throws Exception {
    PrintStream console = System.out;
    var out = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    try {
      Class.forName(program).getMethod("main", String[].class).invoke(null, (Object) new String[0]);
    } finally {
      System.setOut(console);
    }
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  /** The sources, each as its lines without indentation and without the marks of regions. */
  private static List<String> snippets() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT.resolve("core/src/snippets/java"))) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .map(file -> "\n" + normal(readString(file)))
          .toList();
    }
  }

  private static String normal(String code) {
    return code.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("// @"))
        .reduce("", (all, line) -> all + line + "\n");
  }

  /** The anchors of a page, as code hosts make them from its headings. */
  private static Set<String> anchors(Path page) throws IOException {
    Set<String> anchors = new HashSet<>();
    for (MatchResult heading : matches(HEADING, ANY_BLOCK.matcher(read(page)).replaceAll(""))) {
      anchors.add(
          heading
              .group(1)
              .strip()
              .toLowerCase(Locale.ROOT)
              .replaceAll("[^\\p{L}\\p{N} _-]", "")
              .replace(' ', '-'));
    }
    return anchors;
  }

  private static List<MatchResult> matches(Pattern pattern, String text) {
    return pattern.matcher(text).results().toList();
  }

  private static String read(Path page) throws IOException {
    return Files.readString(ROOT.resolve(page));
  }

  private static String readString(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
