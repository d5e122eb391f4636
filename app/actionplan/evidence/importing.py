"""The dots of a workshop from a sheet: one row an initiative, or one an initiative and group."""

from collections.abc import Collection, Iterator

from app.actionplan.evidence.reading import MOST_DOTS_EACH, MOST_PEOPLE
from app.actionplan.evidence.rules import HELICES, VoteIn
from app.core.errors import Invalid
from app.documents.sheets import Fault, FaultyFile, read_rows

COLUMNS = ("initiative", "dots", "helix")
NEEDED = COLUMNS[:2]
MOST = MOST_PEOPLE * MOST_DOTS_EACH


def parse_dots(name: str, data: bytes, codes: Collection[str]) -> tuple[dict[str, VoteIn], dict[str, int]]:
    """The dots by the initiative's code, and the row in which each stands last; nothing of a sheet with a fault.

    Raises FaultyFile naming every fault, Invalid for a file that is no sheet.
    """
    rows = read_rows(name, data)
    header = [cell.strip().lower() for cell in next(rows, list[str]())]
    faults = [Fault(1, column, "is missing") for column in NEEDED if column not in header]
    faults += [Fault(1, column, "is not a column of this format") for column in header if column not in (*COLUMNS, "")]
    faults += [Fault(1, column, "stands twice") for column in COLUMNS if header.count(column) > 1]
    if faults:
        raise FaultyFile(faults)
    cells: dict[tuple[str, str], int] = {}
    places: dict[str, int] = {}
    for row, code, helix, dots in _lines(header, rows):
        found = _faults(row, code, helix, dots, codes)
        if (code, helix) in cells:
            values = {"code": code, "row": places[code]}
            found.append(Fault(row, "initiative", "%(code)s stands in row %(row)s already", values))
        elif any(known == code and bool(group) != bool(helix) for known, group in cells):
            found.append(Fault(row, "helix", "is given for some rows of this initiative only"))
        if not found:
            cells[code, helix] = int(dots)
        places[code] = row
        faults += found
    if faults:
        raise FaultyFile(faults)
    if not cells:
        raise Invalid("This sheet has no dots.")
    return {code: _vote(code, cells) for code in places}, places


def _lines(header: list[str], rows: Iterator[list[str]]) -> Iterator[tuple[int, str, str, str]]:
    for number, row in enumerate(rows, start=2):
        record = {name: cell.strip() for name, cell in zip(header, row, strict=False)}
        if any(record.values()):
            helix = record.get("helix", "").lower()
            yield number, record.get("initiative", ""), "civil" if helix == "society" else helix, record.get("dots", "")


def _faults(row: int, code: str, helix: str, dots: str, codes: Collection[str]) -> list[Fault]:
    faults: list[Fault] = []
    if code not in codes:
        faults.append(Fault(row, "initiative", "is not the code of an initiative"))
    if helix and helix not in HELICES:
        faults.append(Fault(row, "helix", "is none of academia, industry, government, civil"))
    if not (dots.isascii() and dots.isdecimal() and len(dots) <= len(str(MOST)) and int(dots) <= MOST):
        faults.append(Fault(row, "dots", "is not a whole number"))
    return faults


def _vote(code: str, cells: dict[tuple[str, str], int]) -> VoteIn:
    own = {helix: dots for (known, helix), dots in cells.items() if known == code}
    by_helix = None if "" in own else {helix: own.get(helix, 0) for helix in HELICES}
    return VoteIn(code, dots=sum(own.values()), by_helix=by_helix)
