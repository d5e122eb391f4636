"""Drawings of a region: its place beside the median of its peers, and its values over the years."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any, TypeVar

from app.documents.document import Cell, Column, Figure, Table
from app.indicators.profiles.rules import CLEAR_GAP, Trend, within
from app.reports.building import titled
from app.reports.drawing import EDGE, SIGN, WIDTH, Canvas, fitting
from app.reports.region_reading import RegionsReading, Told

NAMES, HEAD, BAND, ROW = 290, 30, 22, 22
MOST_ROWS, MOST_SMALL, ACROSS = 34, 24, 3
SMALL_HIGH, SMALL_GAP, PLOT = 88, 18, 42
SCALE_DIGITS = 2
GOOD, BAD = (Trend.BETTER, Trend.WORSE)

Item = TypeVar("Item")


def gap_figures(reading: RegionsReading, told: Told) -> list[Figure]:
    """The region's place on each scale beside the median; so many indicators a drawing that it fits on a page."""
    scored = [row for row in told.rows if row["score"] is not None]
    return [_gap_figure(reading, told, rows, place, len(scored)) for place, rows in _sheets(scored, MOST_ROWS)]


def _sheets(items: Sequence[Item], most: int) -> Iterator[tuple[tuple[int, int], Sequence[Item]]]:
    """The items in parts, each with its number and how many there are."""
    parts = [items[start : start + most] for start in range(0, len(items), most)]
    yield from (((number, len(parts)), part) for number, part in enumerate(parts, start=1))


def _titled(reading: RegionsReading, title: str, place: tuple[int, int]) -> str:
    if place[1] == 1:
        return title
    return reading.pen.say("%(title)s (%(place)s of %(sheets)s)", title=title, place=place[0], sheets=place[1])


def _gap_figure(
    reading: RegionsReading, told: Told, rows: Sequence[Mapping[str, Any]], place: tuple[int, int], scored: int
) -> Figure:
    pen = reading.pen
    gaps = [row["gap"] or 0 for row in told.rows]
    title = pen.say(
        "%(name)s is clearly above the median beside it on %(above)s of %(count)s indicators, clearly below on "
        "%(below)s",
        name=told.name,
        above=sum(gap >= CLEAR_GAP for gap in gaps),
        below=sum(gap <= -CLEAR_GAP for gap in gaps),
        count=scored,
    )
    alt = pen.say(
        "A line for each indicator, from the lowest to the highest of the reference set: a full dot where %(name)s "
        "stands, a ring where the median beside it does. Better is always right.",
        name=told.name,
    )
    columns = [
        Column("name", pen.say("Indicator")),
        Column("score", pen.say("Score"), SCALE_DIGITS),
        Column("middle", pen.say("Median beside it"), SCALE_DIGITS),
    ]
    cells: list[list[Cell]] = [[row["name"], row["score"], row["middle"]] for row in rows]
    table = Table(titled(pen, pen.say("Place on the scale"), told.name), columns, cells)
    return Figure(_titled(reading, title, place), alt, _gap_drawing(reading, told, rows), b"", table)


def _gap_drawing(reading: RegionsReading, told: Told, rows: Sequence[Mapping[str, Any]]) -> str:
    dimensions = list(dict.fromkeys(row["dimension"] for row in rows))
    sheet = Canvas(reading.pen.language, HEAD + len(dimensions) * BAND + len(rows) * ROW + EDGE)
    _gap_legend(reading, sheet, told)
    y = float(HEAD)
    for dimension in dimensions:
        sheet.rect(0, y, WIDTH - EDGE, BAND - 4, "sunken")
        name = dimension or reading.pen.say("Without a dimension")
        sheet.text(6, y + 13, fitting(name, 10.5, WIDTH - 12)[0], 10.5, "ink-2", 700)
        y += BAND
        for row in rows:
            if row["dimension"] == dimension:
                _gap_row(sheet, row, y + ROW / 2 - 2)
                y += ROW
    return sheet.svg()


def _gap_legend(reading: RegionsReading, sheet: Canvas, told: Told) -> None:
    name = fitting(told.name, 11, WIDTH / 2 - 40, 1)[0]
    sheet.dot(6, 10, 4.5, "brand")
    sheet.text(16, 14, name, 11, "ink-2")
    x = 16 + len(name) * 11 * SIGN + 24
    sheet.dot(x, 10, 4, "surface", "ink-2")
    sheet.text(x + 10, 14, reading.pen.say("median beside it"), 11, "ink-2")


