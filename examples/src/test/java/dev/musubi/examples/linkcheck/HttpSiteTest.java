package dev.musubi.examples.linkcheck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.musubi.JoinHandle;
import dev.musubi.TaskInfo;
import dev.musubi.TaskRuntime;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HttpSiteTest {
  private TestSite site;

  @BeforeEach
  void open() throws IOException {
    site = new TestSite();
  }

  @AfterEach
  void close() {
    site.close();
  }

  @Test
  void pagesRedirectsAndMissingPages() {
    site.page(
            "/", "<a href=old#yes>1</a> <a href=old#no>2</a> <a href=gone>3</a> <a href=503>4</a>")
        .redirect("/old", "/dir/new.html")
        .page("/dir/new.html", "<p id=yes> <a href=sibling>5</a> <a href='?q=a b'>6</a>")
        .page("/dir/new.html?q=a%20b", "query")
        .status("/503", 503);

    Run run = Run.of(site.address("/"));

    assertThat(run.out())
        .contains("/gone  (404 Not Found)")
        .contains("/old#no  (no such anchor")
        .contains("/dir/sibling  (404 Not Found)")
        .contains("/503  (503 Service Unavailable)")
        .contains("4 broken in 6 links of 3 pages");
    assertThat(run.exitCode()).isEqualTo(1);
  }

  @Test
  void redirectsThatLeadNowhere() {
    site.page("/", "<a href=loop>1</a> <a href=dead>2</a>")
        .redirect("/loop", "/loop2")
        .redirect("/loop2", "/loop")
        .redirect("/dead", "/gone");

    assertThat(Run.of(site.address("/")).out())
        .contains("/loop  (more than 10 redirects (redirected to ")
        .contains("/dead  (404 Not Found (redirected to " + site.address("/gone") + "))")
        .contains("2 broken");
  }

  @Test
  void theSiteIsWhereTheStartPageIsRedirectedTo() throws IOException {
    try (TestSite moved = new TestSite()) {
      site.redirect("/docs", moved.address("/docs/").toString());
      moved.page("/docs/", "<a href=page>1</a> <a href=/>2</a>");
      moved.page("/docs/page", "<a href=gone>3</a>");
      moved.page("/", "<a href=not-below-docs>4</a>");

      assertThat(Run.of(site.address("/docs")).out())
          .contains("/docs/gone")
          .doesNotContain("not-below-docs")
          .contains("1 broken in 3 links");
    }
  }

  @Test
  void theSiteIsTheDirectoryThatTheStartPageIsRedirectedTo() {
    site.redirect("/docs", "/docs/").page("/docs/", "<a href=/>1</a>");
    site.page("/", "<a href=not-below-docs>2</a>");

    assertThat(Run.of(site.address("/docs")).out()).contains("nothing broken in 1 link of 2 pages");
  }

  @Test
  void slowPageIsGivenUp() throws InterruptedException {
    site.page("/", "<a href=slow>1</a> <a href=quick>2</a>").slow("/slow").page("/quick", "");

    Run run = Run.of("--timeout", "5s", site.address("/"));

    assertThat(run.out()).contains("/slow  (no answer within 5.0 s)").contains("1 broken");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(site.slowRequested.getCount()).isZero();
  }

  @Test
  void otherSitesAreCheckedOnDemand() throws IOException {
    try (TestSite other = new TestSite()) {
      String far = other.address("").toString();
      site.page(
          "/",
          "<a href=%1$s/ok#any>1</a> <a href=%1$s/gone>2</a> <a href=%1$s/shy>3</a>"
              .formatted(far));
      other.page("/ok", "<a href=never-followed>").status("/shy", 403);

      assertThat(Run.of(site.address("/")).out())
          .contains("nothing broken")
          .contains("3 external not checked");
      assertThat(Run.of("--external", site.address("/")).out())
          .contains("uncertain\n  " + far + "/shy  (403 Forbidden)")
          .contains(far + "/gone  (404 Not Found)")
          .contains("1 broken in 3 links of 1 page")
          .doesNotContain("never-followed");
    }
  }

  @Test
  void unreachableStart() throws IOException {
    URI nobody;
    try (TestSite gone = new TestSite()) {
      nobody = gone.address("/");
    }

    assertThat(Run.of(nobody).exitCode()).isEqualTo(2);
    Run run = Run.of(site.address("/no-such-page"));
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("404 Not Found");
  }

  @Test
  void neverMoreRequestsToOneHostThanAllowed() throws Exception {
    int limit = 3;
    int pages = 20;
    AtomicInteger inFlight = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch gate = new CountDownLatch(1);
    StringBuilder index = new StringBuilder();
    for (int i = 0; i < pages; i++) {
      index.append("<a href=/").append(i).append('>');
      site.handler(
          "/" + i,
          exchange -> {
            most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
            awaitUnchecked(gate);
            inFlight.decrementAndGet(); // before the answer: the slot is still taken
            TestSite.answer(exchange, 200, "");
          });
    }
    site.page("/", index.toString());

    try (HttpSource http = new HttpSource();
        TaskRuntime runtime = TaskRuntime.create()) {
      Crawler crawler =
          new Crawler(http, List.of(site.address("/")), Settings.DEFAULT.withPerHost(limit));
      JoinHandle<@Nullable Void> crawl = runtime.spawn(() -> crawler.crawl());
      // all visits exist, as many as allowed have got through to the server, and the gate is shut
      while (named(runtime, "visit ") < pages || inFlight.get() < limit) {
        Thread.onSpinWait();
      }
      assertThat(named(runtime, "get ")).isEqualTo(limit);
      gate.countDown();
      crawl.join();

      assertThat(crawler.progress().pages()).isEqualTo(pages + 1);
      assertThat(most).hasValue(limit);
    }
  }

  private static long named(TaskRuntime runtime, String prefix) {
    return runtime.liveTasks().stream()
        .map(TaskInfo::id)
        .filter(id -> id.name().orElse("").startsWith(prefix))
        .count();
  }

  private static void awaitUnchecked(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
