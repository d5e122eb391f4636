"""Whether what a file says can be taken over: every fault by row and column, and what a reader should know besides."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.core.codes import CELL_IS_A_PAGE, hides_page
from app.documents.sheets import Fault
from app.indicators.reading import DEFINING, Observation
from app.indicators.rules import (
    AGGREGATES,
    EMPTY,
    NO_NUMBER,
    Direction,
    Status,
    Territory,
    Unreadable,
    read_number,
    read_year,
    status_of,
)
from app.indicators.territories import EDITIONS, is_known, other_edition

LONGEST_CODE, LONGEST_TEXT = 30, 2000

NO_EDITION = "names no edition of NUTS: choose the one its codes are of"
NO_SUCH_EDITION = "is no edition of NUTS there is a list of (%(known)s)"
TWO_EDITIONS = "is of NUTS %(other)s, while row %(row)s is of NUTS %(edition)s: two editions are mixed"
WRONG_EDITION = "%(code)s is a code of NUTS %(other)s, not of NUTS %(edition)s"
UNKNOWN_CODE = "%(code)s is not in the list of NUTS %(edition)s"
UNKNOWN_REGION = "%(code)s is not in the list of NUTS %(edition)s, nor the code of a partner"
NO_INDICATOR = "names no indicator: choose the one the file holds"
UNKNOWN_INDICATOR = "%(code)s is not in the catalogue"
BAD_CODE = "is empty, too long, or has signs that do not belong in a code"
OTHER_UNIT = "is in %(unit)s, while %(code)s is measured in %(known)s"
UNNAMED_UNIT = "is in %(unit)s: say that this is the unit of %(code)s (%(known)s)"
UNDEFINED = "is missing, and %(code)s is not in the catalogue yet"
OTHER_DEFINITION = "differs from row %(row)s"
OTHER_CATALOGUE = "differs from the catalogue: %(known)s"
BAD_DIRECTION = "is none of higher_better, lower_better and context"
BAD_STATUS = "is none of published, estimated, illustrative and missing"
NO_VALUE = "is empty, and the status does not say missing"
VALUE_THERE = "has a value, and the status says missing"
AGAIN = "stands in row %(row)s already: the same indicator, region and year"
LONG = "is too long"

NEEDED = ("indicator_name", "unit", "direction")


@dataclass(frozen=True)
class Known:
    """An indicator of the catalogue, as a file's rows are held against it."""

    unit: str
    defined: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Choices:
    """What the person who imports has said of a file.

    `indicator` is the one a file without indicators holds, and `unit` its unit as the file writes it. Rows whose code
    is not of the `edition` are faults, unless they are to be left out. `defines` lets the file add indicators and
    change what is said of them.
    """

    edition: str = ""
    indicator: str = ""
    unit: str = ""
    source: str = ""
    leaves_out: bool = False
    defines: bool = False


@dataclass(frozen=True)
class Checked:
    """A reading that can be taken over."""

    row: int
    indicator: str
    region: str
    territory: Territory
    nuts_code: str
    nuts_edition: str
    year: int
    value: float | None
    status: Status
    flags: str
    source: str
    note: str


@dataclass
class Report:
    """What a file holds: readings and indicators when nothing is wrong with it, faults when something is.

    `left_out` are the rows of other territories that were to be left out, `nearest` those measured in a territory
    near the region, `gaps` those without a value, and `absent` counts region and year pairs a file has no row for.
    """

    name: str
    readings: list[Checked] = field(default_factory=list[Checked])
    definitions: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    faults: list[Fault] = field(default_factory=list[Fault])
    left_out: list[Fault] = field(default_factory=list[Fault])
    nearest: list[Checked] = field(default_factory=list[Checked])
    gaps: list[Checked] = field(default_factory=list[Checked])
    absent: dict[str, int] = field(default_factory=dict[str, int])


