"""Readings out of files as others write them: what stands in which row and column, not yet whether it is right.

Read are long sheets (CSV or XLSX), Eurostat's TSV and SDMX-CSV, the tidy CSV that programs make of them
(geo, time, values), and JSON-stat.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from app.core.errors import Invalid
from app.documents.sheets import LARGEST_FILE, Fault, FaultyFile, read_rows
from app.indicators.rules import split_flags

LONG_NEEDED = ("indicator_id", "region_id", "year", "value")
DEFINING = ("indicator_name", "dimension", "unit", "direction", "definition", "source", "source_url", "territory_rule")
LONG_MAY = ("geo_code_used", "nuts_edition", "value_status", "note", "demo", *DEFINING)
TIDY = {"geo": "geo", "time": "time", "values": "values"}
SDMX = {"geo": "geo", "time_period": "time", "obs_value": "values", "obs_flag": "flags", "conf_status": "conf"}
SDMX_ASIDE = frozenset({"dataflow", "structure", "structure_id", "structure_name", "action", "last update"})
MOST_CELLS, MOST_ROWS, MOST_COLUMNS, MOST_DIMENSIONS = 200_000, 50_000, 200, 20

TWICE, MISSING, UNKNOWN = "stands twice", "is missing", "is not a column of this format"
TOO_MANY_CELLS = "has more cells than the header"
SEVERAL = "has several values (%(values)s): choose one before the import"
NOT_KNOWN = "This file is none that readings are read from."
WRONG_JSON = (ArithmeticError, ValueError, LookupError, TypeError, AttributeError, StopIteration, RecursionError)


@dataclass(frozen=True)
class Observation:
    """One value as a file gives it, all as text, with the row it stands in and the column of each part.

    `is_eurostat` says that missing values and flags are written in Eurostat's way; `defined` holds what the row says
    of its indicator.
    """

    row: int
    indicator: str
    region: str
    code: str
    edition: str
    year: str
    value: str
    flags: str = ""
    status: str = ""
    unit: str = ""
    note: str = ""
    is_eurostat: bool = False
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    defined: Mapping[str, str] = field(default_factory=dict[str, str])

    def column(self, part: str) -> str:
        """What the file calls the column of a part."""
        return self.columns.get(part, part)


def read_observations(name: str, data: bytes) -> list[Observation]:
    """All values in a file.

    Raises Invalid for a file of another kind or without a value, FaultyFile when its head is wrong.
    """
    found = _read(name, data)
    if not found:
        raise Invalid("This sheet is empty.")
    return found


def _read(name: str, data: bytes) -> list[Observation]:
    if len(data) > LARGEST_FILE:
        raise Invalid("This file is too large.")
    kind = name.rpartition(".")[2].lower()
    if b"\0" in data and kind in ("csv", "tsv"):
        raise Invalid("This sheet cannot be read as CSV.")
    if kind == "tsv":
        return _from_tsv(data)
    if kind == "json":
        return _from_json_stat(data)
    if kind not in ("csv", "xlsx"):
        raise Invalid("Readings are read from .csv, .xlsx, .tsv and .json files.")
    rows = read_rows(name, data, MOST_ROWS)
    header = [cell.strip().lower() for cell in next(rows, list[str]())]
    if len(header) > MOST_COLUMNS:
        raise Invalid("This sheet has too many columns.")
    _refuse([Fault(1, one, TWICE) for one in sorted({one for one in header if one and header.count(one) > 1})])
    numbered = [(number, row) for number, row in enumerate(rows, start=2) if any(cell.strip() for cell in row)]
    _refuse([Fault(number, "row", TOO_MANY_CELLS) for number, row in numbered if any(row[len(header) :])])
    records = [(number, dict(zip(header, _padded(row, header), strict=False))) for number, row in numbered]
    if "obs_value" in header:
        return _from_table(records, header, SDMX, aside=SDMX_ASIDE)
    if {"geo", "time", "values"} <= set(header):
        return _from_table(records, header, TIDY)
    return _from_long(records, header)


def _padded(row: Sequence[str], header: Sequence[str]) -> list[str]:
    return [*row, *[""] * (len(header) - len(row))]


def _from_long(records: Sequence[tuple[int, Mapping[str, str]]], header: Sequence[str]) -> list[Observation]:
    faults = [Fault(1, name, UNKNOWN) for name in header if name and name not in (*LONG_NEEDED, *LONG_MAY)]
    faults += [Fault(1, name, MISSING) for name in LONG_NEEDED if name not in header]
    _refuse(faults)
    parts = {
        "indicator": "indicator_id",
        "region": "region_id",
        "code": "geo_code_used" if "geo_code_used" in header else "region_id",
        "edition": "nuts_edition",
        "status": "value_status",
    }
    return [
        Observation(
            row=number,
            indicator=cells["indicator_id"].strip(),
            region=cells["region_id"].strip(),
            code=(cells.get("geo_code_used", "") or cells["region_id"]).strip(),
            edition=cells.get("nuts_edition", "").strip(),
            year=cells["year"],
            value=cells["value"].strip(),
            status=cells.get("value_status", "").strip(),
            unit=cells.get("unit", "").strip(),
            note=cells.get("note", "").strip(),
            columns=parts,
            defined={name: cells[name].strip() for name in DEFINING if cells.get(name, "").strip()},
        )
        for number, cells in records
    ]


def _from_table(
    records: Sequence[tuple[int, Mapping[str, str]]],
    header: Sequence[str],
    names: Mapping[str, str],
    aside: frozenset[str] = frozenset(),
) -> list[Observation]:
    """A table with one row a value, in Eurostat's columns; every other column is a dimension with one value only."""
    _refuse([Fault(1, name, MISSING) for name in ("geo", "time_period") if name in names and name not in header])
    back = {part: name for name, part in names.items()}
    for name in header:
        if name and name not in names and name not in aside:
            _refuse_several(name, [(number, cells[name]) for number, cells in records])
    found: list[Observation] = []
    for number, cells in records:
        value, flags = split_flags(cells[back["values"]])
        flags += cells.get("obs_flag", "").strip().lower()
        code = cells["geo"].strip()
        found.append(
            Observation(
                row=number,
                indicator="",
                region=code,
                code=code,
                edition="",
                year=cells[back["time"]],
                value=value,
                flags=flags,
                unit=cells.get("unit", "").strip(),
                is_eurostat=True,
                columns={"code": "geo", "region": "geo", "year": back["time"], "value": back["values"]},
            )
        )
    return found


