package dev.musubi.examples.linkcheck;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingInt;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** All that a crawl has found so far. Not thread-safe: it belongs to the task that crawls. */
final class Findings {
  private static final int MOST_REDIRECTS = 10;
  private static final int SLOWEST = 5;

  private record Timed(URI address, Duration took) {}

  private final Set<URI> found = new HashSet<>();
  private final Map<URI, Verdict> verdicts = new HashMap<>();
  private final Map<Link, List<URI>> uses = new LinkedHashMap<>();
  private final Map<String, List<URI>> malformed = new LinkedHashMap<>();
  private final List<Timed> times = new ArrayList<>();
  private int links;
  private int dead;
  private int external;
  private int excluded;
  private int unfollowed;

  /** Notes an address that is to be looked at; false if it was known. */
  boolean add(URI address) {
    return found.add(address);
  }

  void addVisit(Visit visit) {
    Verdict verdict = visit.verdict();
    switch (verdict) {
      case Verdict.Read(Page page, Media media) -> {
        verdict = new Verdict.Read(page.anchorsOnly(), media); // the links of large sites are many
        if (media == Media.HTML) {
          times.add(new Timed(visit.address(), visit.took()));
        }
      }
      case Verdict.Broken _ -> dead++;
      default -> {}
    }
    verdicts.put(visit.address(), verdict);
  }

  void addUse(URI page, Link link) {
    links++;
    uses.computeIfAbsent(link, _ -> new ArrayList<>()).add(page);
  }

  void addMalformed(URI page, String written) {
    links++;
    dead++;
    malformed.computeIfAbsent(written, _ -> new ArrayList<>()).add(page);
  }

  void addExternal() {
    external++;
  }

  void addExcluded() {
    excluded++;
  }

  void addUnfollowed() {
    unfollowed++;
  }

  Progress.State progress() {
    return new Progress.State(found.size(), verdicts.size(), times.size(), dead);
  }

  /** Why an address that was looked at is of no use, if so. */
  Optional<String> problem(Link link) {
    return end(link.address()) instanceof Verdict.Broken(String problem)
        ? Optional.of(problem)
        : Optional.empty();
  }

  Report report(String site, boolean complete, Duration elapsed) {
    List<Report.Finding> broken = new ArrayList<>();
    malformed.forEach((written, users) -> broken.add(finding(written, "not an address", users)));
    broken.addAll(findings(this::brokenness));
    broken.sort(mostUsedFirst());
    List<Report.Finding> unsure = findings(this::unsureness);
    unsure.sort(mostUsedFirst());
    List<Report.Timed> slowest =
        times.stream()
            .sorted(comparing(Timed::took).reversed())
            .limit(SLOWEST)
            .map(page -> new Report.Timed(Addresses.display(page.address()), page.took()))
            .toList();
    Report.Counts counts =
        new Report.Counts(
            times.size(),
            verdicts.size(),
            links,
            external,
            excluded,
            unfollowed,
            found.size() - verdicts.size());
    return new Report(site, complete, elapsed, counts, broken, unsure, slowest);
  }

  private static Comparator<Report.Finding> mostUsedFirst() {
    return comparingInt((Report.Finding finding) -> -finding.pages().size())
        .thenComparing(Report.Finding::target);
  }

  /** Groups the uses of all links that have a problem by what is to be repaired. */
  private List<Report.Finding> findings(Function<Link, Optional<Target>> judge) {
    Map<Target, Set<URI>> users = new LinkedHashMap<>();
    uses.forEach((link, from) ->
        judge
            .apply(link)
            .ifPresent(target -> users.computeIfAbsent(target, _ -> new HashSet<>()).addAll(from)));
    List<Report.Finding> findings = new ArrayList<>();
    users.forEach((target, from) -> findings.add(finding(target.name(), target.problem(), from)));
    return findings;
  }

  private static Report.Finding finding(String target, String problem, Iterable<URI> users) {
    List<String> names = new ArrayList<>();
    users.forEach(user -> names.add(Addresses.display(user)));
    names.sort(null);
    return new Report.Finding(target, problem, List.copyOf(names));
  }

  /** What is broken: a whole address, whatever the fragment, or one anchor of a page. */
  private record Target(String name, String problem) {}

  private Optional<Target> brokenness(Link link) {
    return switch (end(link.address())) {
      case Verdict.Broken(String problem) -> Optional.of(target(link.address(), problem));
      case Verdict.Read(Page page, Media media)
          when media == Media.HTML && !page.hasAnchor(link.fragment()) ->
          Optional.of(new Target(link.display(), "no such anchor in the page"));
      case null, default -> Optional.empty();
    };
  }

  private Optional<Target> unsureness(Link link) {
    return end(link.address()) instanceof Verdict.Unsure(String problem)
        ? Optional.of(target(link.address(), problem))
        : Optional.empty();
  }

  private Target target(URI address, String problem) {
    String where =
        verdicts.get(address) instanceof Verdict.Redirected(URI to)
            ? " (redirected to " + Addresses.display(to) + ")"
            : "";
    return new Target(Addresses.display(address), problem + where);
  }

  /** The verdict at the end of the redirects; null if it is not known. */
  private @Nullable Verdict end(URI address) {
    URI at = address;
    for (int i = 0; i <= MOST_REDIRECTS; i++) {
      Verdict verdict = verdicts.get(at);
      if (!(verdict instanceof Verdict.Redirected(URI to))) {
        return verdict;
      }
      at = to;
    }
    return new Verdict.Broken("more than " + MOST_REDIRECTS + " redirects");
  }
}
