package dev.musubi.examples.linkcheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FolderSiteTest {
  @TempDir Path folder;

  @Test
  void siteWithoutFaults() throws IOException {
    write(
        "index.html",
        """
        <a href="sub/">directory</a> <a href="sub">the same</a> <a href="sub/page.html?q=1#a">page</a>
        <a href="#">top</a> <a href="a%20b.txt">file</a> <a href="https://elsewhere.invalid/">far</a>
        """);
    write("sub/index.html", "<a href='../index.html'>back</a> <a href='page.html#b c'>page</a>");
    write("sub/page.html", "<h1 id=a>a</h1><h2 id='b c'>b</h2>");
    write("a b.txt", "text");

    Run run = Run.of(folder);

    assertThat(run.out()).contains("nothing broken in").contains("1 external not checked");
    assertThat(run.exitCode()).isZero();
    assertThat(Run.of("--quiet", folder)).isEqualTo(new Run(0, "", ""));
  }

  @Test
  void brokenLinkAndBrokenAnchor() throws IOException {
    write("index.html", "<a href=gone.html#x>1</a> <a href=page.html#no>2</a>");
    write("page.html", "<a href=gone.html>3</a> <a href=#yes>4</a> <p id=yes>");

    Run run = Run.of(folder);

    assertThat(run.out())
        .contains("  gone.html  (no such file)\n      in index.html\n      in page.html\n")
        .contains("  page.html#no  (no such anchor in the page)\n      in index.html\n")
        .doesNotContain("yes")
        .contains("2 broken in 4 links of 2 pages to 3 addresses");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(Run.of("--fail-on", "none", folder).exitCode()).isZero();
  }

  @Test
  void oneAnchorMayBeBrokenBehindTheIndexOfDirectory() throws IOException {
    write("index.html", "<a href=sub#no>1</a> <a href=sub/#yes>2</a>");
    write("sub/index.html", "<p id=yes>");

    assertThat(Run.of(folder).out()).contains("  sub#no  (no such anchor").contains("1 broken");
  }

  @Test
  void linksThatOnlyLookRight() throws IOException {
    write("index.html", "<a href=empty/>1</a> <a href=file.txt/>2</a> <a href='http://['>3</a>");
    Files.createDirectories(folder.resolve("empty"));
    write("file.txt", "");

    assertThat(Run.of(folder).out())
        .contains("empty/  (a directory without index.html)")
        .contains("file.txt/  (a file, not a directory)")
        .contains("http://[  (not an address)")
        .contains("3 broken");
  }

  @Test
  void styleSheetsAndImages() throws IOException {
    write("index.html", "<link rel=stylesheet href=css/s.css><img src=i.png><script src=s.js>");
    write("css/s.css", "@import 'more.css'; a { background: url(../b.png) }");

    assertThat(Run.of(folder).out())
        .contains("css/more.css", "b.png", "i.png", "s.js")
        .contains("4 broken");
  }

  @Test
  void aFolderWithoutIndexIsCheckedFileByFile() throws IOException {
    write("a.html", "<a href=no1>");
    write("sub/b.html", "<a href=no2>");

    assertThat(Run.of(folder).out()).contains("no1", "sub/no2").contains("2 broken");
  }

  @Test
  void aFileIsStartedWith() throws IOException {
    write("a.html", "<a href=b.html>");
    write("b.html", "");
    write("c.html", "<a href=no>");

    assertThat(Run.of(folder.resolve("a.html")).out()).contains("of 2 pages").contains("nothing");
  }

  @Test
  void excludedLinksAreNotChecked() throws IOException {
    write("index.html", "<a href=gone/1.html>1</a> <a href=x.html>2</a> <a href=#no>3</a>");

    assertThat(Run.of("--exclude", "^gone/|#no", folder).out())
        .contains("1 broken")
        .contains("2 excluded");
  }

  @Test
  void onlySoManyPagesAreFollowed() throws IOException {
    write("index.html", "<a href=a.html>");
    write("a.html", "<a href=no.html><a href=no2.html>");

    Run run = Run.of("--max-pages", "1", folder);

    assertThat(run.out()).contains("nothing broken").contains("links of 1 page not followed");
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void stubsOfMovedPagesAreRedirects() throws IOException {
    write("index.html", "<meta http-equiv=refresh content='0;url=module/page.html'>");
    write("module/page.html", "<a href=../stub.html#yes>1</a> <a href=../stub.html#no>2</a>");
    write("stub.html", "<meta http-equiv=refresh content='0;url=other.html'>");
    write("other.html", "<p id=yes> <a href=gone.html>");

    assertThat(Run.of(folder).out())
        .contains("  stub.html#no  (no such anchor in the page)")
        .contains("  gone.html  (no such file)\n      in other.html")
        .contains("2 broken in 3 links of 2 pages");
  }

  @Test
  void theSameOverHttp() throws IOException {
    write("index.html", "<a href=sub>1</a> <a href=sub/page.html#no>2</a> <a href=gone>3</a>");
    write("sub/index.html", "<a href=page.html>");
    write("sub/page.html", "");

    Run run = Run.of("--serve", folder);

    assertThat(run.out())
        .contains("/gone  (404 Not Found)")
        .contains("/sub/page.html#no  (no such anchor")
        .contains("2 broken in 4 links of 3 pages");
    assertThat(run.exitCode()).isEqualTo(1);
  }

  @Test
  void reportsAreWritten() throws IOException {
    write("index.html", "<a href='<b>&quot;.html'>");
    Path json = folder.resolve("report.json");
    Path html = folder.resolve("report.html");

    Run.of("--json", json, "--html", html, folder);

    assertThat(json).content().contains("\"target\": \"<b>\\\".html\"");
    assertThat(html).content().contains("&lt;b&gt;&quot;.html").doesNotContain("<b>");
  }

  @Test
  void whatCanNotBeCheckedIsAnErrorOfUsage() throws IOException {
    assertThat(Run.of(folder).err()).contains("there is no HTML file in");
    write("index.html", "");

    assertThat(Run.of(folder.resolve("no")).exitCode()).isEqualTo(2);
    assertThat(Run.of().exitCode()).isEqualTo(2);
    assertThat(Run.of("--no-such-option", folder).exitCode()).isEqualTo(2);
    assertThat(Run.of("--per-host", "0", folder).exitCode()).isEqualTo(2);
    assertThat(Run.of("--timeout", "0s", folder).exitCode()).isEqualTo(2);
    assertThat(Run.of("--max-pages", "0", folder).exitCode()).isEqualTo(2);
    assertThat(Run.of("--serve", "http://localhost/").exitCode()).isEqualTo(2);
    assertThat(Run.of("http://[", "--quiet").exitCode()).isEqualTo(2);
    Run unwritable = Run.of("--json", folder.resolve("no/such/folder.json"), folder);
    assertThat(unwritable.exitCode()).isEqualTo(2);
    assertThat(unwritable.err()).contains("NoSuchFileException");
  }

  private void write(String file, String content) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, content);
  }
}
