"""The site's colours, read from its style sheet: there is no second list of them."""

import re
from functools import cache
from pathlib import Path
from typing import Literal

STYLES = Path(__file__).resolve().parents[2] / "static" / "site.css"
Theme = Literal["light", "dark", "print"]
DARK = ':root[data-theme="dark"]'
USE = re.compile(r"var\(--([a-z0-9-]+)\)")


@cache
def tokens_of(theme: Theme) -> dict[str, str]:
    """Each colour by its name. On paper the light ones, and white."""
    text = STYLES.read_text(encoding="utf-8")
    light = _colours(text, ":root")
    if theme == "dark":
        return light | _colours(text, DARK)
    return light | {"paper": "#FFFFFF"} if theme == "print" else light


def _colours(text: str, selector: str) -> dict[str, str]:
    block = re.search(re.escape(selector) + r" \{(.*?)\}", text, re.DOTALL)
    assert block, f"the style sheet has {selector}"
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9A-F]{6});", block[1]))


def coloured(svg: str, theme: Theme) -> str:
    """A drawing with a theme's colours in place of their names. Raises KeyError for a colour the site does not have."""
    colours = tokens_of(theme)
    return USE.sub(lambda use: colours[use[1]], svg)
