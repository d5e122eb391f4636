"""WordprocessingML for words, fields, tables and pictures, as text: a table of thousands of cells takes a moment."""

import re
from collections.abc import Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from docx.oxml import parse_xml

from app.core.tags import direction_of
from app.documents.printed import Grid
from app.documents.showing import RTL_WORDS, cleaned, own_direction

SPACES = " ".join(
    f'xmlns:{name}="http://schemas.openxmlformats.org/{address}"'
    for name, address in (
        ("w", "wordprocessingml/2006/main"),
        ("r", "officeDocument/2006/relationships"),
        ("wp", "drawingml/2006/wordprocessingDrawing"),
        ("a", "drawingml/2006/main"),
        ("pic", "drawingml/2006/picture"),
    )
)
EMU_PER_TWIP = 635


def parsed(text: str) -> Any:
    """The element that a text describes, for python-docx to keep."""
    at = re.search(r"/?>", text)
    assert at, "an element has an end"
    return parse_xml(f"{text[: at.start()]} {SPACES}{text[at.start() :]}")


def paragraph(inside: str, style: str, *, direction: str = "ltr", more: str = "") -> str:
    """A paragraph of runs; `more` are further properties, in the order of the schema after the style."""
    turned = "<w:bidi/>" if direction == "rtl" else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{_ordered(more, turned)}</w:pPr>{inside}</w:p>'


def placed(text: str, direction: str, *, is_end: bool = False) -> tuple[str, str]:
    """The direction of a text by its first letter, and what puts it at the start or the end of the document's lines.

    >>> placed("Alba", "ltr"), placed("Alba", "rtl"), placed("12", "ltr", is_end=True)
    (('ltr', ''), ('ltr', '<w:jc w:val="right"/>'), ('ltr', '<w:jc w:val="right"/>'))
    """
    own = own_direction(text, direction)
    is_right = (direction == "rtl") != is_end
    # in a paragraph from the right, "left" is where its lines begin
    side = "right" if is_right == (own == "ltr") else "left"
    return own, f'<w:jc w:val="{side}"/>' if side == "right" else ""


def _ordered(more: str, turned: str) -> str:
    """Direction comes after numbering and borders, and before spacing and alignment."""
    later = re.search(r"<w:(?:spacing|ind|jc)\b", more)
    at = later.start() if later else len(more)
    return more[:at] + turned + more[at:]


def words(text: str, language: str, *, style: str = "", bold: bool = False, size: int = 0, direction: str = "") -> str:
    """Runs for a text, in its language; what runs from the right says so."""
    whole = direction or own_direction(text)
    parts = [(text, True)] if whole == "rtl" and direction_of(language) == "rtl" else _by_direction(cleaned(text))
    return "".join(
        _run(part, language, style, bold=bold, size=size, is_turned=is_turned) for part, is_turned in parts if part
    )


def _by_direction(text: str) -> Iterator[tuple[str, bool]]:
    at = 0
    for found in RTL_WORDS.finditer(text):
        yield text[at : found.start()], False
        yield found[0], True
        at = found.end()
    yield text[at:], False


def _run(text: str, language: str, style: str, *, bold: bool, size: int, is_turned: bool) -> str:
    named = f'<w:rStyle w:val="{style}"/>' if style else ""
    weight = "<w:b/><w:bCs/>" if bold else ""
    sized = f'<w:sz w:val="{2 * size}"/><w:szCs w:val="{2 * size}"/>' if size else ""
    is_of_the_right = is_turned and direction_of(language) == "rtl"
    spoken = f'<w:lang w:{"bidi" if is_of_the_right else "val"}="{language}"/>'
    turned = "<w:rtl/>" if is_turned else ""
    return f"<w:r><w:rPr>{named}{weight}{sized}{turned}{spoken}</w:rPr>{_text(text)}</w:r>"


