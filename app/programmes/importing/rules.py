"""Which column is which field and which word which value, and how figures are read. Pure.

Every guess is one that a person sees and can change; what may mean two things is asked and never guessed.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from app.programmes.importing.words import FIELD_WORDS, VALUE_WORDS

NOTHING = frozenset({"", "-", "–", "—", "n/a", "na", "n.a.", "n. a.", "k.a.", "k. a.", "nc", "n.c.", "?", "н/д", "i/t"})
"""What files write where something is not known."""

NUMBERS = (
    *("participants_last_year", "capacity_per_year", "years_running", "staff_fte", "annual_cost_eur"),
    *("annual_cost_eur_high", "satisfaction_0_10", "satisfaction_asked", "main_result_value", "transferability_1_5"),
)
WHOLE = frozenset(NUMBERS) - {"staff_fte", "satisfaction_0_10", "main_result_value"}
SCALES: dict[str, tuple[float, float]] = {"0-10": (0, 10), "1-10": (1, 10), "1-5": (1, 5), "0-100": (0, 100)}

NOT_KNOWN = "-"
"""What a word is mapped to that says that something is not known."""

NO_NUMBER = "is not a number"
NOT_WHOLE = "is not a whole number"
TWO_READINGS = "may be a thousand or a fraction: choose the decimal sign of the file"
OFF_SCALE = "is outside the scale %(scale)s"

EXACT = 1000
MONEY = re.compile(r"€|\beur\b|\beuros?\b|\bевро\b", re.IGNORECASE)
BLANKS = re.compile(r"[\s'’\u202f\u00a0]")
RANGE = re.compile(r"(?<=\d)\s*(?:–|—|-|\bto\b|\bbis\b|\bà\b|\ba\b|\bдо\b|\btil\b)\s*(?=\d)")
EITHER = re.compile(r"^[+-]?[1-9]\d{0,2}[.,]\d{3}$")
WITH_COMMA = re.compile(r"\d,(\d{1,2}|\d{4,})$|^[+-]?0,\d+$|\.\d{3},\d|\.\d{3}\.\d{3}")
WITH_POINT = re.compile(r"\d\.(\d{1,2}|\d{4,})$|^[+-]?0\.\d+$|,\d{3}\.\d|,\d{3},\d{3}")


class Unreadable(ValueError):
    """A cell that does not say what it should; the text is the reason."""


def plain(text: str) -> str:
    """A heading or a word as guesses compare it: small letters without accents, signs as blanks.

    >>> plain("  Target-Groups (2024): "), plain("Coût annuel"), plain("Целеви групи")
    ('target groups 2024', 'cout annuel', 'целеви групи')
    """
    letters = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(sign if sign.isalnum() else " " for sign in letters if not unicodedata.combining(sign))
    return " ".join(kept.split())


def guess_fields(header: Sequence[str], kept: Mapping[str, str] | None = None) -> list[str]:
    """The field of each column, empty for one that is not known; what was kept of earlier files goes first.

    No field is given to two columns: the heading that says it best has it, and none where two say it alike.

    >>> guess_fields(["Name", "Zielgruppe", "Budget 2024 (EUR)", "Colour"])
    ['name', 'target_groups', 'annual_cost_eur', '']
    >>> guess_fields(["Name", "Colour"], {"name": "", "colour": "category"})
    ['', 'category']
    """
    kept = kept or {}
    fields = [kept.get(plain(one), "") for one in header]
    scores = [
        (score, place, field)
        for place, one in enumerate(header)
        if plain(one) not in kept
        for field, score in _best(plain(one), FIELD_WORDS)
    ]
    for best in sorted({score for score, _, _ in scores}, reverse=True):
        alike = [(place, field) for score, place, field in scores if score == best]
        for place, field in alike:
            if field in fields or fields[place]:
                continue
            if [other for other in alike if other[1] == field] == [(place, field)]:
                fields[place] = field
    return fields


def guess_value(field: str, word: str, kept: Mapping[str, str] | None = None) -> str:
    """The value of a field that a file's word means; empty for one that is not known or may be two.

    >>> guess_value("category", "Vernetzung"), guess_value("target_groups", "PYMES"), guess_value("category", "Sport")
    ('connect', 'sme', '')
    >>> guess_value("category", "Sport", {"sport": "talent"})
    'talent'
    """
    kept = kept or {}
    if plain(word) in kept:
        return kept[plain(word)]
    words = {value: (value, *usual) for value, usual in VALUE_WORDS[field].items()}
    found = _best(plain(word), words)
    return found[0][0] if len(found) == 1 else ""


def _best(text: str, usual: Mapping[str, Sequence[str]]) -> list[tuple[str, int]]:
    """What a text says best, with how well: the whole of it, or the longest part. Several where they say it alike."""
    scores = {key: max(_score(text, plain(one)) for one in words) for key, words in usual.items()}
    best = max(scores.values())
    return [(key, score) for key, score in scores.items() if best and score == best]


def _score(text: str, usual: str) -> int:
    if text == usual:
        return EXACT
    return len(usual) if len(usual) > 2 and f" {usual} " in f" {text} " else 0


def split_groups(cell: str) -> list[str]:
    """The target groups in a cell, which files write with one of many signs between them.

    >>> split_groups("sme|research"), split_groups("KMU; Hochschulen / Kliniken")
    (['sme', 'research'], ['KMU', 'Hochschulen', 'Kliniken'])
    """
    return [part.strip() for part in re.split(r"[|;,/\n]", cell) if part.strip().lower() not in NOTHING]


def is_nothing(cell: str) -> bool:
    """Whether a cell says that something is not known.

    >>> is_nothing(" n/a "), is_nothing("0")
    (True, False)
    """
    return cell.strip().casefold() in NOTHING


def guess_decimal(cells: Sequence[str]) -> str:
    """The decimal sign of a file by its figures: a point, a comma, or nothing where they do not tell.

    >>> guess_decimal(["12", "8,5", "95.000"]), guess_decimal(["8.5", "1,200"]), guess_decimal(["95.000"])
    (',', '.', '')
    """
    bare = [BLANKS.sub("", MONEY.sub("", part)) for cell in cells for part in RANGE.split(cell)]
    comma = any(WITH_COMMA.search(one) for one in bare)
    point = any(WITH_POINT.search(one) for one in bare)
    if comma == point:
        return ""
    return "," if comma else "."


def read_amount(text: str, decimal: str) -> float:
    """The number in a cell with or without a sign of money. Raises Unreadable, and never guesses.

    >>> read_amount("€ 95.000", ","), read_amount("1,200.5", "."), read_amount("8,5", ",")
    (95000.0, 1200.5, 8.5)
    >>> read_amount("95.000", "")
    Traceback (most recent call last):
    app.programmes.importing.rules.Unreadable: may be a thousand or a fraction: choose the decimal sign of the file
    """
    bare = BLANKS.sub("", MONEY.sub("", text))
    if not decimal and EITHER.match(bare):
        raise Unreadable(TWO_READINGS)
    sign = decimal or "."
    thousands = "." if sign == "," else ","
    whole, _, rest = bare.partition(sign)
    if thousands in whole and not re.match(rf"^[+-]?\d{{1,3}}({re.escape(thousands)}\d{{3}})+$", whole):
        raise Unreadable(NO_NUMBER)
    whole = whole.replace(thousands, "")
    if not re.match(r"^[+-]?\d{1,15}$", whole, re.ASCII) or (sign in bare and not re.match(r"^\d+$", rest, re.ASCII)):
        raise Unreadable(NO_NUMBER)
    return float(f"{whole}.{rest or '0'}")


def read_whole(text: str, decimal: str) -> int:
    """The whole number in a cell. Raises Unreadable.

    >>> read_whole("1 200", ".")
    1200
    >>> read_whole("1,5", ",")
    Traceback (most recent call last):
    app.programmes.importing.rules.Unreadable: is not a whole number
    """
    found = read_amount(text, decimal)
    if not found.is_integer():
        raise Unreadable(NOT_WHOLE)
    return int(found)


def read_costs(text: str, decimal: str) -> tuple[int, int | None]:
    """A cost, with its high end where it is given as a range. Cents are rounded off. Raises Unreadable.

    >>> read_costs("80.000 – 110.000 €", ","), read_costs("95000", ".")
    ((80000, 110000), (95000, None))
    """
    parts = RANGE.split(text.strip())
    if len(parts) > 2:
        raise Unreadable(NO_NUMBER)
    costs = [round(read_amount(part, decimal)) for part in parts]
    return costs[0], (costs[1] if len(costs) == 2 else None)


def scale_in(heading: str) -> str:
    """The scale that a heading names, if it names one.

    >>> scale_in("Satisfaction (1-5)"), scale_in("Zufriedenheit in %"), scale_in("Note")
    ('1-5', '0-100', '')
    """
    text = f" {plain(heading)} "
    named = next((scale for scale in SCALES if f" {scale.replace('-', ' ')} " in text), "")
    return named or ("0-100" if "%" in heading else "")


def guess_scale(values: Sequence[float]) -> str:
    """The scale of satisfaction by its figures; nothing where they do not tell.

    >>> guess_scale([7.9, 8.4]), guess_scale([82]), guess_scale([4.2])
    ('0-10', '0-100', '')
    """
    highest = max(values, default=10.0)
    return "0-100" if highest > 10 else "0-10" if highest > 5 else ""


def rescale(value: float, scale: str) -> float:
    """A value of a scale on that from 0 to 10. Raises Unreadable for one that is outside of it.

    >>> rescale(4.2, "1-5"), rescale(82, "0-100"), rescale(8.25, "0-10")
    (8.0, 8.2, 8.25)
    """
    low, high = SCALES[scale]
    if not low <= value <= high:
        raise Unreadable(OFF_SCALE)
    return round((value - low) / (high - low) * 10, 6)