def _from_tsv(data: bytes) -> list[Observation]:
    """Eurostat's TSV: the dimensions in the first column, one column a year."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("This sheet is not in UTF-8. Save it as CSV UTF-8.") from error
    try:
        rows = iter(list(csv.reader(io.StringIO(text, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE)))
    except csv.Error as error:
        raise Invalid("This sheet cannot be read as CSV.") from error
    header = [cell.strip() for cell in next(rows, list[str]())]
    dimensions, _, across = (header or [""])[0].partition("\\")
    names = [name.strip().lower() for name in dimensions.split(",")]
    if len(names) > MOST_DIMENSIONS:
        raise Invalid("This sheet has too many columns.")
    if not across or "geo" not in names:
        raise Invalid(NOT_KNOWN)
    years = header[1:]
    lines = [(number, row) for number, row in enumerate(rows, start=2) if any(cell.strip() for cell in row)]
    if len(lines) * max(len(years), 1) > MOST_CELLS:
        raise Invalid("This sheet has too many rows.")
    _refuse([Fault(number, "row", TOO_MANY_CELLS) for number, row in lines if len(row) > len(header)])
    keys = [(number, [one.strip() for one in row[0].split(",")]) for number, row in lines]
    _refuse([Fault(number, header[0], MISSING) for number, key in keys if len(key) != len(names)])
    for place, name in enumerate(names):
        if name != "geo":
            _refuse_several(name, [(number, key[place]) for number, key in keys])
    found: list[Observation] = []
    for (number, row), (_, key) in zip(lines, keys, strict=True):
        cells = dict(zip(names, key, strict=True))
        for year, cell in zip(years, row[1:], strict=False):
            value, flags = split_flags(cell)
            code = cells["geo"]
            parts = {"code": header[0], "region": header[0], "unit": header[0], "year": year, "value": year}
            found.append(
                Observation(
                    number,
                    *("", code, code, "", year, value, flags),
                    unit=cells.get("unit", ""),
                    is_eurostat=True,
                    columns=parts,
                )
            )
    return found


def _from_json_stat(data: bytes) -> list[Observation]:
    """A JSON-stat dataset; rows are counted as its values are, from 1."""
    try:
        # half a character is nothing that can be shown or kept
        json.dumps(given := _read_json(data), ensure_ascii=False).encode()
        if given["class"] != "dataset":
            raise Invalid(NOT_KNOWN)
        names, sizes = list[str](given["id"]), [int(size) for size in given["size"]]
        keys = {name: _positions(given["dimension"][name]["category"]) for name in names}
        values, flags = _by_place(given["value"]), _by_place(given.get("status") or {})
        years = next(name for name in names if name.lower() in ("time", "time_period"))
        places = next(name for name in names if name.lower() == "geo")
        unit = next((keys[name][0] for name in names if name.lower() == "unit"), "")
    except WRONG_JSON as error:
        raise Invalid(NOT_KNOWN) from error
    if len(names) > MOST_DIMENSIONS or len(keys) < len(names):
        raise Invalid(NOT_KNOWN)
    total = 1
    for size in sizes:
        total *= size
    if total > MOST_CELLS:
        raise Invalid("This sheet has too many rows.")
    if [len(keys[name]) for name in names] != sizes:
        raise Invalid(NOT_KNOWN)
    for name in names:
        if name not in (years, places) and len(keys[name]) > 1:
            _refuse_several(name, [(1, one) for one in keys[name]])
    found: list[Observation] = []
    for place in range(total):
        rest, cells = place, dict[str, str]()
        for name, size in zip(reversed(names), reversed(sizes), strict=True):
            rest, step = divmod(rest, size)
            cells[name] = keys[name][step]
        value = values.get(place)
        found.append(
            Observation(
                place + 1,
                *("", cells[places], cells[places], "", cells[years]),
                value="" if value is None else str(value),
                flags=str(flags.get(place) or "").replace(":", "").strip(),
                unit=unit,
                is_eurostat=True,
                columns={"code": places, "region": places, "year": years},
            )
        )
    return found


def _read_json(data: bytes) -> Any:
    """What a JSON text says. Raises ValueError for one that a reader would have to guess at: a key twice, or NaN."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(found := dict(pairs)) < len(pairs):
            raise ValueError("a key stands twice")
        return found

    def refuse(text: str) -> Any:
        raise ValueError(text)

    return json.loads(data, object_pairs_hook=once, parse_constant=refuse)


def _positions(category: Mapping[str, Any]) -> list[str]:
    """The codes of a dimension in their order: listed, numbered, or the only one there is."""
    index = category.get("index")
    if isinstance(index, list):
        return [str(one) for one in cast(list[object], index)]
    if isinstance(index, dict):
        numbered = cast(dict[str, int], index)
        return sorted(numbered, key=lambda one: numbered[one])
    return [str(one) for one in category["label"]]


def _by_place(values: Any) -> dict[int, Any]:
    """Values listed one after the other, or by their place."""
    if isinstance(values, list):
        return dict(enumerate(cast(list[Any], values)))
    return {int(place): value for place, value in values.items()}


def _refuse_several(name: str, cells: Sequence[tuple[int, str]]) -> None:
    """Refuse a dimension of which a file holds more than one value: the sum or choice would be a guess."""
    values = sorted({cell.strip() for _, cell in cells})
    if len(values) > 1:
        first = cells[0][1].strip()
        row = next(number for number, cell in cells if cell.strip() != first) if cells[0][0] != cells[-1][0] else 1
        _refuse([Fault(row, name, SEVERAL, {"values": ", ".join(values[:5])})])


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise FaultyFile(faults)
