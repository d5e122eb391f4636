"""The regions beside each other: profiles, not a ranking."""

from collections.abc import Sequence

from sqlmodel import Session

from app.documents.document import Block, Cell, Column, Document, Listing, Note, Paragraph, Run, Section, Table
from app.indicators.exporting import METHOD
from app.indicators.profiles.pages import UNSCORED_WORDS
from app.indicators.profiles.rules import Scale
from app.indicators.rules import DIRECTION_WORDS
from app.people.rules import Actor
from app.reports.building import NOTHING_STATED, CoverFacts, cover_of, titled
from app.reports.region_reading import RegionsReading, Told, Wanted, read_regions
from app.reports.region_sections import named, region_section

AS_USUAL = Wanted()
NO_RANKING = "A profile, not a ranking."


def region_report(
    session: Session, actor: Actor, language: str, *, wanted: Wanted = AS_USUAL, cover: CoverFacts = NOTHING_STATED
) -> Document:
    """The profiles of all partners' areas, as their pages show them. Raises NotFound without readings."""
    reading = read_regions(session, actor, language, wanted)
    pen = reading.pen
    return Document(
        title=pen.say("Profiles of regions"),
        language=language,
        blocks=[
            _summary(reading),
            _method(reading),
            _dimensions(reading),
            *(region_section(reading, told) for told in reading.told),
            _scales(reading),
            _indicators(reading),
        ],
        notes=[Note(pen.say("Source"), pen.say("Readings of regions, as they stand in the catalogue of indicators."))],
        direction=pen.direction,
        cover=cover_of(pen, cover, _status(reading), []),
    )


def _status(reading: RegionsReading) -> Sequence[Note]:
    say = reading.pen.say
    notes = [Note(say("Notice"), say("Some values are illustrative: invented to show how it works."))]
    return [*(notes if reading.is_illustrative else []), Note(say("Status"), say(NO_RANKING))]


def _summary(reading: RegionsReading) -> Section:
    """What stands out of each region, by name."""
    pen, years = reading.pen, reading.setting.years
    facts = pen.say(
        "%(regions)s regions and %(indicators)s indicators, %(first)s–%(last)s. Regions go by name: their order says "
        "nothing.",
        regions=len(reading.told),
        indicators=len(reading.values.entries),
        first=years[0],
        last=years[-1],
    )
    left_out = pen.say_count(
        "%(num)s other region is not told of.", "%(num)s other regions are not told of.", reading.left_out
    )
    return Section(
        pen.say("In short"),
        [
            Paragraph(pen.say(NO_RANKING), "finding"),
            Paragraph(facts),
            Listing([_in_short(reading, told) for told in reading.told]),
            *([Paragraph(left_out)] if reading.left_out else []),
        ],
    )


def _in_short(reading: RegionsReading, told: Told) -> Paragraph:
    say = reading.pen.say
    sides = (
        (say("Clearly above the median beside it"), told.view["strengths"]),
        (say("Clearly below"), told.view["weaknesses"]),
    )
    found = [f"{titled(reading.pen, label, named(reading, rows))}." for label, rows in sides if rows]
    return Paragraph([Run(told.name, is_strong=True), Run(f" – {' '.join(found) or say('Nothing stands out.')}")])


def _method(reading: RegionsReading) -> Section:
    """What the profiles are held against, and how much is known of each region."""
    pen, setting = reading.pen, reading.setting
    say = pen.say
    beside = say("The three most alike") if setting.is_beside_alike else say("The whole reference set")
    further = say(
        "The newest value within the years counts. A gap of 0.15 and more is called clear; a trend under 0.05 of the "
        "range is steady."
    )
    return Section(
        say("How the scores come about"),
        [
            Note(say("Reference set"), ", ".join(reading.values.name(one) for one in setting.reference)),
            Note(say("Years"), f"{setting.years[0]}–{setting.years[-1]}"),
            Note(say("Beside it"), beside),
            Note(say("Method"), f"{say(METHOD)} {further}"),
            Paragraph(
                say("A composite hides what a profile shows, and its order hangs on the weights: this report has none.")
            ),
            _coverage(reading),
        ],
    )


