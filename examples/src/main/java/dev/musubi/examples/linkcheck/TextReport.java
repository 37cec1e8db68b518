package dev.musubi.examples.linkcheck;

import static dev.musubi.examples.linkcheck.Report.count;
import static dev.musubi.examples.linkcheck.Report.seconds;

import java.util.List;
import java.util.Locale;

/** The report for terminals and logs. */
final class TextReport {
  private static final int MOST_FINDINGS = 200;
  private static final int MOST_PAGES = 3;

  private final Report report;
  private final StringBuilder text = new StringBuilder();

  private TextReport(Report report) {
    this.report = report;
  }

  /** The whole report. */
  static String render(Report report) {
    return new TextReport(report).full();
  }

  private String full() {
    section("broken", report.broken());
    section("uncertain", report.unsure());
    if (!report.slowest().isEmpty()) {
      text.append("slowest pages\n");
      report
          .slowest()
          .forEach(slow ->
              text.append(
                  String.format(
                      Locale.ROOT, "  %8s  %s\n", seconds(slow.took()), printable(slow.page()))));
      text.append('\n');
    }
    return text.append(figures()).append('\n').toString();
  }

  private void section(String title, List<Report.Finding> findings) {
    if (findings.isEmpty()) {
      return;
    }
    text.append(title).append('\n');
    for (Report.Finding finding : findings.subList(0, Math.min(MOST_FINDINGS, findings.size()))) {
      text.append("  ")
          .append(printable(finding.target()))
          .append("  (")
          .append(printable(finding.problem()))
          .append(")\n");
      users(finding.pages());
    }
    if (findings.size() > MOST_FINDINGS) {
      int more = findings.size() - MOST_FINDINGS;
      text.append("  and ").append(count(more, "other target")).append("; --json tells all\n");
    }
    text.append('\n');
  }

  private void users(List<String> pages) {
    pages.stream()
        .limit(MOST_PAGES)
        .forEach(page -> text.append("      in ").append(printable(page)).append('\n'));
    if (pages.size() > MOST_PAGES) {
      int more = pages.size() - MOST_PAGES;
      text.append("      and in ").append(count(more, "other page")).append('\n');
    }
  }

  /** What a page says must not steer the terminal. */
  private static String printable(String words) {
    return words.replaceAll("\\p{Cntrl}", "?");
  }

  private String figures() {
    Report.Counts counts = report.counts();
    int broken = report.broken().size();
    StringBuilder line = new StringBuilder();
    if (!report.complete()) {
      line.append("PARTIAL, ")
          .append(count(counts.pending(), "address"))
          .append(" not looked at: ");
    }
    line.append(broken == 0 ? "nothing" : String.format(Locale.ROOT, "%,d", broken))
        .append(" broken in ")
        .append(count(counts.links(), "link"))
        .append(" of ")
        .append(count(counts.pages(), "page"))
        .append(" to ")
        .append(count(counts.addresses(), "address"));
    note(line, report.unsure().size(), " uncertain");
    note(line, counts.external(), " external not checked");
    note(line, counts.excluded(), " excluded");
    if (counts.unfollowed() > 0) {
      line.append("; page limit reached: links of ")
          .append(count(counts.unfollowed(), "page"))
          .append(" not followed");
    }
    return line.append(" (").append(seconds(report.elapsed())).append(')').toString();
  }

  private static void note(StringBuilder line, int number, String what) {
    if (number > 0) {
      line.append(String.format(Locale.ROOT, "; %,d", number)).append(what);
    }
  }
}
