"""The sheets of an XLSForm workbook: columns by name, texts by language."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.tags import normal_tag, tag_of_name
from app.core.words import Words

MEDIA = ("image", "audio", "video", "big-image", "media")


@dataclass(frozen=True)
class Row:
    """One row: its number in the sheet and its cells by column; `cells` has no empty one."""

    number: int
    cells: dict[tuple[str, str], str]

    def get(self, column: str) -> str:
        """What stands in a column without a language, or nothing."""
        return self.cells.get((column, ""), "")

    def words(self, column: str, default_language: str) -> Words:
        """A text in every language; one in a column without a language is in the form's own."""
        found = {language or default_language: text for (name, language), text in self.cells.items() if name == column}
        plain = self.get(column)
        return {default_language: plain} | found if plain else found

    @property
    def has_media(self) -> bool:
        """Whether a picture, sound or video belongs to it."""
        return any(name in MEDIA for name, _ in self.cells)


class Sheet:
    """Rows below a header; a column is a name and, of texts, the tag of a language."""

    def __init__(self, rows: Sequence[Sequence[str]]) -> None:
        header = [_column(text) for text in rows[0]] if rows else []
        self.columns = {name for name, _ in header}
        # in the order of the sheet; empty for a language that nobody knows
        self.languages = {language: tag_of_name(language) for _, language in header if language}
        self.rows: list[Row] = []
        for number, cells in enumerate(rows[1:], start=2):
            found: dict[tuple[str, str], str] = {}
            for (name, language), cell in zip(header, cells, strict=False):
                tag = self.languages.get(language, "")
                if name and cell.strip() and (tag or not language) and (name, tag) not in found:
                    found[name, tag] = cell.strip()
            if found:
                self.rows.append(Row(number, found))


def languages_of(sheets: Sequence[Sheet], default: str, otherwise: str) -> tuple[list[str], str, list[str]]:
    """The languages of a form, which is its own, and the names of those that nobody knows."""
    named = {name: tag for sheet in sheets for name, tag in sheet.languages.items()}
    known = list(dict.fromkeys(tag for tag in named.values() if tag))
    has_plain = any(("label", "") in row.cells for sheet in sheets for row in sheet.rows)
    own = tag_of_name(default) or (known[0] if known and (not has_plain or not default) else "") or otherwise
    own = normal_tag(own) or otherwise
    is_shown = has_plain or own in known or not known
    own = own if is_shown else known[0]
    return [own, *(tag for tag in known if tag != own)], own, [name for name, tag in named.items() if not tag]


def _column(text: str) -> tuple[str, str]:
    """A column's name and language: `label::English (en)`, also with one colon as older forms have it."""
    name, _, language = text.strip().replace("::", ":").partition(":")
    name, language = name.strip().lower(), language.strip()
    if name == "media":
        return "media", ""
    if name in ("bind", "body", "instance", "control"):
        return f"{name}:{language}".lower(), ""
    return name, language