def _text(text: str) -> str:
    made: list[str] = []
    for part in re.split(r"(\n|\t)", cleaned(text)):
        if part == "\n":
            made.append("<w:br/>")
        elif part == "\t":
            made.append("<w:tab/>")
        elif part:
            made.append(f'<w:t xml:space="preserve">{escape(part)}</w:t>')
    return "".join(made)


def field(instruction: str, result: str, language: str) -> str:
    """A field with what it comes to until the program works it out again."""
    start, end = field_ends(instruction)
    return f"{start}{words(result, language)}{end}"


def field_ends(instruction: str) -> tuple[str, str]:
    """What stands before and after the result of a field."""
    start = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {escape(instruction)} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    return start, '<w:r><w:fldChar w:fldCharType="end"/></w:r>'


def inner_link(bookmark: str, inside: str) -> str:
    """Runs that lead to a bookmark."""
    return f'<w:hyperlink w:anchor="{bookmark}" w:history="1">{inside}</w:hyperlink>'


def link(relation: str, inside: str) -> str:
    """Runs that lead to an address."""
    return f'<w:hyperlink r:id="{relation}" w:history="1">{inside}</w:hyperlink>'


def bookmarked(name: str, number: int, inside: str) -> str:
    """Runs that others lead to."""
    return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>{inside}<w:bookmarkEnd w:id="{number}"/>'


def table(grid: Grid, language: str, styles: dict[str, str], width: int, direction: str, summary: str) -> str:
    """A table as wide as the text: its head is marked and repeated, numbers stand at the end of their cell."""
    whole = sum(head.width for head in grid.heads) or 1
    widths = [max(width * head.width // whole, 1) for head in grid.heads]
    style = styles["Table Text Small" if grid.is_small else "Table Text"]
    turned = "<w:bidiVisual/>" if direction == "rtl" else ""
    properties = (
        f'<w:tblPr><w:tblStyle w:val="{styles["Quiet Table"]}"/>{turned}<w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        '<w:tblLayout w:type="fixed"/><w:tblLook w:val="00A0" w:firstRow="1" w:lastRow="0" w:firstColumn="1" '
        f'w:lastColumn="0" w:noHBand="1" w:noVBand="1"/><w:tblCaption w:val={_attribute(summary)}/></w:tblPr>'
    )
    columns = "".join(f'<w:gridCol w:w="{one}"/>' for one in widths)

    def row(cells: Sequence[str], marks: str, before: str) -> str:
        made: list[str] = []
        for one, cell, column in zip(widths, cells, grid.heads, strict=True):
            own, side = placed(cell, direction, is_end=column.is_number)
            text = paragraph(words(cell, language), style, direction=own, more=before + side)
            made.append(f'<w:tc><w:tcPr><w:tcW w:w="{one}" w:type="dxa"/></w:tcPr>{text}</w:tc>')
        return f"<w:tr><w:trPr>{marks}</w:trPr>{''.join(made)}</w:tr>"

    head = row([one.text for one in grid.heads], "<w:cantSplit/><w:tblHeader/>", "<w:keepNext/>")
    kept = "<w:keepNext/>" if grid.is_short else ""
    body = (row(cells, "" if _is_long(cells) else "<w:cantSplit/>", kept) for cells in grid.rows)
    return f"<w:tbl>{properties}<w:tblGrid>{columns}</w:tblGrid>{head}{''.join(body)}</w:tbl>"


def _is_long(cells: Sequence[str]) -> bool:
    return any(len(cell) > 400 for cell in cells)


def picture(relation: str, number: int, size: tuple[int, int], alt: str) -> str:
    """A picture of a size in twips, with what can be seen in it."""
    width, height = (side * EMU_PER_TWIP for side in size)
    name = f'id="{number}" name="Picture {number}" descr={_attribute(alt)}'
    return (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/>'
        f'<wp:docPr {name}/><wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
        f'<pic:nvPicPr><pic:cNvPr {name}/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="{relation}"/>'
        '<a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/>'
        f'<a:ext cx="{width}" cy="{height}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
        "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


def _attribute(text: str) -> str:
    return quoteattr(cleaned(text), {"\n": "&#10;"})
