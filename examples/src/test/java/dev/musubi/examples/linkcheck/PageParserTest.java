package dev.musubi.examples.linkcheck;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PageParserTest {
  private static final URI PAGE = URI.create("folder:/docs/page.html");

  @Test
  void findsAllKindsOfReferences() throws IOException {
    Page page =
        html(
            """
            <link rel=stylesheet href=style.css><link rel="preconnect" href="https://fonts.test">
            <script src=script.js></script><script>var x = '<a href="not-a-link">'</script>
            <meta http-equiv="Refresh" content="5; URL='moved.html'">
            <style>@import "sheet.css"; /* url(gone.png) */ b { background: url( 'back.png' ) }</style>
            <a href="a.html#x">a</a> <a href="a.html#x">again</a> <a href="#here">here</a>
            <a name=old>no link</a> <a href="mailto:x@y">m</a> <a href="javascript:x()">j</a>
            <img src="i.png" srcset="i1.png 1x, i2.png 2x"><img src="data:image/png;base64,AAAA">
            <area href=area.html><iframe src=frame.html></iframe><object data=o.svg></object>
            <video src=v.mp4 poster=p.png></video><audio src=s.ogg></audio>
            <p style="background: url(inline.png)"></p>
            """);

    assertThat(page.links().stream().map(Link::display))
        .containsExactlyInAnyOrder(
            "docs/style.css",
            "docs/script.js",
            "docs/moved.html",
            "docs/sheet.css",
            "docs/back.png",
            "docs/a.html#x",
            "docs/page.html#here",
            "docs/i.png",
            "docs/i1.png",
            "docs/i2.png",
            "docs/area.html",
            "docs/frame.html",
            "docs/o.svg",
            "docs/v.mp4",
            "docs/p.png",
            "docs/s.ogg",
            "docs/inline.png");
    assertThat(page.malformed()).isEmpty();
  }

  @Test
  void findsAnchors() throws IOException {
    Page page =
        html("<h1 id=one>1</h1><a name=two></a><p name=three id='&lt;init&gt;(int[])'></p>");

    assertThat(page.anchors()).containsExactlyInAnyOrder("one", "two", "<init>(int[])");
    assertThat(page.hasAnchor("one")).isTrue();
    assertThat(page.hasAnchor("three")).isFalse();
    assertThat(page.hasAnchor("%3Cinit%3E(int%5B%5D)")).isTrue();
    assertThat(page.hasAnchor("<init>(int[])")).isTrue();
    assertThat(page.hasAnchor("")).isTrue();
    assertThat(page.hasAnchor("Top")).isTrue();
    assertThat(page.hasAnchor("one:~:text=words")).isTrue();
    assertThat(page.hasAnchor("none:~:text=words")).isFalse();
  }

  @Test
  void heedsTheBase() throws IOException {
    Page page = html("<base href='../other/'><a href=x.html>x</a><a href=#f>f</a>");

    assertThat(page.links().stream().map(Link::display))
        .containsExactlyInAnyOrder("other/x.html", "other/#f");
  }

  @Test
  void pageThatSendsItsReaderOn() throws IOException {
    URI there = URI.create("folder:/there.html");

    assertThat(html("<meta http-equiv=refresh content='0;url=../there.html'>").refresh())
        .contains(there);
    assertThat(html("<meta http-equiv=Refresh content='0, ../there.html'>").refresh())
        .contains(there);
    assertThat(html("<meta http-equiv=refresh content=30>").refresh()).isEmpty();
    assertThat(html("<meta http-equiv=refresh content='9;url=there.html'>").refresh()).isEmpty();
    assertThat(html("<meta http-equiv=refresh content='0;url=http://['>").malformed()).hasSize(1);
  }

  @Test
  void keepsWhatIsNoAddress() throws IOException {
    assertThat(html("<a href='http://[x'>x</a>").malformed()).containsExactly("http://[x");
  }

  @Test
  void heedsTheCharacterSet() throws IOException {
    String page = "<p id='ü'></p>";

    assertThat(html(page, UTF_8, Optional.of("utf-8")).anchors()).containsExactly("ü");
    assertThat(html(page, ISO_8859_1, Optional.of("latin1")).anchors()).containsExactly("ü");
    assertThat(html("<meta charset=latin1>" + page, ISO_8859_1, Optional.empty()).anchors())
        .containsExactly("ü");
    assertThat(html(page, UTF_8, Optional.of("no such thing")).anchors()).containsExactly("ü");
  }

  @Test
  void readsStyleSheets() throws IOException {
    String sheet = "@import url(x.css); a { src: url(\"../f.woff\") } b { c: url(data:x) }";
    Page page =
        PageParser.parse(
            URI.create("folder:/css/s.css"),
            new Answer.Content(
                Media.CSS, ByteBuffer.wrap(sheet.getBytes(UTF_8)), Optional.empty()));

    assertThat(page.links().stream().map(Link::display))
        .containsExactlyInAnyOrder("css/x.css", "f.woff");
  }

  private static Page html(String text) throws IOException {
    return html(text, UTF_8, Optional.empty());
  }

  private static Page html(String text, Charset written, Optional<String> named)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(written));
    return PageParser.parse(PAGE, new Answer.Content(Media.HTML, bytes, named));
  }
}
