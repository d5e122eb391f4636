"""A document as PDF: tagged for those who listen (PDF/UA-1), with title, language and outline; same input, same bytes.

Typst sets it from `typst/report.typ`, a file of ours. What people wrote reaches it as data and is never read as code:
the compiler is given two files and the pictures in memory, no folder, no network, and no font of the machine.
"""

import json
import re
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typst

from app.core.catalogues import translate
from app.core.tags import direction_of
from app.documents.columns import GAP, is_number
from app.documents.document import Cover, Document, Listing, Note, Paragraph
from app.documents.pictures import fitted
from app.documents.printed import Grid, Head, Heading, Picture, Printed, grids_of, printed
from app.documents.showing import NOTHING, cleaned, isolated, own_direction
from app.documents.signs import STANDING_IN, showable
from app.documents.tokens import tokens_of

TEMPLATE = Path(__file__).parent / "typst" / "report.typ"
COLOURS = ("ink", "ink-2", "ink-3", "brand", "tint", "line")
FONT = re.compile(r'font-family="[^"]*"')
FAMILY = 'font-family="Source Sans Pro"'
LONGEST_WORD = 36
"""Longer words may be broken anywhere."""
ROOM, ROOM_ACROSS = (166, 195), (257, 125)
"""The width and height in millimetres that a picture may have, so that its caption and note stand on its page."""
BREAK = "\u200b"
MISSING = "could not be displayed"


def to_pdf(document: Document) -> bytes:
    """The bytes of the file."""
    try:
        return _compiled(document, only_europe=False)
    except typst.TypstError as error:
        if MISSING not in str(error):
            raise
        # some signs are there one by one, and not one over the other
        return _compiled(document, only_europe=True)


def _compiled(document: Document, *, only_europe: bool) -> bytes:
    writer = _Content(document, only_europe=only_europe)
    files = {"main.typ": TEMPLATE.read_bytes(), "content.json": json.dumps(writer.content()).encode()}
    everything: Any = files | writer.pictures
    found = typst.compile(
        everything,
        font_paths=[_fonts()],
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards=["ua-1"],
    )
    assert isinstance(found, bytes)
    return found


def _fonts() -> str:
    found = find_spec("font_source_sans_pro")
    assert found
    assert found.submodule_search_locations
    return str(Path(found.submodule_search_locations[0]) / "files")


