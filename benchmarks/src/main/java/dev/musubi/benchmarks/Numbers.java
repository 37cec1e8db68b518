package dev.musubi.benchmarks;

import java.util.Arrays;
import java.util.Locale;

/** Order statistics, and numbers as text. */
final class Numbers {
  private Numbers() {}

  static double median(double[] values) {
    return quantile(values, 0.5);
  }

  /** For what is counted in coarse steps, such as CPU time: there the median would jump. */
  static double mean(double[] values) {
    return Arrays.stream(values).average().orElse(Double.NaN);
  }

  /** Between the two nearest values, in proportion; NaN if there are none. */
  static double quantile(double[] values, double q) {
    if (values.length == 0) {
      return Double.NaN;
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double at = q * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }

  static double[] ratios(double[] values, double[] to) {
    double[] ratios = new double[Math.min(values.length, to.length)];
    Arrays.setAll(ratios, i -> values[i] / to[i]);
    return ratios;
  }

  /** With no decimals. */
  static String whole(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%,.0f", value) : "-";
  }

  /** With two decimals. */
  static String two(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.2f", value) : "-";
  }

  static String percent(double ratio) {
    return Double.isFinite(ratio) ? String.format(Locale.ROOT, "%.1f %%", 100 * ratio) : "-";
  }

  /** The middle four fifths. */
  static String spread(double[] values) {
    return whole(quantile(values, 0.1)) + " to " + whole(quantile(values, 0.9));
  }

  static String spreadOfTwo(double[] values) {
    return two(quantile(values, 0.1)) + " to " + two(quantile(values, 0.9));
  }
}
