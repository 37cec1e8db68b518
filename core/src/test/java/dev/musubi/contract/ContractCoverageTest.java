package dev.musubi.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Which test pins which statement: collected from the annotations of the compiled tests, written to
 * docs/contract-coverage.md, and held against it. With {@code -Dmusubi.contract.write=true} the
 * page is written anew.
 */
class ContractCoverageTest {
  private static final int POINTS = 15;
  private static final Map<String, String> SECTIONS =
      Map.ofEntries(
          Map.entry("A", "Spawning"),
          Map.entry("B", "The handle"),
          Map.entry("C", "Failures"),
          Map.entry("D", "The abort handle"),
          Map.entry("E", "Abort, its time and its races"),
          Map.entry("F", "Clean-up"),
          Map.entry("G", "Panics"),
          Map.entry("H", "Ids and the builder"),
          Map.entry("I", "JoinSet"),
          Map.entry("J", "JoinMap"),
          Map.entry("K", "JoinQueue"),
          Map.entry("L", "Owned handles"),
          Map.entry("M", "TaskTracker"),
          Map.entry("N", "Cancellation tokens"),
          Map.entry("O", "select"),
          Map.entry("P", "join and tryJoin"),
          Map.entry("Q", "Time"),
          Map.entry("R", "blockOn and runtimes"),
          Map.entry("S", "Shutdown"),
          Map.entry("T", "Blocking tasks"),
          Map.entry("U", "Fairness (of this section, what has a meaning here)"),
          Map.entry("V", "Task locals"),
          Map.entry("W", "Hooks"),
          Map.entry("Y2", "Oneshot"));

  private record Statement(int number, String section, String kind, String text, String reason) {}

  private final Path classes = classes();
  private final Map<Integer, SortedSet<String>> contract = new TreeMap<>();
  private final Map<Integer, SortedSet<String>> semantics = new TreeMap<>();

  private static Path classes() {
    try {
      return Path.of(
          ContractCoverageTest.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (java.net.URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void everyStatementIsPinnedOrSaysWhyNotAndThePageIsFresh() throws Exception {
    List<Statement> statements = statements();
    collect();
    List<String> problems = new ArrayList<>();
    for (Statement statement : statements) {
      boolean pinned = contract.containsKey(statement.number());
      if (!pinned && statement.reason().isEmpty()) {
        problems.add("statement " + statement.number() + " has neither a test nor a reason");
      }
      if (pinned && !statement.reason().isEmpty()) {
        problems.add("statement " + statement.number() + " has a test and a reason for none");
      }
    }
    List<Integer> known = statements.stream().map(Statement::number).toList();
    contract.forEach((number, tests) -> {
      if (!known.contains(number)) {
        problems.add("statement " + number + " is unknown; named by " + tests);
      }
    });
    for (int point = 1; point <= POINTS; point++) {
      if (!semantics.containsKey(point)) {
        problems.add("point " + point + " of the semantics has no test");
      }
    }
    assertThat(problems).isEmpty();
    Path page = docs().resolve("contract-coverage.md");
    String fresh = render(statements);
    if (Boolean.getBoolean("musubi.contract.write")) {
      Files.writeString(page, fresh);
    }
    assertThat(Files.exists(page) ? Files.readString(page) : "")
        .as(
            "docs/contract-coverage.md is stale; run: mvn -pl core test"
                + " -Dtest=ContractCoverageTest -Dmusubi.contract.write=true")
        .isEqualTo(fresh);
  }

  private static List<Statement> statements() throws IOException {
    try (InputStream in =
        ContractCoverageTest.class.getResourceAsStream("/contract/contract.tsv")) {
      List<Statement> statements = new ArrayList<>();
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
        if (!line.startsWith("#")) {
          String[] columns = line.split("\t", -1);
          statements.add(
              new Statement(
                  Integer.parseInt(columns[0]), columns[1], columns[2], columns[3], columns[4]));
        }
      }
      return statements;
    }
  }

  private void collect() throws Exception {
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        String name = classes.relativize(file).toString().replaceAll("[/\\\\]", ".");
        name = name.substring(0, name.length() - ".class".length());
        if (!name.startsWith("dev.musubi.") || name.contains("$")) {
          continue;
        }
        Class<?> type = Class.forName(name, false, ContractCoverageTest.class.getClassLoader());
        note(type, type.getSimpleName());
        for (Method method : type.getDeclaredMethods()) {
          note(method, type.getSimpleName() + "." + method.getName());
        }
      }
    }
  }

  private void note(AnnotatedElement element, String test) {
    Contract statements = element.getAnnotation(Contract.class);
    if (statements != null) {
      for (int number : statements.value()) {
        contract.computeIfAbsent(number, _ -> new TreeSet<>()).add(test);
      }
    }
    Semantics points = element.getAnnotation(Semantics.class);
    if (points != null) {
      for (int number : points.value()) {
        semantics.computeIfAbsent(number, _ -> new TreeSet<>()).add(test);
      }
    }
  }

  private Path docs() {
    Path folder = classes;
    while (!Files.isDirectory(folder.resolve("docs"))
        || !Files.isDirectory(folder.resolve("core"))) {
      folder = folder.getParent();
    }
    return folder.resolve("docs");
  }

  private String render(List<Statement> statements) {
    StringBuilder page =
        new StringBuilder(
            """
            # Coverage of the contract

            Which test pins which statement about Tokio's behaviour, and which point of Musubi's semantics. *keep*: it
            holds here as in Tokio. *adapt*: the need is the same; the text says what Musubi does. Generated from the
            annotations of the tests; a test fails when this page is stale.
            """);
    String section = "";
    for (Statement statement : statements) {
      if (!statement.section().equals(section)) {
        section = statement.section();
        page.append("\n## ").append(section).append(". ").append(SECTIONS.get(section));
        page.append(
            "\n\n| no. | kind | what holds in Musubi | tests |\n| --- | --- | --- | --- |\n");
      }
      page.append("| ").append(statement.number()).append(" | ").append(statement.kind());
      page.append(" | ").append(statement.text()).append(" | ");
      page.append(
          statement.reason().isEmpty()
              ? tests(contract.get(statement.number()))
              : "not tested: " + statement.reason());
      page.append(" |\n");
    }
    page.append("\n## Points of the semantics\n\n| point | tests |\n| --- | --- |\n");
    semantics.forEach((point, tests) ->
        page.append("| ").append(point).append(" | ").append(tests(tests)).append(" |\n"));
    return page.toString();
  }

  private static String tests(SortedSet<String> names) {
    return String.join(", ", names.stream().map(name -> "`" + name + "`").toList());
  }
}
