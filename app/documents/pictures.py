"""Pictures of figures: their proportions, and a PNG for those that only have an SVG."""

import re
import struct
from dataclasses import replace

from app.documents.document import Block, Document, Figure, Section

SIZE = re.compile(r'<svg[^>]*? (?:width="([\d.]+)(?:px)?"[^>]*? height="([\d.]+)(?:px)?")')
SIGNATURE = b"\x89PNG\r\n\x1a\n"
SCALE = 2.0


def ratio_of(figure: Figure) -> float:
    """How high a figure is for its width."""
    if figure.png.startswith(SIGNATURE):
        width, height = struct.unpack(">II", figure.png[16:24])
        return float(height) / float(width)
    found = SIZE.search(figure.svg)
    return float(found[2]) / float(found[1]) if found else 1.0


def with_pictures(document: Document) -> Document:
    """The document with a PNG for every figure. Drawing takes memory: only a process of its own does it."""
    return replace(document, blocks=[_drawn(block) for block in document.blocks])


def _drawn(block: Block) -> Block:
    if isinstance(block, Section):
        return replace(block, blocks=[_drawn(one) for one in block.blocks])
    if isinstance(block, Figure) and not block.png:
        import vl_convert  # the writing process alone loads it

        return replace(block, png=vl_convert.svg_to_png(block.svg, scale=SCALE))
    return block
