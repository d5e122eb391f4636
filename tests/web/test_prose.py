"""The small Markdown subset: what it makes of texts, and that nothing else comes through."""

import pytest

from app.web.prose import prose
from tests.web.test_payloads import XSS, markup_of_payloads


@pytest.mark.parametrize(
    ("text", "html"),
    [
        pytest.param("one\n\ntwo", "<p>one</p>\n<p>two</p>", id="paragraphs"),
        pytest.param("*so* and **so**", "<p><em>so</em> and <strong>so</strong></p>", id="emphasis"),
        pytest.param("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>", id="list"),
        pytest.param("# no heading", "<p># no heading</p>", id="no heading"),
        pytest.param("![x](https://a.example/x.png)", None, id="no picture"),
        pytest.param("`code` <b>b</b>", "<p>`code` &lt;b&gt;b&lt;/b&gt;</p>", id="no html"),
        pytest.param("5 * 3 = 15", "<p>5 * 3 = 15</p>", id="plain"),
    ],
)
def test_the_subset(text: str, html: str | None) -> None:
    made = str(prose(text))
    assert "<img" not in made
    if html is not None:
        assert made == html


def test_links_are_followed_by_nobody_and_lead_to_the_web_or_mail() -> None:
    made = str(prose("[a](https://a.example) [b](mailto:b@example.org)"))
    assert 'href="https://a.example" rel="noopener noreferrer nofollow"' in made
    for scheme in ("javascript:zqx()", "data:text/html,zqx", "file:///etc", "vbscript:zqx", "JaVaScRiPt:zqx()"):
        assert "href" not in str(prose(f"[a]({scheme})")), scheme


@pytest.mark.parametrize("payload", XSS)
def test_no_payload_becomes_markup(payload: str) -> None:
    assert markup_of_payloads(str(prose(payload))) == []
    assert markup_of_payloads(str(prose(f"[a]({payload})"))) == []
