"""Initiatives from a catalogue file or a sheet. Every fault is named by row, column and reason."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app.actionplan.initiatives.cells import read_cell, read_list
from app.actionplan.initiatives.contradictions import WORDS, problems_within
from app.actionplan.initiatives.rules import TRANSLATED
from app.actionplan.initiatives.schemas import CatalogueFile, InitiativeIn, TopicIn
from app.core.errors import Invalid
from app.documents.sheets import LARGEST_FILE, Fault, FaultyFile, read_rows

LISTS = (
    "partners",
    "helix_groups",
    "expected_outputs",
    "linked_indicators",
    "programmes",
    "depends_on",
    "excludes",
    "before",
    "tags",
    "funding_candidates",
)
PARTS: dict[str, tuple[str, ...]] = {
    "cost_by_year_eur": ("year", "euros"),
    "phases": ("text", "start", "end"),
    "indicator_targets": ("indicator", "baseline", "target", "by_year", "unit", "region", "baseline_year"),
    "risks": ("text", "likelihood", "impact", "mitigation"),
    "trl_range": ("level",),
}
"""What the parts of an entry are, in columns whose entries have several (or are numbers)."""
TEXTS = ("pillar", "topic", "rationale", "lead_partner", "conflicts_of_interest", "status")
NUMBERS = ("budget_min_eur", "budget_max_eur", "start_year", "start_quarter", "duration_months")

REASONS = {
    "missing": "is missing",
    "string_too_long": "is too long",
    "string_too_short": "is empty",
    "string_pattern_mismatch": "has a sign that does not belong there, or is empty",
    "float_parsing": "is not a number",
    "int_parsing": "is not a whole number",
    "int_from_float": "is not a whole number",
    "int_type": "is not a whole number",
    "extra_forbidden": "is not a column of this format",
    "literal_error": "is not a known language or format",
    "too_short": "is missing",
    "too_long": "has too many entries",
    "greater_than_equal": "is too small",
    "less_than_equal": "is too large",
}


@dataclass
class Catalogue:
    """What a file brings. A sheet names its columns: of initiatives already there it changes nothing else.

    `rows` says where each initiative stands; `cells` are a sheet's cells by row, under `header`.
    """

    initiatives: list[InitiativeIn] = field(default_factory=list[InitiativeIn])
    topics: list[TopicIn] = field(default_factory=list[TopicIn])
    columns: frozenset[str] | None = None
    rows: dict[str, int] = field(default_factory=dict[str, int])
    faults: list[Fault] = field(default_factory=list[Fault])
    header: list[str] = field(default_factory=list[str])
    cells: dict[int, list[str]] = field(default_factory=dict[int, list[str]])


def parse_catalogue(name: str, data: bytes) -> Catalogue:
    """The catalogue in a file's bytes, as `read_catalogue`, when nothing is wrong with it.

    Raises FaultyFile naming every fault, Invalid for a file that is none of these.
    """
    catalogue = read_catalogue(name, data)
    if catalogue.faults:
        raise FaultyFile(catalogue.faults)
    return catalogue


def rows_to_correct(catalogue: Catalogue) -> str:
    """The header and the rows of a sheet with a fault, separated by tabs as a sheet's cells are when pasted."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    faulty = sorted({fault.row for fault in catalogue.faults} & set(catalogue.cells))
    if faulty:
        writer.writerows([catalogue.header, *(catalogue.cells[row] for row in faulty)])
    return text.getvalue()


def read_catalogue(name: str, data: bytes) -> Catalogue:
    """The catalogue in a file's bytes: JSON, or a sheet in CSV or XLSX, by the name's ending.

    It holds what is right, and what is wrong with the rest. Raises Invalid for a file that is none of these, and
    FaultyFile for a sheet whose header is wrong.
    """
    if len(data) > LARGEST_FILE:
        raise Invalid("This file is too large.")
    kind = name.rpartition(".")[2].lower()
    if kind not in ("json", "csv", "xlsx"):
        raise Invalid("Initiatives are read from .json, .csv and .xlsx files.")
    return _from_json(data) if kind == "json" else _from_rows(read_rows(name, data))


def _from_json(data: bytes) -> Catalogue:
    try:
        file = CatalogueFile.model_validate(json.loads(data))
    except (ValueError, RecursionError) as error:
        raise Invalid("This is not a file of the format initiative-catalogue/1.") from error
    catalogue = Catalogue(topics=file.topics)
    _check(catalogue, enumerate(file.initiatives, start=1))
    return catalogue


