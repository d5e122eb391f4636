"""From a drawing to what a page or a file needs: colours of a theme, patterns, and for files a title and a source.

A drawing is SVG whose colours are names of tokens and whose text is text: it can be read out, searched, selected and
checked against the table. Files name fonts of the same widths that every machine has one of.
"""

import html
import re
import textwrap

from app.consensus.figures.model import Figure
from app.documents.tokens import Theme, coloured

EDGE, TITLE, BODY, SMALL = 28, 20, 13, 11
ROLES = re.compile(r' (?:role|aria-roledescription|aria-hidden)="[^"]*"')
SIZE = re.compile(r'<svg[^>]* width="([\d.]+)" height="([\d.]+)" viewBox="[^"]*">')
# average widths of a sign, on the safe side
WIDTH_OF = {TITLE: 0.56, BODY: 0.52, SMALL: 0.52}
PATTERNS = (
    '<defs><pattern id="hidden" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="6" height="6" fill="var(--surface)"/><rect width="1.2" height="6" fill="var(--ctrl)"/></pattern>'
    '<pattern id="low-1" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="5" height="5" fill="var(--l1)"/><rect width="1.4" height="5" fill="var(--surface)"/></pattern>'
    '<pattern id="low-2" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="5" height="5" fill="var(--l2)"/><rect width="1.2" height="5" fill="var(--l1)"/></pattern></defs>'
)
HATCHED_FIGURES = ("opinion",)
HATCHED = {'fill="var(--l1)"': 'fill="url(#low-1)"', 'fill="var(--l2)"': 'fill="url(#low-2)"'}
# a line runs as its own first letter does: not every program that shows SVG heeds a direction
OWN_DIRECTION, END_OF_THAT = "\u2068", "\u2069"
FONTS = "Liberation Sans, Arial, Helvetica, sans-serif"


def size_of(svg: str) -> tuple[float, float]:
    """The width and height of a drawing."""
    found = SIZE.match(svg)
    assert found, "a drawing begins with its size"
    return float(found[1]), float(found[2])


def inline(svg: str, figure: Figure) -> str:
    """A drawing to stand in a page: an image to readers of the page, in the page's own colours."""
    width, height = size_of(svg)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="drawn{_hatches(figure)}" role="img" '
        f'aria-label="{label_of(figure)}" width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}">'
        f"{PATTERNS}{_inside(svg)}"
    )


def bare(svg: str, figure: Figure, theme: Theme) -> str:
    """A drawing alone as a file, for where title and source stand beside it."""
    width, height = size_of(svg)
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label_of(figure)}" width="{width:g}" '
        f'height="{height:g}" viewBox="0 0 {width:g} {height:g}">{PATTERNS}{_inside(svg)}'
    )
    return coloured(text, theme)


def label_of(figure: Figure) -> str:
    """What the picture is to those who do not see it: its title, which is its main point, and what it measures."""
    return html.escape(f"{figure.title.rstrip('.')}. {figure.definition}")


def _inside(svg: str) -> str:
    """The drawing without its first tag, and without roles of its parts: the whole is one image."""
    return ROLES.sub("", svg[svg.index(">") + 1 :])


def _hatches(figure: Figure) -> str:
    return " hatches" if figure.name in HATCHED_FIGURES else ""


def framed(svg: str, figure: Figure, theme: Theme) -> str:
    """A drawing as a file: its title, definition and source around it, all colours as numbers."""
    width, height = size_of(svg)
    whole = max(width, 620) + 2 * EDGE
    top = EDGE
    parts: list[str] = []
    for text, size, ink, weight, gap in (
        (figure.title, TITLE, "ink", "700", 8),
        (figure.definition, BODY, "ink-2", "400", 18),
    ):
        top, written = _lines(text, top, whole, size=size, ink=ink, weight=weight, direction=figure.direction)
        parts += written
        top += gap
    left = whole - EDGE - width if figure.direction == "rtl" else EDGE
    parts.append(
        f'<svg x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}">'
        f"{_inside(svg)}"
    )
    top, written = _lines(
        figure.source, top + height + 18, whole, size=SMALL, ink="ink-2", weight="400", direction=figure.direction
    )
    parts += written
    title = label_of(figure)
    size = f'width="{whole:g}" height="{top + 20:g}" viewBox="0 0 {whole:g} {top + 20:g}"'
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{title}" {size} '
        f'lang="{figure.language}"><title>{title}</title>'
        f'{PATTERNS}<rect width="100%" height="100%" fill="var(--surface)"/>{"".join(parts)}</svg>'
    )
    if theme == "print" and _hatches(figure):
        defined = text.index("</defs>")
        body = text[defined:]
        for plain, hatched in HATCHED.items():
            body = body.replace(plain, hatched)
        text = text[:defined] + body
    return coloured(text, theme)


def _lines(
    text: str, top: float, whole: float, *, size: int, ink: str, weight: str, direction: str
) -> tuple[float, list[str]]:
    signs = int((whole - 2 * EDGE) / (size * WIDTH_OF[size]))
    is_mirrored = direction == "rtl"
    at = f'x="{whole - EDGE:g}" text-anchor="end"' if is_mirrored else f'x="{EDGE:g}"'
    written: list[str] = []
    for line in textwrap.wrap(text, signs, break_on_hyphens=False):
        top += size * 1.3
        shown = f"{OWN_DIRECTION}{line}{END_OF_THAT}" if is_mirrored else line
        written.append(
            f'<text {at} y="{top:g}" font-family="{FONTS}" font-size="{size}px" font-weight="{weight}" '
            f'fill="var(--{ink})">{html.escape(shown)}</text>'
        )
    return top, written