class _Content:
    """A document as the template reads it, and the pictures it names."""

    def __init__(self, document: Document, *, only_europe: bool) -> None:
        self.document = document
        self.only_europe = only_europe
        self.pictures: dict[str, bytes] = {}
        self.is_lacking = self.is_wide = False

    def content(self) -> dict[str, Any]:
        """All of it; what has a font for each sign says nothing of fonts."""
        document = self.document
        sheets: list[dict[str, Any]] = []
        for part in printed(document):
            self.is_wide = part.is_wide
            sheets.append({"wide": part.is_wide, "blocks": [self.block(block) for block in part.blocks]})
        content = {
            "title": self.title(document.title),
            "language": document.language.partition("-")[0],
            "direction": document.direction,
            "colours": {name: tokens_of("print")[name] for name in COLOURS},
            "contents": translate(document.language, "Contents"),
            "page": translate(document.language, "Page %(page)s of %(pages)s", page="\0", pages="\1"),
            "cover": self.cover(document.cover) if document.cover else None,
            "sheets": sheets,
        }
        lacking = translate(
            document.language, "%(sign)s stands for signs that the fonts of this file do not have.", sign="□"
        )
        return content | {"lacking": lacking if self.is_lacking else ""}

    def text(self, text: str, longest: int = LONGEST_WORD) -> str:
        """A text that its fonts can show and its lines can hold."""
        text = cleaned(text).replace("\t", " ")
        shown = showable(text, only_europe=self.only_europe)
        self.is_lacking |= shown != text and STANDING_IN in shown
        return isolated(_breakable(shown, longest), self.document.direction)

    def title(self, text: str) -> str:
        """A title, which may not be empty, in large letters."""
        return self.text(text, 30) or NOTHING

    def cover(self, cover: Cover) -> dict[str, Any]:
        """The first page."""
        versions = cover.versions
        grids = grids_of(versions, self.document.language, None, is_wide=False) if versions else []
        return {
            "heading": self.text(cover.heading),
            "facts": [{"label": self.text(note.label), "text": self.text(note.text)} for note in cover.facts],
            "versions": self.text(versions.title) if versions else "",
            "grids": [self.grid(grid) for grid in grids],
            "statement": self.text(cover.statement),
        }

    def block(self, block: Printed) -> dict[str, Any]:
        """One block, named by its kind."""
        match block:
            case Heading():
                text = self.title(block.text)
                return {"kind": "heading", "text": text, "level": block.level, "page": block.begins_page}
            case Paragraph():
                return {"kind": "paragraph", **self.paragraph(block)}
            case Listing():
                items = [self.paragraph(item) for item in block.items]
                return {"kind": "listing", "numbered": block.is_numbered, "items": items}
            case Note():
                return {"kind": "note", "label": self.text(block.label), "text": self.text(block.text)}
            case Grid():
                return {"kind": "grid", **self.grid(block)}
            case Picture():
                return {"kind": "picture", **self.picture(block)}

    def paragraph(self, paragraph: Paragraph) -> dict[str, Any]:
        """Words with their language, in their own direction."""
        whole = "".join(run.text for run in paragraph.runs)
        language = paragraph.language
        direction = direction_of(language) if language else own_direction(whole, self.document.direction)
        return {
            "role": paragraph.kind,
            "language": language.partition("-")[0],
            "direction": direction,
            "runs": [
                {"text": self.text(run.text), "address": cleaned(run.address), "strong": run.is_strong}
                for run in paragraph.runs
            ],
        }

    def grid(self, grid: Grid) -> dict[str, Any]:
        """A table; words that are longer than their column may be broken."""
        return {
            "caption": self.text(grid.caption.text) if grid.caption else "",
            "continued": self.text(grid.continued),
            "widths": [head.width for head in grid.heads],
            "numeric": [head.is_number for head in grid.heads],
            "heads": [self.text(head.text, head.width - GAP) for head in grid.heads],
            "rows": [self.row(row, grid.heads) for row in grid.rows],
            "note": self.text(grid.note),
            "small": grid.is_small,
            "short": grid.is_short,
        }

    def row(self, row: Sequence[str], heads: Sequence[Head]) -> list[str]:
        """The cells of a row; a number is never broken."""
        return [
            text if head.is_number and is_number(text) else self.text(text, head.width - GAP)
            for text, head in zip(row, heads, strict=True)
        ]

    def picture(self, picture: Picture) -> dict[str, Any]:
        """A figure as vectors where it has them."""
        figure = picture.figure
        width, highest = ROOM_ACROSS if self.is_wide else ROOM
        name = f"figure-{picture.caption.number}.{'svg' if figure.svg else 'png'}"
        drawn = FONT.sub(FAMILY, showable(cleaned(figure.svg), only_europe=self.only_europe))
        self.pictures[name] = drawn.encode() if figure.svg else figure.png
        return {
            "caption": self.text(picture.caption.text),
            "file": name,
            "alt": cleaned(figure.alt),
            "note": self.text(figure.note),
            "width": fitted(figure, width, highest)[0],
        }


def _breakable(text: str, longest: int) -> str:
    """A text whose overlong words may be broken."""
    longest = max(longest, 3)
    if all(len(word) <= longest for word in text.split()):
        return text
    return re.sub(rf"\S{{{longest + 1},}}", lambda word: _broken(word[0], longest), text)


def _broken(word: str, longest: int) -> str:
    """A word that may end its line after every sign past the first few."""
    return BREAK.join(word[at : at + longest // 2 or 1] for at in range(0, len(word), longest // 2 or 1))
