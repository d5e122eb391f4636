"""A document as DOCX: real headings, captions, table heads, alternative texts and languages; same input, same bytes."""

import io
from itertools import count
from typing import Any

import docx
from docx.document import Document as Docx
from docx.oxml.ns import qn

from app.core.catalogues import translate
from app.core.tags import direction_of
from app.documents.document import Cover, Document, Listing, Note, Paragraph
from app.documents.docx_frame import Lists, Pages, finish, footers, modern, properties
from app.documents.docx_look import dress
from app.documents.docx_template import read_template
from app.documents.docx_xml import (
    bookmarked,
    field,
    field_ends,
    inner_link,
    link,
    paragraph,
    parsed,
    picture,
    placed,
    table,
    words,
)
from app.documents.pictures import fitted
from app.documents.printed import Grid, Heading, Picture, Printed, grids_of, printed
from app.documents.showing import Caption, cleaned, own_direction

DEEPEST_CONTENTS = 3
TWIPS_PER_MILLIMETRE = 1440 / 25.4
AFTER_TABLE = '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="160" w:lineRule="exact"/></w:pPr></w:p>'
AT_THE_FOOT = (
    '<w:framePr w:w="9400" w:wrap="around" w:vAnchor="margin" w:hAnchor="margin" w:xAlign="left" w:yAlign="bottom"/>'
)
LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"


def to_docx(document: Document, template: bytes | None = None) -> bytes:
    """The bytes of the file, in the styles of a template where there is one; its figures have their PNG.

    Raises Invalid for a template that is no DOCX, or one with macros; a style that it lacks looks like ours.
    """
    file = read_template(template) if template is not None else docx.Document()
    writer = _Writer(file, document, has_template=template is not None)
    writer.write()
    return finish(file)


