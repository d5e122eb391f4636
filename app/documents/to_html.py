"""A document as one page of HTML that needs nothing else, and says what is a heading, a head, a picture, a language."""

import base64
import html
import re
from collections.abc import Sequence
from pathlib import Path

from app.core.catalogues import translate
from app.core.tags import direction_of
from app.documents.document import Cover, Document, Figure, Listing, Note, Paragraph, Run
from app.documents.printed import Grid, Heading, Picture, Printed, Sheets, grids_of, printed
from app.documents.showing import RTL_WORDS, cleaned, own_direction
from app.documents.tokens import Theme, tokens_of

STYLES = Path(__file__).parent / "report.css"
COLOURS = ("paper", "surface", "line", "ink", "ink-2", "brand", "tint", "focus")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
DEEPEST_CONTENTS = 3
LONG_TITLE = 90
MANY_COLUMNS = 10
ADDRESS = re.compile(r"(https?://|mailto:)", re.IGNORECASE)


def to_html(document: Document) -> bytes:
    """The bytes of the file."""
    return (_Page(document).whole() + "\n").encode()


class _Page:
    """Writes one document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.language = document.language
        self.sheets = printed(document, is_paged=False)
        self.headings = [block for part in self.sheets for block in part.blocks if isinstance(block, Heading)]
        self.number = 0
        self.tables = 0

    def whole(self) -> str:
        """The page."""
        title = html.escape(cleaned(self.document.title))
        head = (
            f'<!DOCTYPE html>\n<html lang="{self.language}" dir="{self.document.direction}">\n<head>\n'
            f'<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{title}</title>\n<style>\n{_styles()}</style>\n</head>\n"
        )
        body = [self.front(title), self.contents(), "<main>", *map(self.part, self.sheets), "</main>"]
        return f'{head}<body>\n<div class="page">\n' + "\n".join(filter(None, body)) + "\n</div>\n</body>\n</html>"

    def front(self, title: str) -> str:
        """The title, and the cover where there is one."""
        size = ' class="long"' if len(title) > LONG_TITLE else ""
        heading = f"<h1{size}{self.turn(self.document.title)}>{title}</h1>"
        cover = self.document.cover
        return f"<header>{heading}</header>" if cover is None else self.cover(cover, heading)

    def cover(self, cover: Cover, heading: str) -> str:
        """What the document belongs to, its facts and versions, and who paid for it."""
        parts = [f'<p class="kicker">{self.text(cover.heading)}</p>' if cover.heading else "", heading]
        if cover.facts:
            parts.append(self.facts(cover.facts))
        if cover.versions:
            name = self.text(cover.versions.title)
            grids = grids_of(cover.versions, self.language, None, is_wide=False, is_paged=False)
            parts += [self.table(grid, name) for grid in grids]
        if cover.statement:
            parts.append(f'<p class="statement">{self.text(cover.statement)}</p>')
        return '<header class="cover">\n' + "\n".join(filter(None, parts)) + "\n</header>"

    def facts(self, notes: Sequence[Note]) -> str:
        """Facts one under the other."""
        lines = [f"<div><dt>{self.text(note.label)}</dt><dd>{self.text(note.text)}</dd></div>" for note in notes]
        return '<dl class="facts">' + "".join(lines) + "</dl>"

    def contents(self) -> str:
        """The way to each heading."""
        if not self.headings:
            return ""
        title = html.escape(translate(self.language, "Contents"))
        lines = [
            f'<li class="l{one.level}"><a href="#h{number}">{self.text(one.text)}</a></li>'
            for number, one in enumerate(self.headings, start=1)
            if one.level <= DEEPEST_CONTENTS
        ]
        return (
            f'<nav aria-labelledby="contents">\n<h2 id="contents">{title}</h2>\n<ol>\n'
            + "\n".join(lines)
            + "\n</ol>\n</nav>"
        )

    def part(self, sheets: Sheets) -> str:
        """Blocks that are printed in one orientation; facts that follow one another are one list."""
        written: list[str] = []
        facts: list[Note] = []
        for block in [*sheets.blocks, None]:
            if isinstance(block, Note):
                facts.append(block)
                continue
            if facts:
                written.append(self.facts(facts))
                facts = []
            if block is not None:
                written.append(self.block(block))
        inside = "\n".join(written)
        return f'<div class="wide">\n{inside}\n</div>' if sheets.is_wide else inside

    def block(self, block: Printed) -> str:
        """One block."""
        match block:
            case Heading():
                self.number += 1
                tag = f"h{min(block.level + 1, 6)}"
                begins = ' class="begins"' if block.begins_page else ""
                return f'<{tag} id="h{self.number}"{begins}{self.turn(block.text)}>{self.text(block.text)}</{tag}>'
            case Paragraph():
                kind = "" if block.kind == "plain" else f' class="{block.kind}"'
                return f"<p{kind}{self.spoken(block)}>{self.runs(block)}</p>"
            case Listing():
                tag = "ol" if block.is_numbered else "ul"
                items = [f"<li{self.spoken(item)}>{self.runs(item)}</li>" for item in block.items]
                return f"<{tag}>" + "".join(items) + f"</{tag}>"
            case Grid():
                return self.table(block, self.text(block.caption.text) if block.caption else "")
            case Picture():
                return self.figure(block)
            case Note():
                return self.facts([block])

    def runs(self, block: Paragraph) -> str:
        """Words, some of which lead somewhere."""
        return "".join(self.run(run) for run in block.runs)

    def run(self, run: Run) -> str:
        """Words of one kind."""
        text = self.text(run.text)
        text = f"<strong>{text}</strong>" if run.is_strong else text
        address = cleaned(run.address)
        return f'<a href="{html.escape(address)}">{text}</a>' if ADDRESS.match(address) else text

    def table(self, grid: Grid, caption: str) -> str:
        """A table that scrolls within its place where it is wider than the page."""
        self.tables += 1
        name = f"t{self.tables}"
        heads = "".join(
            f'<th scope="col"{_class(head.is_number)}{self.turn(head.text)}>{self.text(head.text)}</th>'
            for head in grid.heads
        )
        rows = "\n".join(self.row(cells, [head.is_number for head in grid.heads]) for cells in grid.rows)
        many = ' class="many"' if len(grid.heads) > MANY_COLUMNS else ""
        note = f'\n<p class="note">{self.text(grid.note)}</p>' if grid.note else ""
        return (
            f'<div class="scroll" role="region" aria-labelledby="{name}" tabindex="0">\n<table{many}>\n'
            f'<caption id="{name}">{caption}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n'
            f"</table>\n</div>{note}"
        )

    def row(self, cells: Sequence[str], numeric: Sequence[bool]) -> str:
        """A row, the first cell of which names it."""
        written: list[str] = []
        for place, (cell, is_number) in enumerate(zip(cells, numeric, strict=True)):
            tag, scope = ("th", ' scope="row"') if place == 0 else ("td", "")
            written.append(f"<{tag}{scope}{_class(is_number)}{self.turn(cell)}>{self.text(cell)}</{tag}>")
        return "<tr>" + "".join(written) + "</tr>"

    def figure(self, block: Picture) -> str:
        """A figure, with what can be seen in it, and its numbers for who wants them."""
        figure, number = block.figure, block.caption.number
        share = round(100 * min(max(figure.width, 0.1), 1.0))
        parts = [
            f"<figcaption>{self.text(block.caption.text)}</figcaption>",
            f'<img alt="{html.escape(cleaned(figure.alt))}" style="max-inline-size: {share}%" src="{_source(figure)}">',
        ]
        if figure.note:
            parts.append(f'<p class="note">{self.text(figure.note)}</p>')
        if figure.table:
            name = html.escape(translate(self.language, "The numbers of figure %(number)s", number=number))
            grids = grids_of(figure.table, self.language, None, is_wide=False, is_paged=False)
            parts.append(
                f"<details><summary>{name}</summary>{''.join(self.table(grid, name) for grid in grids)}</details>"
            )
        return "<figure>\n" + "\n".join(parts) + "\n</figure>"

    def text(self, text: str) -> str:
        """A text as HTML; names that run the other way pull nothing along."""
        whole = cleaned(text)
        if self.document.direction == "rtl":
            return html.escape(whole)
        made, at = "", 0
        for found in RTL_WORDS.finditer(whole):
            made += f"{html.escape(whole[at : found.start()])}<bdi>{html.escape(found[0])}</bdi>"
            at = found.end()
        return made + html.escape(whole[at:])

    def turn(self, text: str) -> str:
        """The direction of a text that is another than the document's."""
        direction = own_direction(text, self.document.direction)
        return "" if direction == self.document.direction else f' dir="{direction}"'

    def spoken(self, block: Paragraph) -> str:
        """The language and direction of words, where they are their own."""
        if not block.language:
            return self.turn("".join(run.text for run in block.runs))
        return f' lang="{html.escape(block.language)}" dir="{direction_of(block.language)}"'


def _class(is_number: bool) -> str:
    return ' class="number"' if is_number else ""


def _source(figure: Figure) -> str:
    kind, data = ("svg+xml", cleaned(figure.svg).encode()) if figure.svg else ("png", figure.png)
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def _styles() -> str:
    def colours(theme: Theme) -> str:
        tokens = tokens_of(theme)
        return " ".join(f"--{name}: {tokens[name]};" for name in COLOURS)

    dark = f"@media screen and (prefers-color-scheme: dark) {{ :root {{ color-scheme: dark; {colours('dark')} }} }}"
    return f":root {{ color-scheme: light; {colours('light')} }}\n{dark}\n{STYLES.read_text(encoding='utf-8')}"
