"""Pictures of figures: their proportions, and a PNG for those that only have an SVG."""

import re
import struct
from dataclasses import replace

from app.documents.document import Block, Document, Figure, Section
from app.documents.showing import cleaned

SIZE = re.compile(r'<svg[^>]*? (?:width="([\d.]+)(?:px)?"[^>]*? height="([\d.]+)(?:px)?")')
SIGNATURE = b"\x89PNG\r\n\x1a\n"
SCALE = 2.0
MILLIMETRES = 0.265
"""A pixel of a drawing."""


def fitted(figure: Figure, width: float, highest: float) -> tuple[float, float]:
    """The width and height in millimetres of a figure in a text of a width, drawn no larger than it was meant to be.

    >>> fitted(Figure("t", "alt", '<svg width="300" height="150">'), width=160, highest=200)
    (79.5, 39.75)
    >>> fitted(Figure("t", "alt", '<svg width="100" height="4000">'), width=160, highest=200)
    (5.0, 200.0)
    """
    across, up = _size(figure)
    wide = width * min(max(figure.width, 0.1), 1.0)
    if figure.svg:
        wide = min(wide, across * MILLIMETRES)
    wide = min(wide, highest * across / up)
    return wide, wide * up / across


def _size(figure: Figure) -> tuple[float, float]:
    found = SIZE.search(figure.svg)
    if found:
        return float(found[1]), float(found[2])
    if figure.png.startswith(SIGNATURE):
        width, height = struct.unpack(">II", figure.png[16:24])
        return float(width), float(height)
    return 4.0, 3.0


def with_pictures(document: Document) -> Document:
    """The document with a PNG for every figure. Drawing takes memory: only a process of its own does it."""
    return replace(document, blocks=[_drawn(block) for block in document.blocks])


def _drawn(block: Block) -> Block:
    if isinstance(block, Section):
        return replace(block, blocks=[_drawn(one) for one in block.blocks])
    if isinstance(block, Figure) and not block.png:
        import vl_convert  # the writing process alone loads it

        return replace(block, png=vl_convert.svg_to_png(cleaned(block.svg), scale=SCALE))
    return block
