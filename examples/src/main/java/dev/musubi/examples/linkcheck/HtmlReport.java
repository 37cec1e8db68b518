package dev.musubi.examples.linkcheck;

import static dev.musubi.examples.linkcheck.Report.count;
import static dev.musubi.examples.linkcheck.Report.seconds;

import java.util.List;
import java.util.Locale;

/** The report as one web page that needs nothing else. */
final class HtmlReport {
  private static final int MOST_FINDINGS = 1000;
  private static final int MOST_PAGES = 50;

  private static final String STYLE =
      """
      :root {
        color-scheme: light dark;
        --paper: light-dark(#fbfbf9, #16181c);
        --card: light-dark(#ffffff, #1f2228);
        --ink: light-dark(#22252b, #e4e6ea);
        --soft: light-dark(#666c77, #9aa1ad);
        --line: light-dark(#e3e4e0, #31353d);
        --bad: light-dark(#b3261e, #ff8a80);
        --unsure: light-dark(#8a5a00, #f0b95a);
        --good: light-dark(#1c7a3e, #6fd08c);
      }
      * { box-sizing: border-box; }
      body {
        margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 60rem;
        background: var(--paper); color: var(--ink);
        font: 16px/1.5 system-ui, sans-serif;
      }
      h1 { font-size: 1.6rem; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
      h2 { font-size: 1.1rem; margin: 2.5rem 0 .75rem; }
      .verdict { font-size: 1.1rem; margin: .5rem 0 0; font-weight: 600; }
      .bad { color: var(--bad); } .unsure { color: var(--unsure); } .good { color: var(--good); }
      .partial {
        margin: 1rem 0 0; padding: .6rem .9rem; border: 1px solid var(--unsure);
        border-radius: .5rem; color: var(--unsure);
      }
      dl {
        display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr));
        gap: .75rem; margin: 1.5rem 0 0;
      }
      dl div, article {
        background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
      }
      dl div { padding: .7rem .9rem; }
      dt { color: var(--soft); font-size: .85rem; }
      dd { margin: 0; font-size: 1.35rem; font-variant-numeric: tabular-nums; }
      article { padding: .8rem 1rem; margin: 0 0 .6rem; }
      code { font: .92em/1.45 ui-monospace, monospace; overflow-wrap: anywhere; }
      article p { margin: .15rem 0 .35rem; font-size: .95rem; }
      summary { cursor: pointer; color: var(--soft); font-size: .9rem; }
      ul { margin: .4rem 0 0; padding-left: 1.25rem; }
      table { border-collapse: collapse; width: 100%; }
      td { border-top: 1px solid var(--line); padding: .4rem 0; vertical-align: top; }
      td:first-child {
        white-space: nowrap; text-align: right; padding-right: 1rem; width: 6rem;
        color: var(--soft); font-variant-numeric: tabular-nums;
      }
      """;

  private final StringBuilder page = new StringBuilder();

  private HtmlReport() {}

  static String render(Report report) {
    HtmlReport html = new HtmlReport();
    html.write(report);
    return html.page.toString();
  }

  private void write(Report report) {
    page.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .append("<title>Links of ")
        .append(escape(report.site()))
        .append("</title>\n<style>\n")
        .append(STYLE)
        .append("</style>\n</head>\n<body>\n<h1>Links of ")
        .append(escape(report.site()))
        .append("</h1>\n");
    verdict(report);
    figures(report);
    findings("Broken", "bad", report.broken());
    findings("Uncertain", "unsure", report.unsure());
    slowest(report.slowest());
    page.append("</body>\n</html>\n");
  }

  private void verdict(Report report) {
    int broken = report.broken().size();
    page.append("<p class=\"verdict ")
        .append(broken == 0 ? "good" : "bad")
        .append("\">")
        .append(broken == 0 ? "Nothing is broken" : count(broken, "broken target"))
        .append("</p>\n");
    if (!report.complete()) {
      page.append("<p class=\"partial\">This report is partial: the check was stopped, with ")
          .append(count(report.counts().pending(), "address"))
          .append(" not looked at.</p>\n");
    }
    if (report.counts().unfollowed() > 0) {
      page.append("<p class=\"partial\">The page limit was reached: the links of ")
          .append(count(report.counts().unfollowed(), "page"))
          .append(" were not followed.</p>\n");
    }
  }

  private void figures(Report report) {
    Report.Counts counts = report.counts();
    page.append("<dl>\n");
    figure("pages", number(counts.pages()));
    figure("links checked", number(counts.links()));
    figure("addresses", number(counts.addresses()));
    figure("external, skipped", number(counts.external()));
    if (counts.excluded() > 0) {
      figure("excluded", number(counts.excluded()));
    }
    figure("time", seconds(report.elapsed()));
    page.append("</dl>\n");
  }

  private void figure(String name, String value) {
    page.append("<div><dt>").append(name).append("</dt><dd>").append(value).append("</dd></div>\n");
  }

  private static String number(int value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  private void findings(String title, String style, List<Report.Finding> findings) {
    if (findings.isEmpty()) {
      return;
    }
    page.append("<h2>").append(title).append("</h2>\n");
    for (Report.Finding finding : findings.subList(0, Math.min(MOST_FINDINGS, findings.size()))) {
      page.append("<article>\n<code>")
          .append(escape(finding.target()))
          .append("</code>\n<p class=\"")
          .append(style)
          .append("\">")
          .append(escape(finding.problem()))
          .append("</p>\n");
      users(finding.pages());
      page.append("</article>\n");
    }
    if (findings.size() > MOST_FINDINGS) {
      page.append("<p>and ")
          .append(count(findings.size() - MOST_FINDINGS, "other target"))
          .append("; the JSON report tells all</p>\n");
    }
  }

  private void users(List<String> pages) {
    page.append(pages.size() == 1 ? "<details open>" : "<details>")
        .append("<summary>in ")
        .append(count(pages.size(), "page"))
        .append("</summary>\n<ul>\n");
    pages.stream()
        .limit(MOST_PAGES)
        .forEach(user -> page.append("<li><code>").append(escape(user)).append("</code></li>\n"));
    if (pages.size() > MOST_PAGES) {
      page.append("<li>and ").append(number(pages.size() - MOST_PAGES)).append(" more</li>\n");
    }
    page.append("</ul>\n</details>\n");
  }

  private void slowest(List<Report.Timed> pages) {
    if (pages.isEmpty()) {
      return;
    }
    page.append("<h2>Slowest pages</h2>\n<table>\n");
    for (Report.Timed slow : pages) {
      page.append("<tr><td>")
          .append(seconds(slow.took()))
          .append("</td><td><code>")
          .append(escape(slow.page()))
          .append("</code></td></tr>\n");
    }
    page.append("</table>\n");
  }

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
