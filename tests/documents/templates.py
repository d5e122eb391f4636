"""A consortium's own DOCX to make documents in, and hands that change what is in it."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import docx
from docx.shared import Cm, RGBColor

from app.documents.document import Document, Figure
from app.documents.pictures import with_pictures
from tests.documents.samples import (
    make_figure,
)


def make_template(*, without: tuple[str, ...] = ()) -> bytes:
    """A consortium's template: a logo in its header, a colour for headings, something in its body."""
    file: Any = docx.Document()
    file.add_paragraph("Text of the template")
    [figure] = with_pictures(Document("t", "en", [make_figure()])).blocks
    assert isinstance(figure, Figure)
    assert figure.png is not None
    file.add_picture(io.BytesIO(figure.png))
    file.styles["Heading 1"].font.color.rgb = RGBColor(0xAA, 0x00, 0x55)
    header = file.sections[0].header
    header.paragraphs[0].text = "BioNorth consortium"
    header.paragraphs[0].add_run().add_picture(io.BytesIO(PIXEL), width=Cm(1))
    file.sections[0].footer.paragraphs[0].text = "Grant 101000000"
    file.sections[0].left_margin = Cm(4)
    for name in without:
        style = file.styles[name]
        style.element.getparent().remove(style.element)
    made = io.BytesIO()
    file.save(made)
    return made.getvalue()


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92"
    "ef0000000049454e44ae426082"
)


def repacked(data: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()