def check(
    name: str,
    found: Sequence[Observation],
    known: Mapping[str, Known],
    areas: Mapping[str, Sequence[str]],
    choices: Choices,
) -> Report:
    """Hold what a file says against the catalogue, the list of NUTS and the partners' areas (their codes, main first).

    A report with a fault is not to be used.
    """
    report = Report(name)
    definitions = _define(report, found, known, choices)
    editions = _editions(report, found, choices)
    seen: dict[tuple[str, str, int], int] = {}
    mains = Counter(codes[0] for codes in areas.values() if codes)
    said = set[str]()
    for one in found:
        faults: list[Fault] = []
        edition = editions.get(one.row, "")
        code = one.indicator or choices.indicator
        of_choices = _indicator_faults(one, code, known, definitions, choices)
        # a file of Eurostat holds one indicator: what is wrong with it is said once, not of each of a thousand rows
        faults += [fault for fault in of_choices if not (one.is_eurostat and fault.reason in said)]
        said.update(fault.reason for fault in of_choices)
        territory = _territory(one, edition, areas) if edition else Territory.OWN
        if isinstance(territory, Fault):
            if choices.leaves_out:
                report.left_out.append(territory)
                continue
            faults.append(territory)
            territory = Territory.OWN
        year = _year(one, faults)
        value, status = _value(one, faults)
        if len(one.note) > LONGEST_TEXT:
            faults.append(Fault(one.row, "note", LONG))
        # a partner's area goes by the partner's code and by its own: it is the same region
        is_both = mains[one.code] == 1 and areas.get(one.region, ())[:1] == (one.code,)
        key = (code, one.code if is_both else one.region, year)
        if year and key in seen:
            faults.append(Fault(one.row, one.column("region"), AGAIN, {"row": seen[key]}))
        seen.setdefault(key, one.row)
        report.faults += faults
        if not faults and edition:
            source = one.defined.get("source", "") or choices.source
            place = (code, one.region, territory, one.code, edition, year)
            report.readings.append(Checked(one.row, *place, value, status, one.flags, source, one.note))
    report.faults.sort(key=lambda fault: fault.row)
    if report.faults:
        report.readings = []
        return report
    report.definitions = definitions
    report.nearest = [one for one in report.readings if one.territory is Territory.NEAREST]
    report.gaps = [one for one in report.readings if one.value is None]
    report.absent = _absent(report.readings)
    return report


def _define(
    report: Report, found: Sequence[Observation], known: Mapping[str, Known], choices: Choices
) -> dict[str, dict[str, str]]:
    """What the file says of its indicators, each once; a row that says otherwise than an earlier one is at fault."""
    definitions: dict[str, dict[str, str]] = {}
    first: dict[str, int] = {}
    for one in found:
        said = dict(one.defined)
        if not said or not one.indicator:
            continue
        if one.indicator not in first:
            first[one.indicator], definitions[one.indicator] = one.row, said
            report.faults += _definition_faults(one, known.get(one.indicator), choices)
            continue
        for name in DEFINING:
            # the source may be another from value to value: it is kept with the value
            is_other = said.get(name, "") != definitions[one.indicator].get(name, "")
            if name not in ("source", "source_url", "unit") and is_other:
                report.faults.append(Fault(one.row, name, OTHER_DEFINITION, {"row": first[one.indicator]}))
    return definitions if choices.defines else {}


def _definition_faults(one: Observation, known: Known | None, choices: Choices) -> list[Fault]:
    faults = [Fault(one.row, name, LONG) for name, text in one.defined.items() if len(text) > LONGEST_TEXT]
    direction = one.defined.get("direction", "")
    if direction and direction not in tuple(Direction):
        faults.append(Fault(one.row, "direction", BAD_DIRECTION))
    if known is None and choices.defines:
        missing = [name for name in NEEDED if not one.defined.get(name)]
        faults += [Fault(one.row, name, UNDEFINED, {"code": one.indicator}) for name in missing]
    if known is not None and not choices.defines:
        for name in ("indicator_name", "direction"):
            was = known.defined.get(name, "")
            if one.defined.get(name, was) != was:
                faults.append(Fault(one.row, name, OTHER_CATALOGUE, {"known": was}))
    return faults


