"""What a report says of one region."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from app.documents.document import Block, Cell, Column, Note, Paragraph, Section, Table
from app.indicators.rules import STATUS_WORDS, TERRITORY_WORDS, Status, Territory
from app.reports.building import listed
from app.reports.region_figures import gap_figures, year_figures
from app.reports.region_reading import RegionsReading, Told


def named(reading: RegionsReading, rows: Sequence[Mapping[str, Any]]) -> str:
    """Indicators with their gaps, the widest first, or that nothing stands out."""
    if not rows:
        return reading.pen.say("nothing stands out")
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
        Column("remarks", say("Remarks")),
    ]
    rows: list[list[Cell]] = []
    for row in told.rows:
        value, year = (row["newest"].value, row["newest"].year) if row["newest"] else (None, None)
        scores = (row["score"], row["middle"], row["gap"])
        remarks = ", ".join(one for one in (row["remarks"], row["unscored"]) if one)
        rows.append([row["code"], row["name"], value, row["unit"], year, *scores, row["trend"], remarks or None])
    return Table(say("Gap to the median beside it: %(name)s", name=told.name), columns, rows)


def _remarks(reading: RegionsReading, told: Told) -> list[Block]:
    """Values that were measured elsewhere, are not published, or are missing, with what was noted of them."""
    say = reading.pen.say
    codes = {one.indicator.id: one.indicator.code for one in reading.values.entries}
    years: defaultdict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    for one in sorted(told.readings, key=lambda one: (codes[one.indicator_id], one.year)):
        where = "" if one.territory == Territory.OWN else f"{say(TERRITORY_WORDS[one.territory])}: {one.nuts_code}"
        worth = "" if one.status == Status.PUBLISHED else say(STATUS_WORDS[one.status])
        if where or worth or one.note:
            years[codes[one.indicator_id], where, worth, one.note].append(one.year)
    columns = [
        Column("indicator", say("Code")),
        Column("name", say("Indicator")),
        Column("where", say("Measured in")),
        Column("status", say("Status")),
        Column("note", say("Note")),
        Column("in_years", say("Years")),
    ]
    rows: list[list[Cell]] = [
        [code, reading.versions[code].name, where or None, worth or None, note or None, ", ".join(map(str, found))]
        for (code, where, worth, note), found in years.items()
    ]
    if not rows:
        return [Paragraph(say("Every value was published and measured in the region itself."))]
    title = say("What is to be said of values: %(name)s", name=told.name)
    return [Table(title, columns, rows)]
