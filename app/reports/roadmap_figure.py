"""A roadmap as a drawing: phases and go/stop points of each initiative, and the spending of each year.

Drawn in the print colours of the site. A long plan is drawn on several sheets, so that each can be read.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.actionplan.portfolio.modelling import QUARTERS
from app.actionplan.portfolio.words import KIND_WORDS
from app.documents.document import Cell, Column, Figure, Table
from app.reports.drawing import EDGE, SIGN, WIDTH, Canvas, fitting
from app.reports.plan_report_reading import PlanReading
from app.reports.plan_report_summary import by_pillar

NAMES = 250
HEAD, BAND, ROW, FOOT = 52, 23, 31, 8
BAR = 14
MOST_ROWS = 26
SPEND, SPEND_HEAD, SPEND_FOOT = 100, 34, 42
PHASES = {"design": "q1", "pilot": "q2", "operate": "q4"}
TONES = ("q4", "q3", "q2", "q1", "sunken")

Rows = Sequence[tuple[str, Mapping[str, Any] | None]]
"""A line of a sheet: the name of a pillar, and the initiative; None for the head of the pillar."""


def roadmap_figures(reading: PlanReading) -> list[Figure]:
    """The drawings of the roadmap, and one of the spending of each year."""
    sheets = list(_sheets(reading))
    return [
        *(_figure(reading, rows, place, len(sheets)) for place, rows in enumerate(sheets, start=1)),
        _spending(reading),
    ]


def _sheets(reading: PlanReading) -> Iterator[Rows]:
    """The lines of the drawing, so many a sheet; each sheet begins with the head of a pillar."""
    sheet: list[tuple[str, Mapping[str, Any] | None]] = []
    for pillar, items in by_pillar(reading):
        if len(sheet) + 2 > MOST_ROWS:
            yield sheet
            sheet = []
        sheet.append((pillar, None))
        for item in items:
            if len(sheet) >= MOST_ROWS:
                yield sheet
                sheet = [(pillar, None)]
            sheet.append((pillar, item))
    if sheet:
        yield sheet


def _figure(reading: PlanReading, rows: Rows, place: int, sheets: int) -> Figure:
    pen = reading.pen
    title = _most_begin(reading)
    if sheets > 1:
        title = pen.say("%(title)s (%(place)s of %(sheets)s)", title=title, place=place, sheets=sheets)
    items = [item for _, item in rows if item]
    alt = pen.say_count(
        "A bar for %(num)s initiative, from its first to its last quarter, in its phases; a diamond where partners "
        "decide to go on or to stop.",
        "A bar for each of %(num)s initiatives, from its first to its last quarter, in its phases; a diamond where "
        "partners decide to go on or to stop.",
        len(items),
    )
    return Figure(title, alt, _drawing(reading, rows), b"", _phases(reading, items))


def _most_begin(reading: PlanReading) -> str:
    """The year in which most initiatives begin, of several the first."""
    starts = [item["start"][0] for item in reading.chosen]
    year = max(sorted(set(starts)), key=starts.count)
    return reading.pen.say(
        "Most begin in %(year)s: %(count)s of %(total)s", year=year, count=starts.count(year), total=len(starts)
    )


def _phases(reading: PlanReading, items: Sequence[Mapping[str, Any]]) -> Table:
    """The numbers of the drawing: each phase of each initiative from when to when."""
    say = reading.pen.say
    columns = [
        Column("code", say("Code")),
        Column("phase", say("Phase")),
        Column("start", say("Start")),
        Column("end", say("End")),
    ]
    rows: list[list[Cell]] = [
        [
            item["code"],
            phase["name"] or say(KIND_WORDS[phase["kind"]]),
            reading.quarter(phase["start"]),
            reading.quarter(phase["end"]),
        ]
        for item in items
        for phase in item["phases"]
    ]
    return Table(say("Phases"), columns, rows)


class _Sheet(Canvas):
    """One drawing: it knows where a quarter of the plan stands on the page."""

    def __init__(self, reading: PlanReading, height: float) -> None:
        super().__init__(reading.pen.language, height)
        self.reading = reading
        self.years = reading.years
        self.year = (WIDTH - NAMES - EDGE) / len(self.years)

    def x(self, place: Sequence[int], *, is_end: bool = False) -> float:
        """Where a year and quarter begins, or ends; what lies outside the plan stands at its edge."""
        quarters = (place[0] - self.years[0]) * QUARTERS + place[1] - 1 + is_end
        return NAMES + max(0, min(QUARTERS * len(self.years), quarters)) * self.year / QUARTERS

    def gate(self, x: float, y: float) -> None:
        """The point where partners decide to go on or to stop."""
        self.parts.append(
            f'<path d="M{x - 5:g} {y:g}L{x:g} {y - 5:g}L{x + 5:g} {y:g}L{x:g} {y + 5:g}Z" fill="var(--surface)" '
            'stroke="var(--ink)" stroke-width="1.2"/>'
        )


def _drawing(reading: PlanReading, rows: Rows) -> str:
    heights = [ROW if item else BAND for _, item in rows]
    sheet = _Sheet(reading, HEAD + sum(heights) + FOOT)
    _legend(sheet)
    _axis(sheet, HEAD, sheet.height - FOOT)
    y = float(HEAD)
    for (pillar, item), height in zip(rows, heights, strict=True):
        if item:
            _row(sheet, item, y)
        else:
            sheet.rect(0, y, WIDTH - EDGE, height, "sunken")
            sheet.text(6, y + 15.5, fitting(pillar, 11.5, WIDTH - 12)[0], 11.5, weight=700)
        y += height
    return sheet.svg()


def _legend(sheet: _Sheet) -> None:
    say = sheet.reading.pen.say
    x = 0.0
    for kind, tone in PHASES.items():
        word = say(KIND_WORDS[kind])
        sheet.rect(x, 4, 18, 10, tone, "q-edge")
        sheet.text(x + 23, 13, word, 11, "ink-2")
        x += 23 + len(word) * 11 * SIGN + 18
    sheet.gate(x + 6, 9)
    sheet.text(x + 16, 13, say("Go or stop"), 11, "ink-2")


def _axis(sheet: _Sheet, top: float, bottom: float) -> None:
    for place, year in enumerate(sheet.years):
        x = NAMES + place * sheet.year
        sheet.line(x, top - 12, x, bottom)
        sheet.text(x + sheet.year / 2, top - 8, str(year), 11.5, weight=700, at="middle")
    sheet.line(WIDTH - EDGE, top - 12, WIDTH - EDGE, bottom)


def _row(sheet: _Sheet, item: Mapping[str, Any], y: float) -> None:
    lines = fitting(f"{item['code']} {sheet.reading.title(item)}", 11, NAMES - 10)
    first = y + ROW / 2 + (4 if len(lines) == 1 else -2)
    for place, words in enumerate(lines):
        sheet.text(6, first + place * 12.5, words, 11)
    sheet.line(0, y + ROW, WIDTH - EDGE, y + ROW)
    middle = y + ROW / 2
    for phase in item["phases"]:
        left, right = sheet.x(phase["start"]), sheet.x(phase["end"], is_end=True)
        if right > left:
            sheet.rect(left, middle - BAR / 2, right - left, BAR, PHASES[phase["kind"]], "q-edge")
    _label(sheet, item, middle)
    if item["gate"]:
        sheet.gate(sheet.x(item["gate"]), middle)


def _label(sheet: _Sheet, item: Mapping[str, Any], middle: float) -> None:
    """The short name of the lead within the last phase, where it fits."""
    last, name = item["phases"][-1], item["lead"]
    left, right = sheet.x(last["start"]) + 9, sheet.x(last["end"], is_end=True)
    if name and len(name) * 9 * 0.68 + 3 <= right - left:
        sheet.text(left, middle + 3.2, name, 9, "surface", 700)


def _spending(reading: PlanReading) -> Figure:
    """The spending of each year in parts of the pillars, against its ceiling."""
    pen, content, teller = reading.pen, reading.content, reading.teller
    over = _overspent(reading)
    if over:
        title = pen.say("More is spent than there is in: %(years)s", years=", ".join(map(str, over)))
    elif content["rules"]["carry_over"]:
        title = pen.say("No year spends more than there is, money left from years before included")
    else:
        title = pen.say("Each year stays within its ceiling")
    return Figure(
        title,
        pen.say("A column for each year with what is spent, in parts of the pillars, and a line for its ceiling."),
        _columns(reading),
        b"",
        _pillars(reading),
        note=pen.say(
            "%(planned)s planned of %(budget)s.",
            planned=teller.exact(content["planned"]),
            budget=teller.exact(content["budget"]),
        ),
    )


def _overspent(reading: PlanReading) -> list[int]:
    """The years in which more is spent than there is, as the plan's own checks find them."""
    return sorted({one["year"] for one in reading.content["breaches"] if one["rule"] == "budget"})


