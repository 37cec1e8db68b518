package dev.musubi.examples.linkcheck;

import static dev.musubi.Select.after;
import static dev.musubi.Select.select;

import dev.musubi.Cancelled;
import dev.musubi.JoinHandle;
import dev.musubi.Outcome;
import dev.musubi.Panicked;
import dev.musubi.Success;
import dev.musubi.Task;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;

/**
 * Walks over a site.
 *
 * <p>Three kinds of tasks: {@link #crawl()} runs in one, and alone touches the findings. For each
 * address it spawns a <em>visit</em>, which waits for a free slot of its host: there may be
 * thousands, a waiting task costs little. The visit spawns a third one, the <em>request</em>, so
 * that it can give up on a request that takes too long, and free the slot when it has really ended.
 */
final class Crawler {
  private static final Set<Integer> UNSURE = Set.of(401, 403, 405, 429);

  private final Source source;
  private final Settings settings;
  private final Findings findings = new Findings();
  private final List<URI> starts;
  private Scope scope;
  private int followed;
  private int open;
  private volatile Progress.State progress = findings.progress();

  // shared with the visits
  private final Map<String, Semaphore> slots = new ConcurrentHashMap<>();
  private final BlockingQueue<Visit> visits = new LinkedBlockingQueue<>();

  Crawler(Source source, List<URI> starts, Settings settings) {
    this.source = source;
    this.starts = List.copyOf(starts);
    this.scope = new Scope(starts.getFirst());
    this.settings = settings;
  }

  /** What was found. To be read when the task that runs {@link #crawl()} has ended. */
  Findings findings() {
    return findings;
  }

  /** How far the crawl is. To be asked by anyone, at any time. */
  Progress.State progress() {
    return progress;
  }

  /** Why the crawl found nothing at all, if so. */
  Optional<String> startProblem() {
    List<Optional<String>> problems =
        starts.stream().map(start -> findings.problem(new Link(start, ""))).toList();
    return problems.contains(Optional.<String>empty()) ? Optional.empty() : problems.getFirst();
  }

  /** The body of the task that crawls. It returns when every address has been looked at. */
  void crawl() throws InterruptedException {
    starts.forEach(this::discover);
    progress = findings.progress();
    while (open > 0) {
      take(visits.take());
      progress = findings.progress();
    }
  }

  private void discover(URI address) {
    if (!findings.add(address)) {
      return;
    }
    open++;
    boolean external = scope.of(address) == Scope.Reach.EXTERNAL;
    Task.builder()
        .name("visit " + address)
        .spawn(() -> visit(address, external))
        .detach(); // its result comes through the queue; the runtime still knows and ends it
  }

  private void take(Visit visit) {
    open--;
    findings.addVisit(visit);
    switch (visit.verdict()) {
      case Verdict.Redirected(URI to) -> redirect(visit.address(), to);
      case Verdict.Read(Page page, _) -> follow(visit.address(), page);
      case Verdict.Present _, Verdict.Broken _, Verdict.Unsure _ -> {}
    }
  }

  private void redirect(URI from, URI to) {
    scope = scope.movedBy(from, to);
    if (settings.external() || scope.of(to) != Scope.Reach.EXTERNAL) {
      discover(to);
    }
  }

  private void follow(URI address, Page page) {
    if (scope.of(address) != Scope.Reach.FOLLOWED) {
      return;
    }
    if (followed == settings.maxPages()) {
      findings.addUnfollowed();
      return;
    }
    followed++;
    page.malformed().forEach(written -> findings.addMalformed(address, written));
    for (Link link : page.links()) {
      if (settings.excludes(link)) {
        findings.addExcluded();
      } else if (!settings.external() && scope.of(link.address()) == Scope.Reach.EXTERNAL) {
        findings.addExternal();
      } else {
        findings.addUse(address, link);
        discover(link.address());
      }
    }
  }

  // ---------------------------------------------------------------- in the tasks of the visits

  private void visit(URI address, boolean external) throws InterruptedException {
    Semaphore slot = slots.computeIfAbsent(host(address), _ -> newSlots());
    slot.acquire();
    try {
      long begin = System.nanoTime();
      Verdict verdict = request(address, external);
      visits.add(new Visit(address, verdict, Duration.ofNanos(System.nanoTime() - begin)));
    } finally {
      slot.release();
    }
  }

  private Semaphore newSlots() {
    return new Semaphore(settings.perHost(), true); // fair: what was found first comes first
  }

  private static String host(URI address) {
    String authority = address.getRawAuthority();
    return authority == null ? "" : authority;
  }

  private Verdict request(URI address, boolean external) throws InterruptedException {
    JoinHandle<Verdict> request =
        Task.builder().name("get " + address).spawn(() -> judge(address, external));
    return select(
        request.onOutcome(Crawler::verdict).abortOnLose(),
        after(
            settings.timeout(),
            () -> new Verdict.Broken("no answer within " + Report.seconds(settings.timeout()))));
  }

  private static Verdict verdict(Outcome<Verdict> outcome) {
    return switch (outcome) {
      case Success(Verdict verdict) -> verdict;
      case Panicked(_, IOException e) -> new Verdict.Broken(describe(e));
      case Panicked(_, Throwable e) -> new Verdict.Broken("cannot be read: " + e);
      case Cancelled(_, var reason) -> new Verdict.Unsure("given up: " + reason);
    };
  }

  private Verdict judge(URI address, boolean external) throws IOException, InterruptedException {
    return switch (source.get(address, !external)) {
      case Answer.Moved(URI to) -> new Verdict.Redirected(to);
      case Answer.Refused(int status, String problem) ->
          external && UNSURE.contains(status)
              ? new Verdict.Unsure(problem)
              : new Verdict.Broken(problem);
      case Answer.Content content when external || content.media() == Media.OTHER ->
          new Verdict.Present();
      case Answer.Content content -> read(address, content);
    };
  }

  private static Verdict read(URI address, Answer.Content content) throws IOException {
    Page page = PageParser.parse(address, content);
    return page.refresh().isPresent() && !page.refresh().get().equals(address)
        ? new Verdict.Redirected(page.refresh().get()) // a stub: readers never see it
        : new Verdict.Read(page, content.media());
  }

  private static String describe(IOException e) {
    String message = e.getMessage();
    if (message != null) {
      return message;
    }
    return e instanceof ConnectException ? "connection refused" : e.getClass().getSimpleName();
  }
}
