"""Whether what a partner's file says can be taken over under a mapping: every fault by row and column."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from app.core.codes import CELL_IS_A_PAGE, hides_page
from app.core.errors import Invalid
from app.documents.sheets import Fault, FaultyFile, read_rows
from app.programmes.importing.rules import (
    NO_NUMBER,
    NOT_KNOWN,
    NUMBERS,
    WHOLE,
    Unreadable,
    guess_decimal,
    guess_fields,
    guess_scale,
    guess_value,
    is_nothing,
    plain,
    read_amount,
    read_costs,
    read_whole,
    rescale,
    scale_in,
    split_groups,
)
from app.programmes.importing.words import FIELD_WORDS
from app.programmes.rules import CHOICES
from app.programmes.schemas import ContentIn

LARGEST_FILE = 700_000
MOST_PROGRAMMES, MOST_COLUMNS, MOST_WORDS = 1000, 80, 300
LONGEST_CELL, LONGEST_FIGURE, MOST_TEXT = 10_000, 60, 2_000_000
"""A sheet of a few kilobytes may unpack to a hundred megabytes, which nobody reads word by word."""
CODE = re.compile(r"^[\w.\-]{1,40}$")

NO_COLUMN = "is missing: choose the column that holds it"
TWO_COLUMNS = "is chosen for two columns: %(columns)s"
NO_VALUE = "is empty"
UNMAPPED = "“%(word)s” is not mapped to a value yet"
BAD_CODE = "is too long, or has signs that do not belong in a code"
AGAIN = "stands in row %(row)s already"
NO_PARTNER = "names no partner of the consortium"
OTHER_PARTNER = "is another partner than the one chosen"
TOO_MANY_CELLS = "has more cells than the header"
OUT_OF_RANGE = "is too long, too large or too small"
HIGH_FIRST = "ends lower than it begins"
NO_SCALE = "does not tell its scale: choose it"
TOO_MANY_WORDS = "holds more than %(most)s different words: it is hardly this field"


@dataclass(frozen=True)
class Sheet:
    """A file as rows under a header, each row with its number and as many cells as the header."""

    name: str
    header: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]]

    def cells(self, place: int) -> list[str]:
        """The cells of a column."""
        return [row[place] for _, row in self.rows]


@dataclass(frozen=True)
class Choices:
    """How a file is read: the field of each column, the value of each word, its decimal sign and scale.

    Words are kept plain, by their field; an empty decimal sign or scale says that nobody has chosen and that the file
    does not tell.
    """

    fields: Sequence[str]
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, dict[str, str]])
    decimal: str = ""
    scale: str = ""


@dataclass(frozen=True)
class Line:
    """A programme that can be taken over; without a code it goes by its name."""

    row: int
    partner: str
    code: str
    content: ContentIn


@dataclass
class Report:
    """What a file holds: programmes when nothing is wrong with it, faults when something is."""

    name: str
    lines: list[Line] = field(default_factory=list[Line])
    faults: list[Fault] = field(default_factory=list[Fault])


def read_sheet(name: str, data: bytes) -> Sheet:
    """The rows of a CSV or XLSX file. Raises Invalid for another file, FaultyFile for one without a clear header."""
    if len(data) > LARGEST_FILE:
        raise Invalid("This file is too large.")
    is_table = name.rpartition(".")[2].lower() in ("tsv", "txt")
    rows = [
        (number, [cell.strip() for cell in row])
        for number, row in enumerate(read_rows(f"{name}.csv" if is_table else name, data), start=1)
    ]
    _refuse_long(rows)
    filled = [(number, row) for number, row in rows if any(row)]
    if not filled:
        raise Invalid("This sheet is empty.")
    first, top = filled[0]
    width = max(place for place, cell in enumerate(top) if cell) + 1
    header = top[:width]
    if width > MOST_COLUMNS or len(filled) > MOST_PROGRAMMES + 1:
        raise Invalid("This sheet has too many rows.")
    faults = [Fault(number, "row", TOO_MANY_CELLS) for number, row in filled[1:] if any(row[width:])]
    named = [plain(one) for one in header if one]
    faults += [Fault(first, one, "stands twice") for one in dict.fromkeys(header) if named.count(plain(one)) > 1]
    if faults:
        raise FaultyFile(faults)
    padded = [(number, [*row[:width], *[""] * (width - len(row))]) for number, row in filled[1:]]
    return Sheet(name, header, padded)


def _refuse_long(rows: Sequence[tuple[int, Sequence[str]]]) -> None:
    """Refuse a sheet that no person has written. Raises FaultyFile, Invalid."""
    faults = [Fault(number, "row", OUT_OF_RANGE) for number, row in rows if any(len(one) > LONGEST_CELL for one in row)]
    if faults:
        raise FaultyFile(faults)
    if sum(len(one) for _, row in rows for one in row) > MOST_TEXT:
        raise Invalid("This file is too large.")


def words_in(sheet: Sheet, fields: Sequence[str]) -> dict[str, list[str]]:
    """The different words of each field that is one of a few, as the file writes them, up to one more than may be."""
    found: dict[str, list[str]] = {}
    for place, name in enumerate(fields):
        if name in CHOICES:
            by_plain: dict[str, str] = {}
            for word in dict.fromkeys(word for cell in sheet.cells(place) for word in _words(name, cell)):
                by_plain.setdefault(plain(word), word)
                if len(by_plain) > MOST_WORDS:
                    break
            found[name] = list(by_plain.values())
    return found


def _words(name: str, cell: str) -> list[str]:
    if name == "target_groups":
        return split_groups(cell)
    # one value of evidence is that there is none
    return [] if is_nothing(cell) else [cell]


def guess(sheet: Sheet, kept: Mapping[str, Any]) -> Choices:
    """How a file is read, by what was kept of the partner's earlier files and by what things are usually called."""
    fields = guess_fields(sheet.header, kept.get("fields", {}))
    scale = kept.get("scale", "")
    if "satisfaction_0_10" in fields:
        scale = scale_in(sheet.header[fields.index("satisfaction_0_10")]) or scale
    # figures say more of their decimal sign than earlier files do
    return with_fields(sheet, Choices(fields, kept.get("words", {}), _decimal(sheet, fields), scale), kept)


