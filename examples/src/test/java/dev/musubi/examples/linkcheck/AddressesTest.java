package dev.musubi.examples.linkcheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.URISyntaxException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {
  private static final URI PAGE = URI.create("http://site.test/docs/guide/page.html?old=1");
  private static final URI FILE = URI.create("folder:/guide/page.html");

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          other.html,                 http://site.test/docs/guide/other.html
          ./other.html,               http://site.test/docs/guide/other.html
          ../up.html,                 http://site.test/docs/up.html
          ../../../../top.html,       http://site.test/top.html
          /root.html,                 http://site.test/root.html
          ?q=1,                       http://site.test/docs/guide/page.html?q=1
          //Other.Test/x,             http://other.test/x
          http://OTHER.test,          http://other.test/
          HTTP://other.test:80/,      http://other.test/
          https://other.test:443/a,   https://other.test/a
          http://other.test:81/a,     http://other.test:81/a
          'a b.html',                 http://site.test/docs/guide/a%20b.html
          a%7eb%2Fc.html,             http://site.test/docs/guide/a~b%2Fc.html
          100%.html,                  http://site.test/docs/guide/100%25.html
          ü.html,                     http://site.test/docs/guide/%C3%BC.html
          x[0]{1}|.html,              http://site.test/docs/guide/x%5B0%5D%7B1%7D%7C.html
          https://bücher.test/,       https://xn--bcher-kva.test/
          http://[::1]:8080/a,        http://[::1]:8080/a
          '  other.html  ',           http://site.test/docs/guide/other.html
          """)
  void resolvesLikeBrowsers(String written, String expected) throws URISyntaxException {
    assertThat(Addresses.resolve(PAGE, written).address()).hasToString(expected);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          other.html,             folder:/guide/other.html
          other.html?q=1,         folder:/guide/other.html
          ?q=1,                   folder:/guide/page.html
          /,                      folder:/
          ../../../x.html,        folder:/x.html
          //cdn.test/a.js,        https://cdn.test/a.js
          http://site.test/x,     http://site.test/x
          """)
  void resolvesInFolders(String written, String expected) throws URISyntaxException {
    assertThat(Addresses.resolve(FILE, written).address()).hasToString(expected);
  }

  @Test
  void splitsTheFragmentOff() throws URISyntaxException {
    assertThat(Addresses.resolve(PAGE, "#a%20b")).isEqualTo(new Link(PAGE, "a%20b"));
    assertThat(Addresses.resolve(PAGE, "")).isEqualTo(new Link(PAGE, ""));
    assertThat(Addresses.resolve(FILE, "x.html#join()"))
        .isEqualTo(new Link(URI.create("folder:/guide/x.html"), "join()"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://", "http:foo", "http://[x", "https://a b/"})
  void rejectsWhatIsNoAddress(String written) {
    assertThatThrownBy(() -> Addresses.resolve(PAGE, written))
        .isInstanceOf(URISyntaxException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mailto:a@b",
        "JavaScript:void(0)",
        " data:image/png;base64,x",
        "tel:1",
        "ftp://x"
      })
  void skipsOtherSchemes(String written) {
    assertThat(Addresses.isCheckable(written)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "#x", "a/b:c", "?a:b", "http://x", "//x", "/x"})
  void looksAtTheRest(String written) {
    assertThat(Addresses.isCheckable(written)).isTrue();
  }

  @Test
  void decodes() {
    assertThat(Addresses.decode("%3Cinit%3E(%C3%BC)%zz%")).isEqualTo("<init>(ü)%zz%");
    assertThat(Addresses.display(URI.create("folder:/a%20b.html"))).isEqualTo("a b.html");
  }
}