def _coverage(reading: RegionsReading) -> Table:
    """How much is known of each region: scores, and values that come from elsewhere."""
    say = reading.pen.say
    columns = [
        Column("region", say("Region")),
        Column("scored", say("Scores"), 0),
        Column("of", say("Indicators that can be scored"), 0),
        Column("covered", say("Covered"), 0, is_share=True),
        Column("missing", say("Without a value"), 0),
        Column("nearest", say("Values of the nearest territory"), 0),
        Column("reference", say("Values of a larger reference"), 0),
    ]
    rows: list[list[Cell]] = []
    for told in reading.told:
        found, kinds = told.profile, [one.territory for one in told.readings if one.value is not None]
        share = found.covered / found.scored if found.scored else None
        missing = sum(line.newest is None for line in found.lines)
        counts = (found.covered, found.scored, share, missing, kinds.count("nearest"), kinds.count("reference"))
        rows.append([told.name, *counts])
    return Table(say("How much is known of each region"), columns, rows)


def _dimensions(reading: RegionsReading) -> Section:
    """Mean scores by dimension, each with how many indicators it rests on."""
    say = reading.pen.say
    heats = [told.view["heat"] for told in reading.told]
    names: list[str] = heats[0]["dimensions"]
    title = say("Mean score by dimension")
    columns = [Column("region", say("Region"))]
    for place, name in enumerate(names, start=1):
        label = name or say("Without a dimension")
        columns += [
            Column(f"mean_{place}", label, 2),
            Column(f"known_{place}", titled(reading.pen, say("Known"), label), 0),
        ]
    rows: list[list[Cell]] = []
    for told, heat in zip(reading.told, heats, strict=True):
        cells = next(row["cells"] for row in heat["rows"] if row["is_own"])
        rows.append([told.name, *(cell for one in cells for cell in (one["mean"], one["known"]))])
    of = "; ".join(
        titled(reading.pen, name or say("Without a dimension"), str(cell["of"]))
        for name, cell in zip(names, heats[0]["rows"][0]["cells"], strict=True)
    )
    note = say(
        "Beside each mean: of how many indicators there is a score. Indicators that can be scored: %(of)s.", of=of
    )
    blocks: list[Block] = [Table(title, columns, rows, note=note)] if names else [Paragraph(say("Nothing stands out."))]
    return Section(title, blocks, is_wide=True)


def _scales(reading: RegionsReading) -> Section:
    """The ends that scores lie between, or why there are none."""
    say = reading.pen.say
    scales = reading.told[0].profile.profile.scales
    columns = [
        Column("indicator", say("Code")),
        Column("name", say("Indicator")),
        Column("low", say("Lowest"), 2),
        Column("high", say("Highest"), 2),
        Column("skewness", say("Skewness"), 2),
        Column("roots", say("Square roots")),
        Column("unscored", say("Without a score, because")),
    ]
    rows: list[list[Cell]] = []
    for code, version in reading.versions.items():
        scale = scales[code]
        if isinstance(scale, Scale):
            ends = [one * one if scale.is_rooted else one for one in (scale.low, scale.high)]
            rows.append([code, version.name, *ends, scale.skewness, reading.pen.yes(scale.is_rooted), None])
        else:
            rows.append([code, version.name, None, None, None, None, say(UNSCORED_WORDS[scale])])
    title = say("The scales")
    note = say("Ends are values of the reference set, before roots are taken.")
    return Section(title, [Table(title, columns, rows, note=note)], is_wide=True)


def _indicators(reading: RegionsReading) -> Section:
    say = reading.pen.say
    columns = [
        Column("indicator", say("Code")),
        Column("name", say("Indicator")),
        Column("dimension", say("Dimension")),
        Column("unit", say("Unit")),
        Column("direction", say("Direction")),
        Column("definition", say("Definition")),
        Column("source", say("Source")),
        Column("version", say("Version"), 0),
    ]
    rows: list[list[Cell]] = [
        [
            code,
            version.name,
            version.dimension or None,
            version.unit,
            say(DIRECTION_WORDS[version.direction]),
            version.definition or None,
            version.source or None,
            version.number,
        ]
        for code, version in reading.versions.items()
    ]
    title = say("Indicators")
    return Section(title, [Table(title, columns, rows)], is_wide=True)