def _spend_by_pillar(reading: PlanReading) -> list[tuple[str, list[int]]]:
    return [
        (pillar, [sum(item["cost_by_year"].get(str(year), 0) for item in items) for year in reading.years])
        for pillar, items in by_pillar(reading)
    ]


def _pillars(reading: PlanReading) -> Table:
    say, content = reading.pen.say, reading.content
    columns = [
        Column("year", say("Year")),
        *(Column(f"pillar_{place}", name, 0) for place, (name, _) in enumerate(_spend_by_pillar(reading), start=1)),
        Column("spent", say("Planned in euros"), 0),
        Column("ceiling", say("Ceiling in euros"), 0),
    ]
    parts = [spent for _, spent in _spend_by_pillar(reading)]
    rows: list[list[Cell]] = [
        [str(year), *(spent[place] for spent in parts), content["spend_by_year"][place], content["ceilings"][place]]
        for place, year in enumerate(reading.years)
    ]
    return Table(say("Spend per year"), columns, rows)


def _columns(reading: PlanReading) -> str:
    content, groups = reading.content, _spend_by_pillar(reading)
    legend = -(-len(groups) // 3) * 15
    sheet = _Sheet(reading, SPEND_HEAD + legend + SPEND + SPEND_FOOT)
    _tones(sheet, groups)
    most = max([*content["spend_by_year"], *content["ceilings"], 1])
    floor, wide = SPEND_HEAD + legend + SPEND, WIDTH / len(reading.years)
    for place, year in enumerate(reading.years):
        left, width, y = place * wide + wide * 0.2, wide * 0.6, float(floor)
        for number, (_, spent) in enumerate(groups):
            height = SPEND * spent[place] / most
            y -= height
            if height:
                sheet.rect(left, y, width, height, TONES[min(number, len(TONES) - 1)], "q-edge")
        ceiling = floor - SPEND * content["ceilings"][place] / most
        sheet.line(left - wide * 0.08, ceiling, left + width + wide * 0.08, ceiling, "ink", 1.6)
        middle = left + width / 2
        sheet.text(middle, floor + 15, str(year), 11.5, weight=700, at="middle")
        is_over = year in _overspent(reading)
        words = reading.pen.say(
            "%(spent)s of %(ceiling)s",
            spent=reading.teller.money(content["spend_by_year"][place]),
            ceiling=reading.teller.money(content["ceilings"][place]),
        )
        sheet.text(middle, floor + 31, words, 10.5, "bad" if is_over else "ink-2", 700 if is_over else 400, "middle")
    sheet.line(0, floor, WIDTH, floor, "ctrl")
    return sheet.svg()


def _tones(sheet: _Sheet, groups: Sequence[tuple[str, Sequence[int]]]) -> None:
    third = WIDTH / 3
    for place, (pillar, _) in enumerate(groups):
        x, y = place % 3 * third, 4 + place // 3 * 15
        sheet.rect(x, y, 14, 10, TONES[min(place, len(TONES) - 1)], "q-edge")
        sheet.text(x + 19, y + 9, fitting(pillar, 11, third - 24, 1)[0], 11, "ink-2")
    y = 4 + -(-len(groups) // 3) * 15
    sheet.line(0, y + 5, 14, y + 5, "ink", 1.6)
    sheet.text(19, y + 9, sheet.reading.pen.say("Ceiling"), 11, "ink-2")
