"""Text that people wrote, as a small part of Markdown: emphasis, lists, links. Nothing else, for no role."""

from functools import cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

RULES = ["list", "emphasis", "link", "newline", "escape", "entity"]
TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a"}
SCHEMES = ("http://", "https://", "mailto:")


def prose(text: str) -> Markup:
    """The text as sanitised HTML; what is no part of the subset stays as it was typed.

    >>> str(prose("**Ours**, <b>not</b> [this](javascript:x)"))
    '<p><strong>Ours</strong>, &lt;b&gt;not&lt;/b&gt; [this](javascript:x)</p>'
    """
    made = _markdown().render(text)
    clean = nh3.clean(
        made,
        tags=TAGS,
        attributes={"a": {"href"}},
        attribute_filter=_absolute_only,
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(clean.strip())  # noqa: S704 -- sanitised the line above


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("zero", {"html": False, "linkify": False, "breaks": True}).enable(RULES)


def _absolute_only(_tag: str, attribute: str, value: str) -> str | None:
    """A link leads to the web or to an address, never to a page of ours: those act for whoever follows it."""
    return value if attribute != "href" or value.lower().startswith(SCHEMES) else None