def _gap_row(sheet: Canvas, row: Mapping[str, Any], y: float) -> None:
    left, right = NAMES + 10, WIDTH - EDGE - 10

    def at(share: float) -> float:
        return round(left + share / 100 * (right - left), 2)

    ends = row["dumbbell"]
    sheet.text(6, y + 4, fitting(row["name"], 10.5, NAMES - 8, 1)[0], 10.5)
    sheet.line(left, y, right, y, "line", 2)
    sheet.rect(at(ends["left"]), y - 1.5, round(ends["width"] / 100 * (right - left), 2), 3, "ink-3")
    if row["middle"] is not None:
        sheet.dot(at(ends["middle"]), y, 4.5, "surface", "ink-2")
    sheet.dot(at(ends["own"]), y, 4.5, "brand")


def year_figures(reading: RegionsReading, told: Told) -> list[Figure]:
    """The region's values over the years, each indicator on its own scale, and the median of those beside it."""
    drawn = [row for row in told.rows if row["newest"]]
    return [_year_figure(reading, told, rows, place) for place, rows in _sheets(drawn, MOST_SMALL)]


def _year_figure(
    reading: RegionsReading, told: Told, rows: Sequence[Mapping[str, Any]], place: tuple[int, int]
) -> Figure:
    pen = reading.pen
    trends = [line.trend for line in told.profile.lines]
    title = pen.say(
        "%(name)s gets better on %(better)s indicators, worse on %(worse)s, and is steady on %(steady)s",
        name=told.name,
        better=trends.count(GOOD),
        worse=trends.count(BAD),
        steady=trends.count(Trend.STEADY),
    )
    alt = pen.say(
        "A small picture for each indicator, each on its own scale: a line for %(name)s over the years, and a dashed "
        "line for the median beside it.",
        name=told.name,
    )
    svg = _year_drawing(reading, told, rows)
    height = SMALL_HIGH * -(-len(rows) // ACROSS)
    return Figure(
        _titled(reading, title, place), alt, svg, b"", _year_table(reading, told, rows), width=min(1.0, 900 / height)
    )


def series_of(told: Told, code: str) -> tuple[Mapping[int, float], Mapping[int, float]]:
    """The region's values by year, and the medians of those beside it, as its page draws them."""
    found = told.profile
    series, years = found.values.series[code], found.setting.years
    beside = [within(series.get(one, {}), years) for one in found.beside]
    middles = {year: median(values) for year in years if (values := [one[year] for one in beside if year in one])}
    return within(series.get(found.region, {}), years), middles


def _year_table(reading: RegionsReading, told: Told, rows: Sequence[Mapping[str, Any]]) -> Table:
    say = reading.pen.say
    columns = [
        Column("name", say("Indicator")),
        Column("of", say("Region")),
        *(Column(f"in_{year}", str(year), SCALE_DIGITS) for year in reading.setting.years),
    ]
    cells: list[list[Cell]] = []
    for row in rows:
        own, middles = series_of(told, row["code"])
        cells.append([row["name"], told.name, *(own.get(year) for year in reading.setting.years)])
        cells.append([row["name"], say("median beside it"), *(middles.get(year) for year in reading.setting.years)])
    return Table(titled(reading.pen, say("Over the years"), told.name), columns, cells)


def _year_drawing(reading: RegionsReading, told: Told, rows: Sequence[Mapping[str, Any]]) -> str:
    sheet = Canvas(reading.pen.language, SMALL_HIGH * -(-len(rows) // ACROSS))
    wide = (WIDTH - (ACROSS - 1) * SMALL_GAP) / ACROSS
    for number, row in enumerate(rows):
        _small(reading, sheet, told, row, number % ACROSS * (wide + SMALL_GAP), number // ACROSS * SMALL_HIGH, wide)
    return sheet.svg()


def _small(
    reading: RegionsReading, sheet: Canvas, told: Told, row: Mapping[str, Any], left: float, top: float, wide: float
) -> None:
    own, middles = series_of(told, row["code"])
    drawn, years = [*own.values(), *middles.values()], [*own, *middles]
    low, tall, first, span = min(drawn), (max(drawn) - min(drawn)) or 1.0, min(years), max(max(years) - min(years), 1)

    def points(series: Mapping[int, float]) -> list[tuple[float, float]]:
        return [
            (
                round(left + 8 + (year - first) / span * (wide - 16), 2),
                round(top + 18 + (PLOT - 8) - (value - low) / tall * (PLOT - 16) - 4, 2),
            )
            for year, value in series.items()
        ]

    sheet.text(left, top + 11, fitting(row["name"], 10, wide, 1)[0], 10, weight=700)
    sheet.rect(left, top + 16, wide, PLOT, "sunken")
    sheet.polyline(points(middles), "ink-3", 1.2, "3 2.5")
    sheet.polyline(points(own), "brand", 1.8)
    sheet.dot(*points(own)[-1], 2.8, "brand")
    for year, x, at in ((min(own), left, "start"), (max(own), left + wide, "end")):
        words = f"{year}: {reading.pen.decimal(own[year], SCALE_DIGITS)}"
        sheet.text(x, top + 70, words, 9.5, "ink-2", at=at)