def _from_rows(rows: Iterator[list[str]]) -> Catalogue:
    header = [name.strip().lower() for name in next(rows, list[str]())]
    twice = sorted({name for name in header if name and header.count(name) > 1})
    faults = [Fault(1, name, "stands twice") for name in twice]
    faults += [Fault(1, name, "is not a column of this format") for name in header if not _is_column(name)]
    faults += [Fault(1, name, "is missing") for name in ("id",) if name not in header]
    if not any(name == "title" or name.startswith("title_") for name in header):
        faults.append(Fault(1, "title", "is missing"))
    if faults:
        raise FaultyFile(faults)
    catalogue = Catalogue(columns=frozenset(header), header=header)
    for number, cells in enumerate(rows, start=2):
        if any(cell.strip() for cell in cells):
            catalogue.cells[number] = cells
    if not catalogue.cells:
        raise Invalid("This sheet has no initiatives.")
    long = [number for number, cells in catalogue.cells.items() if any(cells[len(header) :])]
    catalogue.faults += [Fault(number, "row", "has more cells than the header") for number in long]
    _check(
        catalogue,
        ((number, _record(dict(zip(header, cells, strict=False)))) for number, cells in catalogue.cells.items()),
    )
    return catalogue


def _is_column(name: str) -> bool:
    base, _, _ = name.partition("_")
    known = {"id", *TRANSLATED, *TEXTS, *NUMBERS, *LISTS, *PARTS, ""}
    return name in known or base in TRANSLATED


def _record(cells: dict[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = {"id": cells.get("id", "").strip()}
    for base in TRANSLATED:
        texts = {
            "en" if name == base else name.partition("_")[2]: cell
            for name, cell in cells.items()
            if name.partition("_")[0] == base
        }
        made[base] = {language: text for language, text in texts.items() if text.strip()}
    made |= {name: cells[name] for name in TEXTS if cells.get(name, "").strip()}
    made |= {name: cells[name].strip() for name in NUMBERS if cells.get(name, "").strip()}
    made |= {name: read_list(cells.get(name, "")) for name in LISTS}
    for name in PARTS:
        entries = read_cell(cells.get(name, ""))
        if entries:
            made[name] = _structure(name, entries)
    return made


def _structure(name: str, entries: Sequence[Sequence[str]]) -> Any:
    """The entries of a cell as the sheet's field has them; what is too much stays, so that it is found at fault."""
    if name == "cost_by_year_eur":
        return {year: " ".join(rest) for year, *rest in entries}
    if name == "trl_range":
        return [" ".join(parts) for parts in entries]
    names = PARTS[name]
    return [
        {key: part for key, part in zip(names, parts, strict=False) if part}
        | ({"more": parts[len(names) :]} if len(parts) > len(names) else {})
        for parts in entries
    ]


def _check(catalogue: Catalogue, numbered: Iterable[tuple[int, dict[str, Any]]]) -> None:
    """Sort what is right into the catalogue's initiatives, and what is not into its faults."""
    faulty = {fault.row for fault in catalogue.faults}
    for row, raw in numbered:
        try:
            initiative = InitiativeIn.model_validate(raw)
        except ValidationError as error:
            catalogue.faults += [fault_of(row, part) for part in error.errors()]
            continue
        problems = problems_within(initiative.model_dump(mode="json"))
        catalogue.faults += [Fault(row, name, WORDS[one.key], one.values) for name, one in problems.items()]
        if initiative.id in catalogue.rows:
            values = {"code": initiative.id, "row": catalogue.rows[initiative.id]}
            catalogue.faults.append(Fault(row, "id", "%(code)s stands in row %(row)s already", values))
        elif row not in faulty and not problems:
            catalogue.rows[initiative.id] = row
            catalogue.initiatives.append(initiative)


def fault_of(row: int, part: ErrorDetails) -> Fault:
    """What a check of an initiative found, as a fault of its row."""
    place = [str(step) for step in part["loc"] if step != "[key]"]
    message = part["msg"].removeprefix("Value error, ")
    reason = REASONS.get(part["type"], message[:1].lower() + message[1:])
    column = place[0] if place and place[0] in (*LISTS, *PARTS) else "_".join(place)
    return Fault(row, column.encode("utf-8", "replace").decode() or "id", reason)
