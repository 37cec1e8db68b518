package dev.musubi.examples.linkcheck;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;

class ReportsTest {
  private static final String NASTY =
      "</code><script>alert('x')</script>\"&\\ \u0000\u001b[31m\u2028 \ud83d\ude00 \ud800";
  private static final Report REPORT =
      new Report(
          NASTY,
          false,
          Duration.ofMillis(1234),
          new Report.Counts(1, 2345, 3, 4, 5, 6, 7),
          List.of(
              new Report.Finding(NASTY, NASTY, List.of(NASTY)),
              new Report.Finding("many", "gone", pages(120))),
          List.of(new Report.Finding("shy", "403 Forbidden", List.of("a"))),
          List.of(new Report.Timed(NASTY, Duration.ofMillis(15))));
  private static final Report EMPTY =
      new Report(
          "x",
          true,
          Duration.ZERO,
          new Report.Counts(0, 0, 0, 0, 0, 0, 0),
          List.of(),
          List.of(),
          List.of());

  private static List<String> pages(int number) {
    return IntStream.range(0, number).mapToObj(i -> "page" + i).toList();
  }

  @Test
  void jsonIsValidAndComplete() {
    assertThat(JsonSyntax.isValid(JsonReport.render(EMPTY))).isTrue();
    String json = JsonReport.render(REPORT);
    assertThat(JsonSyntax.isValid(json)).isTrue();
    assertThat(json)
        .contains("\"complete\": false")
        .contains("\"elapsedMillis\": 1234")
        .contains("</code><script>alert('x')</script>\\\"&\\\\ \\u0000\\u001b[31m")
        .contains("\\ud83d\\ude00 \\ud800\"")
        .contains("\"page119\"");
  }

  @Test
  void theCheckOfJsonIsStrict() {
    assertThat(JsonSyntax.isValid("{\"a\": [1, true, \"\\u00e4\", {}], \"b\": []}")).isTrue();
    assertThat(
            List.of("{", "{\"a\" 1}", "[1,]", "{\"a\":1,}", "\"\n\"", "\"\\x\"", "[1] 2", "01", "")
                .stream()
                .filter(JsonSyntax::isValid)
                .collect(joining(" ")))
        .isEmpty();
  }

  @Test
  void htmlEscapesEverything() {
    Document page = Jsoup.parse(HtmlReport.render(REPORT));

    assertThat(page.select("script")).isEmpty();
    assertThat(page.title()).contains("<script>alert('x')</script>");
    assertThat(page.selectFirst("article code").text()).contains("</code><script>");
    assertThat(page.selectFirst("article p").text()).contains("</code><script>");
    assertThat(page.selectFirst("article li").text()).contains("</code><script>");
    assertThat(page.selectFirst("td code").text()).contains("</code><script>");
  }

  @Test
  void htmlNeedsNothingElse() {
    Document page = Jsoup.parse(HtmlReport.render(REPORT));

    assertThat(page.select("[src], [href]")).isEmpty();
    assertThat(page.select("article")).hasSize(3);
    assertThat(page.text()).contains("partial", "120 pages", "and 70 more", "2,345");
    assertThat(Jsoup.parse(HtmlReport.render(EMPTY)).text()).contains("Nothing is broken");
  }

  @Test
  void listsEndSomewhere() {
    List<Report.Finding> findings =
        pages(1201).stream()
            .map(page -> new Report.Finding(page, "gone", List.of("index.html")))
            .toList();
    Report report =
        new Report("x", true, Duration.ZERO, EMPTY.counts(), findings, List.of(), List.of());

    assertThat(TextReport.render(report))
        .contains("  page199  (gone)")
        .doesNotContain("page200")
        .contains("  and 1,001 other targets; --json tells all\n")
        .contains("1,201 broken in");
    assertThat(Jsoup.parse(HtmlReport.render(report)).text())
        .contains("page999")
        .doesNotContain("page1000")
        .contains("and 201 other targets");
    assertThat(JsonReport.render(report)).contains("page1200");
  }

  @Test
  void textIsShortAndHarmless() {
    String text = TextReport.render(REPORT);

    assertThat(text.replace("\n", "")).doesNotContainPattern("\\p{Cntrl}");
    assertThat(text)
        .contains("in page2\n      and in 117 other pages\n")
        .contains("PARTIAL, 7 addresses not looked at: 2 broken in 3 links of 1 page to")
        .contains("to 2,345 addresses; 1 uncertain; 4 external not checked; 5 excluded; page limit")
        .endsWith("(1.2 s)\n");
    assertThat(TextReport.render(EMPTY))
        .isEqualTo("nothing broken in 0 links of 0 pages to 0 addresses (0 ms)\n");
  }
}
