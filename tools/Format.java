import static java.util.Comparator.comparing;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Checks or rewrites the format of Java sources with google-java-format.
 *
 * <p>{@code java -cp google-java-format.jar tools/Format.java check|write DIRECTORY...}. The root
 * pom runs it with the JDK of the build, because the formatter can parse no more than the javac of
 * the JVM it runs in. Exit code 0: all is well, 1: files differ from the format or do not parse, 2:
 * wrong arguments.
 */
final class Format {
  private static final String REPAIR = "mvn -N -Pformat validate";

  private record Finding(Path file, String problem) {}

  private final boolean write;
  private final Formatter formatter = new Formatter();

  private Format(boolean write) {
    this.write = write;
  }

  public static void main(String[] args) throws IOException {
    if (args.length < 2 || !(args[0].equals("check") || args[0].equals("write"))) {
      System.err.println("usage: Format check|write DIRECTORY...");
      System.exit(2);
    }
    var format = new Format(args[0].equals("write"));
    var files = new ArrayList<Path>();
    for (String directory : List.of(args).subList(1, args.length)) {
      collect(Path.of(directory), files);
    }
    List<Finding> findings =
        files.parallelStream()
            .map(format::process)
            .filter(Objects::nonNull)
            .sorted(comparing(Finding::file))
            .toList();
    format.report(files.size(), findings);
  }

  private static void collect(Path directory, List<Path> files) throws IOException {
    if (!Files.isDirectory(directory)) {
      return; // a module without sources
    }
    try (var tree = Files.walk(directory)) {
      tree.filter(file -> file.toString().endsWith(".java") && Files.isRegularFile(file))
          .forEach(files::add);
    }
  }

  /** Returns null if there is nothing to say about the file. */
  private Finding process(Path file) {
    try {
      String before = Files.readString(file);
      String after = formatter.formatSourceAndFixImports(before);
      if (after.equals(before)) {
        return null;
      }
      if (write) {
        Files.writeString(file, after);
        return new Finding(file, "rewritten");
      }
      return new Finding(file, "not formatted, line " + firstDifference(before, after));
    } catch (FormatterException e) {
      return new Finding(file, "does not parse: " + e.getMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
  }

  private static int firstDifference(String before, String after) {
    int at = 0;
    int line = 1;
    int end = Math.min(before.length(), after.length());
    while (at < end && before.charAt(at) == after.charAt(at)) {
      if (before.charAt(at++) == '\n') {
        line++;
      }
    }
    return line;
  }

  private void report(int files, List<Finding> findings) {
    boolean failed = false;
    for (Finding finding : findings) {
      boolean rewritten = finding.problem().equals("rewritten");
      failed |= !rewritten;
      (rewritten ? System.out : System.err).println(finding.file() + ": " + finding.problem());
    }
    if (failed) {
      if (!write) {
        System.err.println("Repair the format with: " + REPAIR);
      }
      System.exit(1);
    }
  }
}
