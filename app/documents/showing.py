"""How a cell, a text and a caption look to people: the same in every format that is read."""

import re
import unicodedata
from dataclasses import dataclass

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal, format_percent

from app.core.catalogues import translate
from app.core.tags import catalogue_language
from app.documents.document import Cell, Column

NOTHING = "–"
OWN_DIRECTION, END_OF_THAT = "\u2068", "\u2069"
RTL_SIGN = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff"
RTL_WORDS = re.compile(rf"([{RTL_SIGN}](?:[^A-Za-z\u00c0-\u058f]*[{RTL_SIGN}])?)+")
RIGHT_TO_LEFT = ("R", "AL")
OVERRIDES = "\u202a\u202b\u202c\u202d\u202e"
"""Signs that turn what follows them: a title with one would make a number beside it read backwards."""
PLACE = "\0"


@dataclass(frozen=True)
class Caption:
    """What stands over a table or a figure: a word, its number and its title; `rest` follows the number."""

    word: str
    number: int
    rest: str

    @property
    def text(self) -> str:
        """The whole line."""
        return f"{self.word}{self.number}{self.rest}"


def shown(cell: Cell, column: Column, language: str) -> str:
    r"""A cell as people of a language read it.

    >>> shown(1234.5, Column("a", "a", 2), "de"), shown(0.256, Column("a", "a", 1, is_share=True), "fr")
    ('1.234,50', '26\xa0%')
    >>> [shown(cell, Column("a", "a", 0), "en") for cell in (-0.2, -7, None)], shown(2028, Column("year", "", 0), "en")
    (['0', '−7', '–'], '2028')
    """
    if cell is None:
        return NOTHING
    if isinstance(cell, str):
        return cleaned(cell)
    locale = locale_of(language)
    if column.is_share:
        return format_percent(cell, locale=locale).replace("-", "−")
    digits = column.digits or 0
    # a rounded nothing has no sign
    number = round(cell, digits) or 0
    whole = "0" if column.is_year else "#,##0"
    text = format_decimal(abs(number), format=f"{whole}.{'0' * digits}", locale=locale)
    return f"−{text}" if number < 0 else text


def locale_of(language: str) -> Locale:
    """How a language writes numbers; one that nobody knows does as the nearest one of the interface.

    >>> str(locale_of("el")), str(locale_of("de-informal"))
    ('el', 'de')
    """
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(catalogue_language(language))


def cleaned(text: str) -> str:
    r"""A text without the signs that no file may hold: controls but line breaks and tabs, halves of signs, no signs.

    >>> cleaned("a\x00b\r\nc\ud800d\ufffe"), cleaned("Alba \u202e12 %")
    ('ab\ncd', 'Alba 12 %')
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = text.translate(dict.fromkeys(map(ord, OVERRIDES)))
    return "".join(sign for sign in kept if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs", "Cn"))


def own_direction(text: str, default: str = "ltr") -> str:
    """The direction of a text by its first letter.

    >>> own_direction("(שלום)"), own_direction("3 Größen"), own_direction("12", "rtl")
    ('rtl', 'ltr', 'rtl')
    """
    for sign in text:
        kind = unicodedata.bidirectional(sign)
        if kind in (*RIGHT_TO_LEFT, "L"):
            return "ltr" if kind == "L" else "rtl"
    return default


def isolated(text: str, direction: str) -> str:
    """A text that runs its own way and pulls nothing beside it along; most texts are as they were.

    >>> isolated("Alba", "ltr") == "Alba", isolated("שלום", "ltr") == "\u2068שלום\u2069"
    (True, True)
    """
    against = RIGHT_TO_LEFT if direction == "ltr" else ("L",)
    if any(unicodedata.bidirectional(sign) in against for sign in text):
        return f"{OWN_DIRECTION}{text}{END_OF_THAT}"
    return text


def table_caption(language: str, number: int, title: str) -> Caption:
    """The line over a table."""
    return _caption(translate(language, "Table %(number)s. %(title)s", number=PLACE, title=cleaned(title)), number)


def figure_caption(language: str, number: int, title: str) -> Caption:
    """The line over a figure."""
    return _caption(translate(language, "Figure %(number)s. %(title)s", number=PLACE, title=cleaned(title)), number)


def _caption(line: str, number: int) -> Caption:
    word, _, rest = line.partition(PLACE)
    return Caption(word, number, rest)
