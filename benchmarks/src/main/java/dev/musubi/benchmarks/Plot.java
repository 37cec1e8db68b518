package dev.musubi.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A drawing of bars: a bar for each contestant, as long as its median, with a line over the middle
 * four fifths of its samples.
 */
final class Plot {
  private static final int LEFT = 170;
  private static final int WIDTH = 430;
  private static final int ROW = 30;
  private static final int TOP = 56;

  private record Bar(String label, double low, double median, double high) {}

  private final String title;
  private final String unit;
  private final List<Bar> bars = new ArrayList<>();

  Plot(String title, String unit) {
    this.title = title;
    this.unit = unit;
  }

  void bar(String label, double[] samples) {
    bars.add(
        new Bar(
            label,
            Numbers.quantile(samples, 0.1),
            Numbers.median(samples),
            Numbers.quantile(samples, 0.9)));
  }

  void write(String folder, String name) throws IOException {
    Path plots = Files.createDirectories(Path.of(folder, "plots"));
    Files.writeString(plots.resolve(name + ".svg"), draw());
  }

  private String draw() {
    double most = bars.stream().mapToDouble(Bar::high).max().orElse(1);
    int height = TOP + ROW * bars.size() + 16;
    int width = LEFT + WIDTH + 110;
    StringBuilder svg = new StringBuilder();
    line(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"13\">",
        width,
        height,
        width,
        height);
    line(svg, "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", width, height);
    text(svg, 12, 22, "start", "#1a1a1a", title);
    text(svg, 12, 40, "start", "#666666", unit + "; shorter is better");
    int y = TOP;
    for (Bar bar : bars) {
      int middle = y + ROW / 2;
      String colour = bar.label.startsWith(Contest.MUSUBI) ? "#b5482f" : "#8a94a6";
      text(svg, LEFT - 10, middle + 4, "end", "#1a1a1a", bar.label);
      line(
          svg,
          "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>",
          LEFT,
          y + 5,
          bar.median / most * WIDTH,
          ROW - 10,
          colour);
      line(
          svg,
          "<path d=\"M%.1f %dH%.1f\" stroke=\"#1a1a1a\" stroke-width=\"1.5\"/>",
          LEFT + bar.low / most * WIDTH,
          middle,
          LEFT + bar.high / most * WIDTH);
      text(
          svg,
          LEFT + (int) (bar.high / most * WIDTH) + 8,
          middle + 4,
          "start",
          "#1a1a1a",
          Numbers.whole(bar.median));
      y += ROW;
    }
    return svg.append("</svg>\n").toString();
  }

  private static void text(
      StringBuilder svg, int x, int y, String anchor, String colour, String text) {
    line(
        svg,
        "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" fill=\"%s\">%s</text>",
        x,
        y,
        anchor,
        colour,
        text.replace("&", "&amp;").replace("<", "&lt;"));
  }

  private static void line(StringBuilder svg, String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
