package dev.musubi.examples.linkcheck;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The report for programs: everything, nothing shortened. */
final class JsonReport {
  private JsonReport() {}

  static String render(Report report) {
    Report.Counts counts = report.counts();
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("pages", counts.pages());
    figures.put("addresses", counts.addresses());
    figures.put("links", counts.links());
    figures.put("broken", report.broken().size());
    figures.put("uncertain", report.unsure().size());
    figures.put("externalNotChecked", counts.external());
    figures.put("excluded", counts.excluded());
    figures.put("pagesNotFollowed", counts.unfollowed());
    figures.put("addressesNotLookedAt", counts.pending());

    Map<String, Object> json = new LinkedHashMap<>();
    json.put("site", report.site());
    json.put("complete", report.complete());
    json.put("elapsedMillis", report.elapsed().toMillis());
    json.put("counts", figures);
    json.put("broken", findings(report.broken()));
    json.put("uncertain", findings(report.unsure()));
    json.put("slowestPages", report.slowest().stream().map(JsonReport::timed).toList());
    return Json.write(json);
  }

  private static List<Map<String, Object>> findings(List<Report.Finding> findings) {
    return findings.stream().map(JsonReport::finding).toList();
  }

  private static Map<String, Object> finding(Report.Finding finding) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("target", finding.target());
    json.put("problem", finding.problem());
    json.put("pages", finding.pages());
    return json;
  }

  private static Map<String, Object> timed(Report.Timed timed) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("page", timed.page());
    json.put("millis", timed.took().toMillis());
    return json;
  }
}
