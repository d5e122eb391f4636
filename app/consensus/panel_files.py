"""A panel from `respondents.csv` and `ratings.csv`. Every fault is named by file, row, column and reason."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.consensus.panel import Panel, Rating, build_panel

READ_AS = {"society": "civil"}
SCALES = ((1, 5), (1, 7), (1, 9), (1, 10), (1, 11))
LONGEST_CELL = 200
MOST_FAULTS = 200
WHOLE = re.compile(r"^[+-]?[0-9]{1,6}([.,]0{1,6})?$", re.ASCII)


@dataclass(frozen=True)
class Problem:
    """What is wrong where; rows are numbered as a sheet shows them, the header being row 1."""

    file: str
    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, row {self.row}, {self.column}: {self.reason}."


class PanelFileError(Exception):
    """Tables that cannot be used, with every problem found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems[:MOST_FAULTS])))
        self.problems = tuple(problems)


@dataclass
class _Table:
    name: str
    header: list[str]
    rows: list[tuple[int, list[str]]]


def read_panel_files(respondents: bytes, ratings: bytes, *, scale: tuple[int, int] | None = None) -> tuple[Panel, bool]:
    """The panel in the two tables, and whether its scale had to be inferred from the ratings.

    Raises PanelFileError naming every fault: unknown respondent, value outside the scale or no whole number,
    duplicate row, missing column, empty key. An empty cell or NA is "can't judge".
    """
    problems: list[Problem] = []
    people = _read_people(respondents, problems)
    table = _table("ratings.csv", ratings, ("round", "respondent", "initiative"), problems)
    criteria = [name for name in table.header if name not in ("round", "respondent", "initiative")]
    if not criteria and not problems:
        problems.append(Problem("ratings.csv", 1, "criterion", "at least one criterion column is missing"))
    lines = _read_ratings(table, criteria, people, problems)
    values = [point for line in lines for point in line[3] if point is not None]
    found = scale or _infer(values)
    low, high = found
    for (row, _), line in zip(table.rows, lines, strict=False):
        for name, point in zip(criteria, line[3], strict=True):
            if point is not None and not low <= point <= high:
                problems.append(Problem("ratings.csv", row, name, f"{point} is outside the scale {low} to {high}"))
    if not lines and not problems:
        problems.append(Problem("ratings.csv", 1, "row", "there are no ratings"))
    if problems:
        raise PanelFileError(problems)
    panel = build_panel(low=low, high=high, criteria=criteria, respondents=people, ratings=lines)
    return panel, scale is None


def _infer(values: Sequence[int]) -> tuple[int, int]:
    highest = max(values, default=1)
    return next((scale for scale in SCALES if highest <= scale[1]), SCALES[-1])


def _read_people(data: bytes, problems: list[Problem]) -> dict[str, tuple[str, str]]:
    table = _table("respondents.csv", data, ("respondent", "helix", "region"), problems)
    people: dict[str, tuple[str, str]] = {}
    for row, cells in table.rows:
        record = dict(zip(table.header, cells, strict=False))
        code, helix = record.get("respondent", ""), record.get("helix", "").lower()
        for column, value in (("respondent", code), ("helix", helix)):
            if column in table.header and not value:
                problems.append(Problem(table.name, row, column, "is empty"))
        if code in people:
            problems.append(Problem(table.name, row, "respondent", f"{code} stands in the table twice"))
        people[code] = (READ_AS.get(helix, helix), record.get("region", ""))
    return people


def _read_ratings(
    table: _Table, criteria: Sequence[str], people: dict[str, tuple[str, str]], problems: list[Problem]
) -> list[Rating]:
    lines: list[Rating] = []
    seen: set[tuple[int, str, str]] = set()
    for row, cells in table.rows:
        record = dict(zip(table.header, cells, strict=False))
        number = _whole(record.get("round", ""))
        respondent, initiative = record.get("respondent", ""), record.get("initiative", "")
        if number is None or not 1 <= number <= 99:
            problems.append(Problem(table.name, row, "round", "is not the number of a round"))
        if respondent not in people:
            problems.append(Problem(table.name, row, "respondent", f"{respondent or 'nobody'} is not a respondent"))
        if not initiative:
            problems.append(Problem(table.name, row, "initiative", "is empty"))
        key = (number or 0, respondent, initiative)
        if key in seen:
            problems.append(Problem(table.name, row, "row", "this rating stands in the table twice"))
        seen.add(key)
        points: list[int | None] = []
        for name in criteria:
            cell = record.get(name, "")
            point = _whole(cell)
            if point is None and cell and cell.upper() != "NA":
                problems.append(Problem(table.name, row, name, f"{cell[:40]} is not a whole number"))
            points.append(point)
        lines.append((number or 0, respondent, initiative, points))
    return lines


def _whole(cell: str) -> int | None:
    """The whole number in a cell: digits, perhaps with a decimal part of zeros after point or comma.

    >>> _whole("4"), _whole("4,0"), _whole("4.5"), _whole("NaN")
    (4, 4, None, None)
    """
    return int(re.split(r"[.,]", cell)[0]) if WHOLE.match(cell) else None


def _table(name: str, data: bytes, wanted: Sequence[str], problems: list[Problem]) -> _Table:
    empty = _Table(name, [], [])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        problems.append(Problem(name, 1, "file", "is not in UTF-8"))
        return empty
    if "\x00" in text:
        problems.append(Problem(name, 1, "file", "has a character that cannot be stored"))
        return empty
    first = text.partition("\n")[0]
    separator = max((",", ";"), key=first.count)
    try:
        raw = [*csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)]
    except csv.Error:
        problems.append(Problem(name, 1, "file", "cannot be read as CSV"))
        return empty
    header = [cell.strip().lower() for cell in raw[0]] if raw else []
    problems.extend(Problem(name, 1, column, "the column is missing") for column in wanted if column not in header)
    problems.extend(
        Problem(name, 1, column or "column", "the column stands twice or has no name")
        for column in sorted({c for c in header if not c or header.count(c) > 1})
    )
    rows: list[tuple[int, list[str]]] = []
    for number, cells in enumerate(raw[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            problems.append(Problem(name, number, "row", f"has {len(cells)} cells, the header {len(header)}"))
        if any(len(cell) > LONGEST_CELL for cell in cells):
            problems.append(Problem(name, number, "row", "has a cell that is too long"))
        rows.append((number, [cell.strip() for cell in cells]))
    return _Table(name, header, rows)