def _decimal(sheet: Sheet, fields: Sequence[str]) -> str:
    cells = [cell for place, name in enumerate(fields) if name in NUMBERS for cell in sheet.cells(place)]
    return guess_decimal([cell for cell in cells if len(cell) <= LONGEST_FIGURE])


def with_fields(sheet: Sheet, choices: Choices, kept: Mapping[str, Any] | None = None) -> Choices:
    """The choices with a guess for everything that is still open under their fields."""
    words = {
        name: {plain(word): guess_value(name, word, choices.words.get(name)) for word in found}
        for name, found in words_in(sheet, choices.fields).items()
    }
    decimal = choices.decimal or _decimal(sheet, choices.fields) or (kept or {}).get("decimal", "")
    scale = choices.scale
    if not scale and "satisfaction_0_10" in choices.fields:
        place = list(choices.fields).index("satisfaction_0_10")
        values = [value for cell in sheet.cells(place) if (value := _figure(cell, decimal)) is not None]
        scale = scale_in(sheet.header[place]) or guess_scale(values)
    return Choices(choices.fields, words, decimal, scale)


def _figure(cell: str, decimal: str) -> float | None:
    try:
        return read_amount(_bare(cell), decimal) if len(cell) <= LONGEST_FIGURE else None
    except Unreadable:
        return None


def _bare(cell: str) -> str:
    """A satisfaction without its sign of percent or its “out of”."""
    return re.sub(r"\s*(%|/\s*\d+)\s*$", "", cell)


def fits(sheet: Sheet, choices: Choices, kept: Mapping[str, Any]) -> bool:
    """Whether what was kept of earlier files says all of this one, so that nothing is guessed."""
    columns, words = kept.get("fields", {}), kept.get("words", {})
    return all(plain(one) in columns for one in sheet.header) and all(
        plain(word) in words.get(name, {}) for name, found in words_in(sheet, choices.fields).items() for word in found
    )


def check(sheet: Sheet, choices: Choices, partners: Mapping[str, str], chosen: str) -> Report:
    """Hold a file against a mapping. `partners` are the partners' keys by their plain codes and names; `chosen` is the
    key of the one whose file it is, empty where the file says it. A report with a fault is not to be used.
    """
    report = Report(sheet.name)
    places = {name: place for place, name in enumerate(choices.fields) if name}
    report.faults = _field_faults(sheet, choices, chosen)
    if report.faults:
        return report
    seen: dict[tuple[str, str, str], int] = {}
    for row, cells in sheet.rows:
        reader = _Row(row, cells, sheet.header, places, choices)
        partner = reader.partner(partners, chosen)
        code = reader.text("code")
        if code and not CODE.match(code):
            reader.fault("code", BAD_CODE)
        elif code and hides_page(code):
            reader.fault("code", CELL_IS_A_PAGE)
        content = reader.content()
        for kind, said in (("code", code.casefold()), ("name", plain(content["name"]))):
            if said and (kind == "code" or not code):
                if (partner, kind, said) in seen:
                    reader.fault(kind, AGAIN, {"row": seen[partner, kind, said]})
                seen.setdefault((partner, kind, said), row)
        if not reader.faults:
            try:
                report.lines.append(Line(row, partner, code, ContentIn.model_validate(content)))
            except ValidationError as error:
                for part in error.errors():
                    reader.fault(str(part["loc"][0]) if part["loc"] else "annual_cost_eur", OUT_OF_RANGE)
        report.faults += reader.faults
    if report.faults:
        report.lines = []
    return report


