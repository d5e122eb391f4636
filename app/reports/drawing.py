"""What drawings of reports are made of: shapes and words in the print colours of the site, as SVG."""

import html
import textwrap
from collections.abc import Sequence

from app.consensus.figures.framing import FONTS
from app.documents.tokens import coloured

WIDTH, EDGE = 720, 4
SIGN = 0.52
"""The width of a sign in parts of its size, on the safe side."""


class Canvas:
    """One drawing as wide as a page's text; colours are the names of the site's tokens."""

    def __init__(self, language: str, height: float) -> None:
        self.language, self.height = language, height
        self.parts: list[str] = []

    def rect(self, x: float, y: float, width: float, height: float, fill: str, stroke: str = "") -> None:
        """A rectangle in the colours of two tokens."""
        edge = f' stroke="var(--{stroke})" stroke-width="0.8"' if stroke else ""
        self.parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="var(--{fill})"{edge}/>'
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, ink: str = "line", width: float = 0.8) -> None:
        """A line in the colour of a token."""
        self.parts.append(
            f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="var(--{ink})" stroke-width="{width:g}"/>'
        )

    def dot(self, x: float, y: float, size: float, fill: str, stroke: str = "") -> None:
        """A dot or, with an edge of another colour, a ring."""
        edge = f' stroke="var(--{stroke})" stroke-width="1.6"' if stroke else ""
        self.parts.append(f'<circle cx="{x:g}" cy="{y:g}" r="{size:g}" fill="var(--{fill})"{edge}/>')

    def polyline(self, points: Sequence[tuple[float, float]], ink: str, width: float, dashes: str = "") -> None:
        """A line through several points."""
        through = " ".join(f"{x:g},{y:g}" for x, y in points)
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        self.parts.append(
            f'<polyline points="{through}" fill="none" stroke="var(--{ink})" stroke-width="{width:g}"{dashed}/>'
        )

    def text(
        self, x: float, y: float, words: str, size: float = 10, ink: str = "ink", weight: int = 400, at: str = "start"
    ) -> None:
        """Words in the colour of a token."""
        self.parts.append(
            f'<text x="{x:g}" y="{y:g}" font-family="{FONTS}" font-size="{size:g}" font-weight="{weight}" '
            f'text-anchor="{at}" fill="var(--{ink})">{html.escape(words)}</text>'
        )

    def svg(self) -> str:
        """The whole drawing with colours as numbers."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{self.height:g}" '
            f'viewBox="0 0 {WIDTH} {self.height:g}" lang="{self.language}">'
        )
        return coloured(f"{head}{''.join(self.parts)}</svg>", "print")


def fitting(words: str, size: float, width: float, most: int = 2) -> list[str]:
    """Words on so many lines as fit into a width; what does not fit ends with an ellipsis."""
    signs = max(4, int(width / (size * SIGN)))
    return textwrap.wrap(words, signs, max_lines=most if width < WIDTH / 2 else 1, placeholder="…") or [""]