def _editions(report: Report, found: Sequence[Observation], choices: Choices) -> dict[int, str]:
    """The edition of each row by its number; faults for rows of none, of an unknown one, or of two."""
    editions: dict[int, str] = {}
    first: Observation | None = None
    for one in found:
        edition = one.edition or choices.edition
        if edition not in EDITIONS:
            reason, values = (NO_SUCH_EDITION, {"known": ", ".join(EDITIONS)}) if edition else (NO_EDITION, {})
            report.faults.append(Fault(one.row, one.column("edition"), reason, values))
            if not edition:
                break
            continue
        editions[one.row] = edition
        if first is None:
            first = one
        elif edition != editions[first.row]:
            values = {"other": edition, "row": first.row, "edition": editions[first.row]}
            report.faults.append(Fault(one.row, one.column("edition"), TWO_EDITIONS, values))
    return editions


def _indicator_faults(
    one: Observation,
    code: str,
    known: Mapping[str, Known],
    definitions: Mapping[str, Mapping[str, str]],
    choices: Choices,
) -> list[Fault]:
    column = one.column("indicator")
    if not code:
        return [Fault(one.row, column, BAD_CODE if "indicator" in one.columns else NO_INDICATOR)]
    if len(code) > LONGEST_CODE or not all(sign.isalnum() or sign in "-_." for sign in code):
        return [Fault(one.row, column, BAD_CODE)]
    if code not in known and hides_page(code):
        return [Fault(one.row, column, CELL_IS_A_PAGE)]
    if code not in known and code not in definitions:
        return [Fault(one.row, column, UNKNOWN_INDICATOR, {"code": code})]
    unit = known[code].unit if code in known else definitions[code].get("unit", "")
    if not one.unit or one.unit == unit or (one.is_eurostat and one.unit == choices.unit):
        return []
    reason = UNNAMED_UNIT if one.is_eurostat and not choices.unit else OTHER_UNIT
    return [Fault(one.row, one.column("unit"), reason, {"unit": one.unit, "code": code, "known": unit})]


def _territory(one: Observation, edition: str, areas: Mapping[str, Sequence[str]]) -> Territory | Fault:
    """Which territory a value was measured in, seen from its region; a fault for a code that is not of the edition."""
    for part, code in (("code", one.code), ("region", one.region)):
        if is_known(code, edition) or (part == "region" and code in areas):
            continue
        other = other_edition(code, edition)
        reason = WRONG_EDITION if other else UNKNOWN_REGION if part == "region" else UNKNOWN_CODE
        values = {"code": code, "edition": edition, "other": other}
        return Fault(one.row, one.column(part), reason, values)
    own = areas.get(one.region, (one.region,))
    if one.code == one.region or (own and one.code == own[0]):
        return Territory.OWN
    return Territory.REFERENCE if one.code in AGGREGATES else Territory.NEAREST


def _year(one: Observation, faults: list[Fault]) -> int:
    try:
        return read_year(one.year)
    except Unreadable as unreadable:
        faults.append(Fault(one.row, one.column("year"), str(unreadable)))
        return 0


def _value(one: Observation, faults: list[Fault]) -> tuple[float | None, Status]:
    try:
        if one.is_eurostat:
            status = status_of(one.value, one.flags)
            return (None if one.value in EMPTY else read_number(one.value)), status
        if one.status and one.status not in tuple(Status):
            faults.append(Fault(one.row, one.column("status"), BAD_STATUS))
            return None, Status.MISSING
        status = Status(one.status) if one.status else Status.PUBLISHED
        if not one.value:
            if status is not Status.MISSING:
                faults.append(Fault(one.row, one.column("value"), NO_VALUE))
            return None, Status.MISSING
        value = read_number(one.value)
    except Unreadable as unreadable:
        faults.append(Fault(one.row, one.column("value"), str(unreadable) or NO_NUMBER))
        return None, Status.MISSING
    if status is Status.MISSING:
        faults.append(Fault(one.row, one.column("value"), VALUE_THERE))
    return value, status


def _absent(readings: Sequence[Checked]) -> dict[str, int]:
    """By indicator, how many pairs of its regions and years the file has no row for."""
    there = Counter(one.indicator for one in readings)
    regions: dict[str, set[str]] = {code: set() for code in there}
    years: dict[str, set[int]] = {code: set() for code in there}
    for one in readings:
        regions[one.indicator].add(one.region)
        years[one.indicator].add(one.year)
    lacking = {code: len(regions[code]) * len(years[code]) - there[code] for code in there}
    return {code: count for code, count in lacking.items() if count}
