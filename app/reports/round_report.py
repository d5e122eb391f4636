"""What one round said."""

from sqlmodel import Session

from app.documents.document import Block, Document, Listing, Note, Paragraph, Section
from app.reports.building import NOTHING_STATED, CoverFacts, cover_of
from app.reports.results_checks import checks_section
from app.reports.results_method import (
    answered_text,
    certainty_text,
    disclosure_text,
    rounds_table,
    rule_text,
    weights_table,
)
from app.reports.results_reading import RoundReading, read_round
from app.reports.results_sections import (
    answered_section,
    change_section,
    criterion_section,
    disagreement_section,
    every_line_section,
    priorities_section,
)
from app.surveys.authoring.models import Survey


def round_report(
    session: Session, survey: Survey, number: int | None, language: str, *, cover: CoverFacts = NOTHING_STATED
) -> Document:
    """A closed round of a survey, by default the last: who answered, what they said, what changed. Raises NotFound."""
    reading = read_round(session, survey, number, language)
    pen = reading.pen
    return Document(
        title=pen.say("%(title)s: results of round %(number)s", title=reading.title, number=reading.number),
        language=language,
        blocks=[in_short(reading), *round_sections(reading), method_section(reading)],
        notes=reading.sources,
        direction=pen.direction,
        cover=cover_of(pen, cover, reading.status, reading.versions),
    )


def in_short(reading: RoundReading) -> Section:
    """The findings of a round, one a criterion, and how sure their order is."""
    pen, pictures = reading.pen, reading.pictures
    findings = [
        pen.say(
            "By %(criterion)s: %(finding)s",
            criterion=told.frame()["criterion_label"],
            finding=pictures.finding("opinion", told.view.criterion),
        )
        for told in reading.by_criterion
    ]
    blocks: list[Block] = [
        Paragraph(pictures.finding("opinion", reading.told.view.criterion), "finding"),
        Paragraph(answered_text(pen, reading.told.findings)),
        Listing([Paragraph(text) for text in findings]),
        *[Paragraph(text) for text in (pictures.finding("ranks", ""), gap_text(reading)) if text],
    ]
    return Section(pen.say("In short"), blocks)


def gap_text(reading: RoundReading) -> str:
    """How far apart groups lie on average, and whether they moved closer; nothing where it cannot be said."""
    pen, now = reading.pen, reading.told.findings["mean_gap"]
    earlier = reading.before.findings["mean_gap"] if reading.before else None
    if now is None:
        return ""
    if earlier is None:
        return pen.say("Groups lie %(gap)s points apart on average.", gap=pen.number(100 * now))
    return pen.say(
        "Groups lie %(gap)s points apart on average; a round before it was %(before)s.",
        gap=pen.number(100 * now),
        before=pen.number(100 * earlier),
    )


def round_sections(reading: RoundReading) -> list[Section]:
    """Everything about one round, in the order of reading."""
    pen, told, pictures = reading.pen, reading.told, reading.pictures
    return [
        answered_section(pen, told, pictures),
        Section(
            pen.say("Results by criterion"), [criterion_section(pen, one, pictures) for one in reading.by_criterion]
        ),
        priorities_section(pen, told, pictures),
        disagreement_section(pen, told, pictures),
        change_section(pen, told, reading.before, pictures),
        checks_section(pen, told),
        every_line_section(pen, reading.by_criterion),
    ]


def method_section(reading: RoundReading) -> Section:
    """How the results came about, as far as a reader needs it to judge them."""
    pen, told = reading.pen, reading.told
    return Section(
        pen.say("Method in short"),
        [
            rounds_table(pen, reading.snapshots),
            weights_table(pen, told, told.findings["weights"]),
            Note(pen.say("The rule, fixed before the first round"), rule_text(pen, told.findings)),
            Note(pen.say("What is not shown"), disclosure_text(pen, told.findings)),
            Note(pen.say("How sure figures are"), certainty_text(pen)),
        ],
    )
