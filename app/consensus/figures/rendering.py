"""The process that draws: figures in as lines of JSON, pictures out. It knows no database and no network.

A process of its own, because drawing holds up all threads of the one it runs in, and keeps its memory.
"""

import base64
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from typing import Any, cast

from app.consensus.figures.framing import framed
from app.consensus.figures.model import Figure, from_data
from app.consensus.figures.pictures import packed
from app.documents.showing import cleaned

PNG_SCALE = 1.5


def specification_of(figure: Figure) -> str:
    """The Vega-Lite specification of a figure, as its only text."""
    from app.consensus.figures.drawing.catalogue import specify  # half a second, and nobody else needs it

    return json.dumps(specify(figure), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def hash_of(*parts: str) -> str:
    """The key of a picture: the hash of what it is drawn from."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def draw(figure: Figure, known: set[str]) -> dict[str, Any]:
    """Draw a figure with rows: `{svg, png}`, the key of each, and its content unless the key is known."""
    import vl_convert  # the drawing process alone loads it

    specification = specification_of(figure)
    svg_key = hash_of(specification, "svg")
    svg = vl_convert.vegalite_to_svg(specification, allowed_base_urls=[])
    light = framed(svg, figure, "light")
    png_key = hash_of(light, "png", str(PNG_SCALE))
    found: dict[str, Any] = {"svg": svg_key, "png": png_key, "files": {}}
    if svg_key not in known:
        found["files"][svg_key] = ("image/svg+xml", base64.b64encode(svg.encode()).decode())
    if png_key not in known:
        png = packed(vl_convert.svg_to_png(light, scale=PNG_SCALE))
        found["files"][png_key] = ("image/png", base64.b64encode(png).decode())
    known |= {svg_key, png_key}
    return found


def draw_all(figures: list[dict[str, Any]], known: set[str]) -> Iterator[dict[str, Any]]:
    """Draw figures one after the other."""
    for data in figures:
        yield draw(from_data(_drawable(data)), known)


def _drawable(data: Any) -> Any:
    """The data of a figure without the signs that no drawing may hold: one would end this process, each time anew."""
    if isinstance(data, str):
        return cleaned(data)
    if isinstance(data, dict):
        return {key: _drawable(one) for key, one in cast("dict[str, Any]", data).items()}
    return [_drawable(one) for one in cast("list[Any]", data)] if isinstance(data, list) else data


def main() -> None:
    """Draw what standard input asks for, one line of JSON a figure on standard output."""
    os.nice(10)
    asked = json.load(sys.stdin)
    for found in draw_all(asked["figures"], set(asked["known"])):
        sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