class _Writer:
    """Appends blocks to the body, and counts what must have numbers."""

    def __init__(self, file: Docx, document: Document, *, has_template: bool) -> None:
        self.file = file
        self.document = document
        self.language = document.language
        self.direction = document.direction
        whole: Any = file.element
        self.last: Any = whole.body.sectPr
        if not has_template:
            modern(file)
        self.has_template = has_template
        self.styles = dress(file, keeps_own=has_template)
        self.lists = Lists(file)
        self.marks, self.pictures = count(1), count(1)
        self.is_on_new_page = False
        self.pages = Pages(self.last, self.direction, keeps_own=has_template)

    def write(self) -> None:
        """All of it."""
        properties(self.file, self.document)
        footers(self.file, self.document, self.styles["Footer"], keeps_own=self.has_template)
        sheets = printed(self.document)
        if self.document.cover:
            self.cover(self.document.cover)
        else:
            self.say(self.document.title, "Title")
        self.contents([block for part in sheets for block in part.blocks if isinstance(block, Heading)])
        self.is_on_new_page = bool(self.document.cover)
        for part in sheets:
            self.pages.turn(is_wide=part.is_wide)
            for block in part.blocks:
                self.block(block)

    def put(self, text: str) -> None:
        """A block of the body, before the properties of its last section."""
        element = parsed(text)
        self.last.addprevious(element)
        if self.is_on_new_page:
            first = next(element.iter(qn("w:p")))
            first.get_or_add_pPr().get_or_add_pageBreakBefore()
            self.is_on_new_page = False

    def say(self, text: str, style: str, *, more: str = "", language: str = "") -> None:
        """A paragraph of one text."""
        own, side = placed(text, self.direction)
        self.put(paragraph(words(text, language or self.language), self.styles[style], direction=own, more=more + side))

    def cover(self, cover: Cover) -> None:
        """The first page."""
        if cover.heading:
            self.say(cover.heading, "Subtitle")
        long = len(self.document.title)
        size = 15 if long > 160 else 20 if long > 70 else 0
        if size and not self.has_template:
            self.put(self.smaller_title(size))
        else:
            self.say(self.document.title, "Title")
        for fact in cover.facts:
            label = words(f"{fact.label}\t", self.language)
            value = words(fact.text, self.language, bold=True)
            self.put(paragraph(label + value, self.styles["Cover Fact"], direction=self.direction))
        if cover.versions:
            for grid in grids_of(cover.versions, self.language, None, is_wide=False):
                self.say(cover.versions.title, "Fact", more='<w:keepNext/><w:spacing w:before="360"/>')
                self.table(grid, cover.versions.title)
        if cover.statement:
            self.say(cover.statement, "Statement", more=AT_THE_FOOT if self.direction == "ltr" else "")
            # a frame is on the page of the paragraph that follows it
            self.put(AFTER_TABLE)
        self.is_on_new_page = True

    def smaller_title(self, size: int) -> str:
        """A long title, in letters that leave room for the rest of the cover."""
        runs = words(self.document.title, self.language, size=size)
        own, side = placed(self.document.title, self.direction)
        return paragraph(runs, self.styles["Title"], direction=own, more=side)

    def contents(self, headings: list[Heading]) -> None:
        """A table of contents that programs renew, and that reads without that; what has no cover is short."""
        listed = [(number, one) for number, one in enumerate(headings, start=1) if one.level <= DEEPEST_CONTENTS]
        if not listed or self.document.cover is None:
            return
        start, end = field_ends(f'TOC \\o "1-{DEEPEST_CONTENTS}" \\h \\z \\u')
        lines: list[str] = []
        for number, heading in listed:
            line = inner_link(f"_Toc{number:08}", words(heading.text, self.language))
            style = self.styles[f"TOC {heading.level}"]
            own, side = placed(heading.text, self.direction)
            is_first, is_last = not lines, number == listed[-1][0]
            whole = f"{start if is_first else ''}{line}{end if is_last else ''}"
            lines.append(paragraph(whole, style, direction=own, more=side))
        title = translate(self.language, "Contents")
        own, side = placed(title, self.direction)
        head = paragraph(words(title, self.language), self.styles["TOC Heading"], direction=own, more=side)
        gallery = '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/></w:docPartObj>'
        inside = f"<w:sdtPr>{gallery}</w:sdtPr><w:sdtContent>{head}{''.join(lines)}</w:sdtContent>"
        self.put(f"<w:sdt>{inside}</w:sdt>")

    def block(self, block: Printed) -> None:
        """One block."""
        match block:
            case Heading():
                number = next(self.marks)
                inside = bookmarked(f"_Toc{number:08}", number, words(block.text, self.language))
                self.is_on_new_page |= block.begins_page
                own, side = placed(block.text, self.direction)
                self.put(paragraph(inside, self.styles[f"Heading {block.level}"], direction=own, more=side))
            case Paragraph():
                self.paragraph(block, {"finding": "Finding", "small": "Small"}.get(block.kind, "Normal"))
            case Listing():
                self.listing(block)
            case Note():
                self.note(block)
            case Grid():
                self.grid(block)
            case Picture():
                self.picture(block)

    def paragraph(self, block: Paragraph, style: str, more: str = "") -> None:
        """Words, some of which lead somewhere."""
        language = block.language or self.language
        whole = "".join(run.text for run in block.runs)
        direction = direction_of(block.language) if block.language else own_direction(whole, self.direction)
        runs: list[str] = []
        for run in block.runs:
            address = cleaned(run.address)
            style_of = self.styles["Hyperlink"] if address else ""
            inside = words(run.text, language, style=style_of, bold=run.is_strong, direction=direction)
            runs.append(link(self.relation(address), inside) if address else inside)
        self.put(paragraph("".join(runs), self.styles[style], direction=direction, more=more))

    def relation(self, address: str) -> str:
        """The number of an address in this file."""
        return self.file.part.relate_to(address, LINK, is_external=True)

    def listing(self, block: Listing) -> None:
        """Points, or steps that begin with one."""
        number = self.lists.numbered() if block.is_numbered else self.lists.points
        marks = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>'
        for item in block.items:
            self.paragraph(item, "List Number" if block.is_numbered else "List Bullet", marks)

    def note(self, note: Note) -> None:
        """A fact: what it is, and what it says."""
        label = words(f"{note.label}: ", self.language, bold=True)
        own, side = placed(note.label, self.direction)
        self.put(paragraph(label + words(note.text, self.language), self.styles["Fact"], direction=own, more=side))

    def grid(self, grid: Grid) -> None:
        """A table under its caption."""
        if grid.caption:
            self.caption(grid.caption, "Table")
        else:
            self.say(grid.continued, "Caption")
        self.table(grid, grid.caption.text if grid.caption else grid.continued)
        if grid.note:
            self.say(grid.note, "Small")
        else:
            self.put(AFTER_TABLE)

    def table(self, grid: Grid, summary: str) -> None:
        """A table alone."""
        self.put(table(grid, self.language, self.styles, self.pages.width, self.direction, summary))

    def caption(self, caption: Caption, name: str) -> None:
        """A caption whose number is a field, so that lists of tables and figures can be made."""
        number = field(f"SEQ {name} \\* ARABIC", str(caption.number), self.language)
        runs = words(caption.word, self.language) + number + words(caption.rest, self.language)
        own, side = placed(caption.text, self.direction)
        self.put(paragraph(runs, self.styles["Caption"], direction=own, more=side))

    def picture(self, block: Picture) -> None:
        """A figure under its caption, with what can be seen in it."""
        figure = block.figure
        self.caption(block.caption, "Figure")
        relation, _ = self.file.part.get_or_add_image(io.BytesIO(figure.png))
        room = self.pages.width / TWIPS_PER_MILLIMETRE, self.pages.highest_picture / TWIPS_PER_MILLIMETRE
        width, height = (round(side * TWIPS_PER_MILLIMETRE) for side in fitted(figure, *room))
        more = "<w:keepNext/>" if figure.note else ""
        inside = picture(relation, next(self.pictures), (width, height), figure.alt)
        self.put(paragraph(inside, self.styles["Normal"], direction=self.direction, more=more))
        if figure.note:
            self.say(figure.note, "Small")
