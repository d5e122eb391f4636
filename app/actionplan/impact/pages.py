"""What pages and files show of result chains."""

from collections.abc import Sequence
from typing import Any

from app.actionplan.impact.queries import Chain, Chains
from app.actionplan.impact.rules import (
    ASSOCIATION,
    DIMENSION_WORDS,
    LINKS,
    NO_CHANGE_WORDS,
    SEEN_WORDS,
    NoChange,
    seen,
    weakest,
)
from app.core.catalogues import translate
from app.documents.document import Cell, Column, Document, Note, Table
from app.indicators.profiles.queries import Values
from app.indicators.rules import STATUS_WORDS, TERRITORY_WORDS, Direction, Territory
from app.programmes.queries import label_of
from app.programmes.rules import EVIDENCE_WORDS

COLUMNS: dict[str, tuple[str, int | None]] = {
    "programme": ("Programme", None),
    "name": ("Name", None),
    "partner": ("Partner", None),
    "output": ("Output", None),
    "output_evidence": ("Evidence of the output", None),
    "outcome": ("Outcome", None),
    "outcome_evidence": ("Evidence of the outcome", None),
    "dimension": ("Dimension", None),
    "dimension_evidence": ("Evidence of the dimension", None),
    "indicator": ("Indicator", None),
    "unit": ("Unit", None),
    "from_year": ("From year", 0),
    "from_value": ("Value then", 2),
    "to_year": ("To year", 0),
    "to_value": ("Value now", 2),
    "change": ("Change", 2),
    "peers": ("Median change of the other partners", 2),
    "beyond": ("Change beyond it", 2),
    "unknown": ("Why it is not known", None),
    "statements": ("Statements", 0),
}


def chain_view(language: str, one: Chain, values: Values) -> dict[str, Any]:
    """A chain in words, with what changed or why that is not known."""
    version = one.version
    levels = [getattr(version, f"{link}_evidence") for link in LINKS]
    entry = next((each for each in values.entries if each.indicator.code == version.indicator), None)
    return {
        "chain": one.chain,
        "version": version,
        "programme": one.entry.programme.code,
        "name": one.entry.version.name,
        "partner": label_of(one.entry.partner),
        "dimension": translate(language, DIMENSION_WORDS[version.dimension]),
        "evidence": {
            link: translate(language, EVIDENCE_WORDS[level]) for link, level in zip(LINKS, levels, strict=True)
        },
        "levels": dict(zip(LINKS, levels, strict=True)),
        "weakest": translate(language, EVIDENCE_WORDS[weakest(levels)]),
        "indicator": entry.version.name if entry else version.indicator,
        "unit": entry.version.unit if entry else "",
        **change_view(language, one, values),
    }


def change_view(language: str, one: Chain, values: Values) -> dict[str, Any]:
    """What changed beside a programme, in the words that never call it an effect."""
    found = one.change
    if isinstance(found, NoChange):
        return {"change": None, "unknown": translate(language, NO_CHANGE_WORDS[found]), "seen": "", "marks": []}
    entry = next(each for each in values.entries if each.indicator.code == one.version.indicator)
    word = SEEN_WORDS[seen(found.own.difference, Direction(entry.version.direction))]
    unknown = "" if found.middle is not None else translate(language, NO_CHANGE_WORDS[NoChange.PEERS])
    return {
        "change": found,
        "unknown": unknown,
        "seen": translate(language, word),
        "marks": _marks(language, one, [found.own.first.year, found.own.last.year]),
        "peers": [
            (values.name(region), series[found.own.first.year], series[found.own.last.year], change)
            for region, change in found.peers.items()
            for series in (values.series[one.version.indicator][region],)
        ],
    }


def _marks(language: str, one: Chain, years: Sequence[int]) -> list[str]:
    """What is to be said of the two values: estimated or invented ones, and those measured elsewhere."""
    said: list[str] = []
    for year in years:
        mark = one.marks[one.version.indicator, year]
        parts = [translate(language, STATUS_WORDS[mark.status])] if mark.status != "published" else []
        if mark.territory != Territory.OWN:
            parts.append(f"{translate(language, TERRITORY_WORDS[mark.territory])}: {mark.nuts_code}")
        if parts:
            said.append(f"{year}: {', '.join(parts)}")
    return said


def impact_document(language: str, found: Chains, counts: dict[Any, int]) -> Document:
    """All chains as a table, with the sentence that says what a change is."""
    columns = [Column(key, translate(language, word), digits) for key, (word, digits) in COLUMNS.items()]
    views = [chain_view(language, one, found.values) for one in found.chains]
    rows = [[*_row(language, view), counts.get(view["chain"].id, 0)] for view in views]
    title = translate(language, "Impact")
    notes = [Note(translate(language, "How to read it"), translate(language, ASSOCIATION))]
    return Document(title, language, [Table(title, columns, rows)], notes)


def _row(language: str, view: dict[str, Any]) -> list[Cell]:
    version, change = view["version"], view["change"]
    links = [
        part
        for link in LINKS
        for part in (view["dimension"] if link == "dimension" else getattr(version, link), view["evidence"][link])
    ]
    figures: list[Cell] = [None] * 7
    if change:
        own = change.own
        figures = [own.first.year, own.first.value, own.last.year, own.last.value, own.difference]
        figures += [change.middle, change.beyond]
    head = [view["programme"], view["name"], view["partner"]]
    return [*head, *links, version.indicator or None, view["unit"] or None, *figures, view["unknown"] or None]
