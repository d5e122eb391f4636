"""The tables of open data, and the codebook that says what stands in them, in every language of the survey. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.documents.to_csv import safe
from app.reports.bundle.answers import table
from app.reports.opendata.rules import Answered, Released

LONG, WIDE, HIDDEN = "data/answers-long.csv", "data/answers-wide.csv", "data/not-released.csv"
CODEBOOK, CODEBOOK_JSON = "codebook/codebook.csv", "codebook/codebook.json"
LONG_COLUMNS = ("round", "initiative", "criterion", "group", "value")
CODEBOOK_COLUMNS = ("kind", "code", "version", "part", "language", "text")
CANNOT_JUDGE = "cannot_judge"


def long_table(released: Released, low: int) -> bytes:
    """One row for each answer, sorted by what it says; an empty value is "can't judge"."""
    return table(LONG_COLUMNS, (row for one in released.answers for row in _rows(one, low)))


def _rows(one: Answered, low: int) -> Iterator[tuple[object, ...]]:
    place = (one.round, one.initiative, one.criterion, one.group)
    for point, count in enumerate(one.counts, start=low):
        yield from [(*place, point)] * count
    yield from [(*place, "")] * one.cannot_judge


def wide_table(released: Released, criteria: Sequence[str], low: int) -> bytes:
    """One row for each round, initiative and group: how many gave each point by each criterion.

    A cell is empty where this group is not named on this criterion.
    """
    found: dict[tuple[int, str, str], dict[str, Answered]] = {}
    for one in released.answers:
        found.setdefault((one.round, one.initiative, one.group), {})[one.criterion] = one
    levels = max((len(one.counts) for one in released.answers), default=0)
    columns = wide_columns(criteria, low, levels)
    rows = (
        (
            *place,
            *(
                value
                for criterion in criteria
                for value in (
                    (*own[criterion].counts, own[criterion].cannot_judge) if criterion in own else ("",) * (levels + 1)
                )
            ),
        )
        for place, own in found.items()
    )
    return table(columns, rows)


def wide_columns(criteria: Sequence[str], low: int, levels: int) -> list[str]:
    """The columns of the wide table.

    >>> wide_columns(["impact"], 1, 2)
    ['round', 'initiative', 'group', 'impact_1', 'impact_2', 'impact_cannot_judge']
    """
    points = [*range(low, low + levels), CANNOT_JUDGE]
    return ["round", "initiative", "group", *(f"{criterion}_{point}" for criterion in criteria for point in points)]


def hidden_table(released: Released) -> bytes:
    """What was left out and why: attributes everywhere, and groups on single items."""
    few = f"Fewer than {released.k} answers, or found by subtraction if others were shown."
    rows: list[Sequence[object]] = [("", "", "", name, why) for name, why in released.dropped]
    rows += [
        (one.round, one.initiative, one.criterion, " ".join(one.groups) or "all answers", few)
        for one in released.hidden
    ]
    return table(("round", "initiative", "criterion", "what", "why"), rows)


def codebook(protocol: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the columns and codes mean, in the words in which people were asked."""
    options = {one["code"]: one["options"] for one in protocol["questions"]}
    return {
        "format": "innaxe-codebook/1",
        "languages": protocol["languages"],
        "columns": {
            "round": "number of the round, from 1",
            "initiative": "code of what was rated",
            "criterion": "code of the respect in which it was rated",
            "group": "code of the group of who answered; empty: not named, because it would be too small",
            "value": f"point of the scale from {protocol['scale']['low']} to {protocol['scale']['high']}; "
            "empty: cannot judge",
            "<criterion>_<point>": "in the wide table, how many of the group gave this point",
            "<criterion>_cannot_judge": "in the wide table, how many of the group could not judge",
        },
        "scale": protocol["scale"],
        "initiatives": [
            {
                "code": item["code"],
                "version": item["facts"].get("version"),
                "sha256": item["sha256"],
                "title": item["title"],
                "summary": item["summary"],
            }
            for item in items
        ],
        "criteria": [
            {name: one[name] for name in ("code", "label", "text", "low", "high", "weight")}
            for one in protocol["criteria"]
        ],
        "groups": [{"code": one["code"], "label": one["label"]} for one in options.get("helix", [])],
    }


def codebook_table(book: Mapping[str, Any]) -> bytes:
    """The words of a codebook, one row a text and language."""
    rows: list[Sequence[str | int]] = [
        ("column", name, "", "meaning", "en", text) for name, text in book["columns"].items()
    ]
    for kind, parts in (("initiatives", ("title", "summary")), ("criteria", ("label", "text", "low", "high"))):
        rows += [
            (kind, one["code"], one.get("version") or "", part, language, text)
            for one in book[kind]
            for part in parts
            for language, text in sorted(one[part].items())
            if text
        ]
    rows += [
        ("groups", one["code"], "", "label", language, text)
        for one in book["groups"]
        for language, text in sorted(one["label"].items())
    ]
    return table(CODEBOOK_COLUMNS, ([safe(cell) for cell in row] for row in rows))