def _field_faults(sheet: Sheet, choices: Choices, chosen: str) -> list[Fault]:
    needed = ("name", "category") if chosen else ("name", "category", "partner")
    faults = [Fault(1, name, NO_COLUMN) for name in needed if name not in choices.fields]
    for name in FIELD_WORDS:
        columns = [sheet.header[place] for place, one in enumerate(choices.fields) if one == name]
        if len(columns) > 1:
            faults.append(Fault(1, name, TWO_COLUMNS, {"columns": ", ".join(columns)}))
    for name, words in words_in(sheet, choices.fields).items():
        if len(words) > MOST_WORDS:
            column = sheet.header[list(choices.fields).index(name)]
            faults.append(Fault(1, column, TOO_MANY_WORDS, {"most": MOST_WORDS}))
    return faults


@dataclass
class _Row:
    """One row of a file under its mapping; what is wrong with it is added to its faults."""

    row: int
    cells: Sequence[str]
    header: Sequence[str]
    places: Mapping[str, int]
    choices: Choices
    faults: list[Fault] = field(default_factory=list[Fault])

    def fault(self, name: str, reason: str, values: Mapping[str, object] | None = None) -> None:
        """Name what is wrong with the cell of a field."""
        self.faults.append(Fault(self.row, self.column(name), reason, values or {}))

    def column(self, name: str) -> str:
        """The heading of the column a field is read from, else its own name."""
        return self.header[self.places[name]] if name in self.places else name

    def text(self, name: str) -> str:
        """The cell of a field, empty where there is none or where it says that nothing is known."""
        cell = self.cells[self.places[name]].replace("\0", "") if name in self.places else ""
        return "" if is_nothing(cell) else cell

    def partner(self, partners: Mapping[str, str], chosen: str) -> str:
        """The key of the partner whose programme it is."""
        said = self.text("partner")
        found = partners.get(plain(said), "")
        if "partner" in self.places and not found and (said or not chosen):
            self.fault("partner", NO_PARTNER)
        elif chosen and found and found != chosen:
            self.fault("partner", OTHER_PARTNER)
        return chosen or found

    def content(self) -> dict[str, Any]:
        """What the row says of its programme."""
        content: dict[str, Any] = {name: self.text(name) for name in ("name", "description", "main_result_metric")}
        if not content["name"]:
            self.fault("name", NO_VALUE)
        for name in CHOICES:
            content[name] = self.value(name)
        if not content["category"] and not any(one.column == self.column("category") for one in self.faults):
            self.fault("category", NO_VALUE)
        said_open = content["open_to_other_regions"]
        content["open_to_other_regions"] = {"yes": True, "no": False}.get(said_open)
        for name in NUMBERS:
            content.update(self.figures(name))
        low, high = content.get("annual_cost_eur"), content.get("annual_cost_eur_high")
        if high is not None and (low is None or high < low):
            self.fault("annual_cost_eur" if low is not None else "annual_cost_eur_high", HIGH_FIRST)
        return content

    def value(self, name: str) -> Any:
        """The value of a field that is one of a few, several of target groups."""
        cell = self.cells[self.places[name]] if name in self.places else ""
        found: list[str] = []
        for word in _words(name, cell):
            value = self.choices.words.get(name, {}).get(plain(word), "")
            if not value:
                self.fault(name, UNMAPPED, {"word": word[:60]})
            elif value != NOT_KNOWN:
                found.append(value)
        return found if name == "target_groups" else (found[0] if found else "")

    def figures(self, name: str) -> dict[str, Any]:
        """The number in a field; a cost may bring its high end with it."""
        cell = self.text(name)
        if not cell:
            return {}
        try:
            if len(cell) > LONGEST_FIGURE:
                raise Unreadable(NO_NUMBER)
            if name == "annual_cost_eur":
                low, high = read_costs(cell, self.choices.decimal)
                return {name: low} if high is None else {name: low, "annual_cost_eur_high": high}
            if name == "annual_cost_eur_high":
                return {name: round(read_amount(cell, self.choices.decimal))}
            if name == "satisfaction_0_10":
                return {name: self.satisfaction(cell)}
            read = read_whole if name in WHOLE else read_amount
            return {name: read(cell, self.choices.decimal)}
        except Unreadable as unreadable:
            values = {"scale": self.choices.scale} if name == "satisfaction_0_10" else {}
            self.fault(name, str(unreadable), values)
            return {}

    def satisfaction(self, cell: str) -> float:
        """How satisfied people were on the scale from 0 to 10. Raises Unreadable."""
        value = read_amount(_bare(cell), self.choices.decimal)
        if not self.choices.scale:
            raise Unreadable(NO_SCALE)
        return rescale(value, self.choices.scale)
