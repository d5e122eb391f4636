"""Answers without people: who rated what under fresh numbers, in the form of `innaxe analyse`. Pure.

The numbers follow what was said, so neither their order nor a tie tells of a person, a time or a list. The order in
which items were asked is left out: it is drawn for each person, so a seed and a code would lead to their answers.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from app.consensus.panel import Panel, build_panel
from app.consensus.panel_files import PanelFileError, read_panel_files
from app.reports.bundle.archive import Broken
from app.stats.histogram import MISSING

RESPONDENTS, RATINGS = "answers/respondents.csv", "answers/ratings.csv"
COLUMNS = ("respondent", "helix", "region", "language", "first_round")


@dataclass(frozen=True)
class Answers:
    """A panel of all closed rounds, with each respondent's language and first round."""

    panel: Panel
    languages: Mapping[str, str]
    first_rounds: Mapping[str, int]

    def upto(self, number: int, *, with_later: bool) -> Panel:
        """The panel as it was when a round closed; `with_later` keeps those who only came afterwards."""
        panel = self.panel
        layers = [place for place, one in enumerate(panel.rounds) if one <= number]
        rows = [row for row, code in enumerate(panel.respondents) if with_later or self.first_rounds[code] <= number]
        return replace(
            panel,
            rounds=tuple(panel.rounds[place] for place in layers),
            respondents=tuple(panel.respondents[row] for row in rows),
            helices=tuple(panel.helices[row] for row in rows),
            regions=tuple(panel.regions[row] for row in rows),
            ratings=panel.ratings[np.ix_(layers, rows)],
            took_part=panel.took_part[np.ix_(layers, rows)],
            looked_at=panel.looked_at[np.ix_(layers, rows)],
        )


def numbered(answers: Answers) -> Answers:
    """The same answers under numbers in the order of what was said; whoever said the same is interchangeable."""
    panel = answers.panel

    def said(row: int) -> tuple[Any, ...]:
        code = panel.respondents[row]
        return (
            panel.helices[row],
            panel.regions[row],
            answers.languages[code],
            answers.first_rounds[code],
            panel.ratings[:, row].ravel().tolist(),
            panel.looked_at[:, row].ravel().tolist(),
        )

    rows = sorted(range(len(panel.respondents)), key=said)
    width = len(str(len(rows)))
    names = {panel.respondents[row]: f"P{place:0{width}}" for place, row in enumerate(rows, start=1)}
    order = np.array(rows, dtype=np.int64)
    return Answers(
        replace(
            panel,
            respondents=tuple(names[panel.respondents[row]] for row in rows),
            helices=tuple(panel.helices[row] for row in rows),
            regions=tuple(panel.regions[row] for row in rows),
            ratings=panel.ratings[:, order],
            took_part=panel.took_part[:, order],
            looked_at=panel.looked_at[:, order],
        ),
        {names[code]: language for code, language in answers.languages.items()},
        {names[code]: number for code, number in answers.first_rounds.items()},
    )


def to_files(answers: Answers) -> dict[str, bytes]:
    """The answers as tables."""
    panel = answers.panel
    people = [
        (code, helix, region, answers.languages[code], answers.first_rounds[code])
        for code, helix, region in zip(panel.respondents, panel.helices, panel.regions, strict=True)
    ]
    ratings = [
        (
            number,
            code,
            item,
            *("" if point == MISSING else point for point in panel.ratings[layer, row, place].tolist()),
        )
        for layer, number in enumerate(panel.rounds)
        for row, code in enumerate(panel.respondents)
        for place, item in enumerate(panel.initiatives)
        if panel.looked_at[layer, row, place]
    ]
    return {
        RESPONDENTS: table(COLUMNS, people),
        RATINGS: table(("round", "respondent", "initiative", *panel.criteria), ratings),
    }


def from_files(files: Mapping[str, bytes], protocol: Mapping[str, Any]) -> Answers:
    """The answers that tables hold, over all items of a protocol. Raises Broken where they do not fit it."""
    scale = protocol["scale"]
    try:
        rated, _ = read_panel_files(files[RESPONDENTS], files[RATINGS], scale=(scale["low"], scale["high"]))
    except PanelFileError as fault:
        raise Broken(str(fault)) from fault
    if list(rated.criteria) != [one["code"] for one in protocol["criteria"]]:
        raise Broken(f"{RATINGS} does not have the criteria of the protocol.")
    people = {row["respondent"]: row for row in records(files[RESPONDENTS])}
    # as they stand: what reads files from elsewhere takes some words for others
    rated = replace(rated, helices=tuple(people[code]["helix"] for code in rated.respondents))
    return Answers(
        with_all_items(rated, [item["code"] for item in protocol["items"]]),
        {code: people[code]["language"] for code in rated.respondents},
        {code: int(people[code]["first_round"]) for code in rated.respondents},
    )


def with_all_items(panel: Panel, items: Iterable[str]) -> Panel:
    """The panel with items that nobody rated."""
    lines = [
        (
            number,
            code,
            item,
            [None if point == MISSING else point for point in panel.ratings[layer, row, place].tolist()],
        )
        for layer, number in enumerate(panel.rounds)
        for row, code in enumerate(panel.respondents)
        for place, item in enumerate(panel.initiatives)
        if panel.looked_at[layer, row, place]
    ]
    return build_panel(
        low=panel.low,
        high=panel.high,
        criteria=panel.criteria,
        respondents={
            code: (helix, region)
            for code, helix, region in zip(panel.respondents, panel.helices, panel.regions, strict=True)
        },
        ratings=lines,
        initiatives=items,
    )


def only_rated(panel: Panel) -> Panel:
    """The panel without items that nobody was shown, as the two tables hold it."""
    rated = np.flatnonzero(panel.looked_at.any(axis=(0, 1)))
    return replace(
        panel,
        initiatives=tuple(panel.initiatives[place] for place in rated),
        ratings=panel.ratings[:, :, rated],
        looked_at=panel.looked_at[:, :, rated],
    )


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A table as CSV after RFC 4180."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(columns)
    writer.writerows(rows)
    return target.getvalue().encode()


def records(data: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file by column."""
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))
