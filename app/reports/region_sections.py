"""What a report says of one region."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from app.documents.document import Block, Cell, Column, Note, Paragraph, Section, Table
from app.indicators.rules import STATUS_WORDS, TERRITORY_WORDS, Status, Territory
from app.reports.building import listed, titled
from app.reports.region_figures import gap_figures, year_figures
from app.reports.region_reading import RegionsReading, Told


def named(reading: RegionsReading, rows: Sequence[Mapping[str, Any]]) -> str:
    """Indicators with their gaps, the widest first, or that nothing stands out."""
    if not rows:
        return reading.pen.say("Nothing stands out.")
    return ", ".join(f"{row['name']} ({reading.pen.signed(row['gap'])})" for row in rows)


def region_section(reading: RegionsReading, told: Told) -> Section:
    """One region, from the top of a page."""
    say, found = reading.pen.say, told.profile
    facts = say(
        "Scores on %(covered)s of %(scored)s indicators, %(first)s–%(last)s, on scales of %(count)s regions.",
        covered=found.covered,
        scored=found.scored,
        first=found.setting.years[0],
        last=found.setting.years[-1],
        count=len(found.setting.reference),
    )
    return Section(
        told.name,
        [
            Paragraph(facts),
            *_territory(reading, told),
            Note(say("Clearly above the median beside it"), named(reading, told.view["strengths"])),
            Note(say("Clearly below"), named(reading, told.view["weaknesses"])),
            Note(say("Most alike in structure"), _alike(reading, told)),
            *_missing(reading, told),
            *gap_figures(reading, told),
            _lines(reading, told),
            *year_figures(reading, told),
            *_remarks(reading, told),
        ],
        begins_page=True,
    )


def _territory(reading: RegionsReading, told: Told) -> list[Block]:
    codes = reading.areas.get(told.profile.region, ())
    text = ", ".join(codes) or reading.pen.say("none: no region of one country")
    return [Note(reading.pen.say("NUTS codes"), text)] if told.profile.region in reading.areas else []


def _alike(reading: RegionsReading, told: Told) -> str:
    pen = reading.pen
    if not told.view["alike"]:
        return pen.say("Not known: no context indicator that both have.")
    names = [f"{one['name']} ({pen.decimal(one['distance'], 2)})" for one in told.view["alike"]]
    return f"{listed(pen, names)}. {pen.say('Distance in standard deviations, over the context indicators both have.')}"


def _missing(reading: RegionsReading, told: Told) -> list[Block]:
    """The indicators without a value in these years, by name."""
    names = [row["name"] for row in told.rows if row["newest"] is None]
    label = reading.pen.say("What is missing")
    if not names:
        return [Note(label, reading.pen.say("Each indicator has a value in these years."))]
    return [Note(label, reading.pen.say("No value in these years: %(names)s.", names=listed(reading.pen, names)))]


def _lines(reading: RegionsReading, told: Told) -> Table:
    """What the profile says of each indicator."""
    say = reading.pen.say
    columns = [
        Column("indicator", say("Code")),
        Column("name", say("Indicator")),
        Column("value", say("Newest value"), 2),
        Column("unit", say("Unit")),
        Column("year", say("Year"), 0),
        Column("score", say("Score"), 2),
        Column("middle", say("Median beside it"), 2),
        Column("gap", say("Gap"), 2),
        Column("trend", say("Trend")),
    ]
    rows: list[list[Cell]] = []
    for row in told.rows:
        value, year = (row["newest"].value, row["newest"].year) if row["newest"] else (None, None)
        scores = (row["score"], row["middle"], row["gap"])
        rows.append([row["code"], row["name"], value, row["unit"], year, *scores, row["trend"]])
    return Table(titled(reading.pen, say("Gap to the median beside it"), told.name), columns, rows)


def _remarks(reading: RegionsReading, told: Told) -> list[Block]:
    """What is to be said of values that were measured elsewhere, are not published, or are missing, and of which."""
    say = reading.pen.say
    codes = {one.indicator.id: one.indicator.code for one in reading.values.entries}
    said: defaultdict[tuple[str, ...], defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for one in sorted(told.readings, key=lambda one: (codes[one.indicator_id], one.year)):
        where = "" if one.territory == Territory.OWN else f"{say(TERRITORY_WORDS[one.territory])}: {one.nuts_code}"
        worth = "" if one.status == Status.PUBLISHED else say(STATUS_WORDS[one.status])
        remark = tuple(part for part in (worth, where, one.note) if part)
        if remark:
            said[remark][codes[one.indicator_id]].append(one.year)
    columns = [
        Column("remark", say("Remark")),
        Column("values", say("Readings"), 0),
        Column("of", say("Indicators")),
    ]
    rows: list[list[Cell]] = [
        [
            "; ".join(remark),
            sum(len(years) for years in found.values()),
            ", ".join(f"{code} {in_spans(years)}" for code, years in found.items()),
        ]
        for remark, found in sorted(said.items())
    ]
    if not rows:
        return [Paragraph(say("Every value was published and measured in the region itself."))]
    return [Table(titled(reading.pen, say("What is to be said of values"), told.name), columns, rows)]


def in_spans(years: Sequence[int]) -> str:
    """Years in their order, those one after the other as a span.

    >>> in_spans([2015, 2016, 2017, 2020]), in_spans([2020, 2021])
    ('2015–2017, 2020', '2020–2021')
    """
    spans: list[list[int]] = []
    for year in years:
        if spans and year == spans[-1][-1] + 1:
            spans[-1].append(year)
        else:
            spans.append([year])
    return ", ".join(str(one[0]) if len(one) == 1 else f"{one[0]}–{one[-1]}" for one in spans)
