"""The methods report: each point with what the records say, what people add, or that it is missing; and annexes."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session

from app.auth.permissions import require
from app.documents.document import Block, Cell, Column, Document, Note, Paragraph, Run, Section, Table
from app.people.rules import Actor
from app.reports.building import NOTHING_STATED, CoverFacts, CoverVersion, cover_of
from app.reports.methods.annexes import ACCORD, annexes
from app.reports.methods.reading import MethodsReading, read_methods, weigh
from app.reports.methods.records import said_of, state_in
from app.reports.methods.rules import PARTS, POINTS, STATE_WORDS, Point, State
from app.reports.methods.said import Said
from app.surveys.authoring.models import Survey

WIDE = frozenset({"M10", "R4"})
"""Points with tables of many columns."""


def methods_report(
    session: Session, actor: Actor, survey: Survey, language: str, *, cover: CoverFacts = NOTHING_STATED
) -> Document:
    """How a survey was held and what it rests on, also before it has results. Raises NotAllowed, NotFound."""
    require(actor, "report.make", survey)
    reading = read_methods(session, actor, survey, language, cover)
    pen = reading.pen
    said = {point.code: said_of(reading, point.code) for point in POINTS}
    blocks: list[Block] = [overview(reading, said)]
    blocks += [
        Section(pen.say(title), [_point(reading, point, said[point.code]) for point in POINTS if point.part == part])
        for part, title in PARTS.items()
    ]
    return Document(
        title=pen.say("%(title)s: methods report", title=pen.pick(survey.title)),
        language=language,
        blocks=[*blocks, *annexes(reading, weigh(session, reading.result))],
        notes=reading.result.sources if reading.result else _sources(reading),
        direction=pen.direction,
        cover=cover_of(pen, cover, _status(reading, said), _versions(reading)),
    )


def _sources(reading: MethodsReading) -> list[Note]:
    say, survey = reading.pen.say, reading.survey
    notes = [Note(say("Survey"), survey.external_id), Note(say("Protocol"), survey.protocol_sha256)]
    return [note for note in notes if note.text]


def overview(reading: MethodsReading, said: Mapping[str, Said]) -> Section:
    """What stands where, what is missing, and in which order."""
    pen, say = reading.pen, reading.pen.say
    states: dict[str, State] = {point.code: state_in(reading, point.code, said[point.code]) for point in POINTS}
    missing = sum(state == "missing" for state in states.values())
    columns = [
        Column("point", say("Our number")),
        Column("topic", say("Topic")),
        Column("part", say("Section")),
        Column("state", say("State")),
    ]
    rows: list[list[Cell]] = [
        [point.code, say(point.topic), say(PARTS[point.part]), say(STATE_WORDS[states[point.code]])] for point in POINTS
    ]
    order = say(
        "Sections, and how many points each has, follow %(source)s. Topics are in our own words, and inside a section "
        "in the order of our own list: the numbers are ours.",
        source=ACCORD,
    )
    found = (
        pen.say_count(
            "%(num)s of %(total)s points is missing.",
            "%(num)s of %(total)s points are missing.",
            missing,
            total=len(POINTS),
        )
        if missing
        else say("Nothing is missing.")
    )
    how = say(
        "Records fill in what they know; the rest is asked of people. What nobody answers is printed as missing, never "
        "guessed."
    )
    return Section(
        say("The 35 points"),
        [
            Paragraph(found, "finding"),
            Paragraph(order),
            Paragraph(how),
            Table(say("Where each point stands"), columns, rows),
        ],
    )


def _point(reading: MethodsReading, point: Point, said: Said) -> Section:
    """What records say of a point, what people add, or that this is missing."""
    say = reading.pen.say
    blocks: list[Block] = [*said.words, *said.tables]
    answer = reading.answers.get(point.code)
    if answer and answer.text:
        blocks += [Paragraph([Run(say("Added by people:"), is_strong=True)]), *written(reading, point.code)]
    elif not said.is_whole:
        blocks.append(Paragraph([Run(say("missing"), is_strong=True), Run(f" – {say(point.question)}")]))
    return Section(f"{point.code} {say(point.topic)}", blocks, is_wide=point.code in WIDE)


def written(reading: MethodsReading, point: str) -> Sequence[Paragraph]:
    """What people wrote about a point, line by line, marked with its language where that is another one."""
    answer = reading.answers[point]
    return [reading.pen.quoted(line, answer.language) for line in answer.text.split("\n") if line.strip()]


def _status(reading: MethodsReading, said: Mapping[str, Said]) -> Sequence[Note]:
    """What a cover says before everything else: how much is missing."""
    say, pen = reading.pen.say, reading.pen
    missing = [point.code for point in POINTS if state_in(reading, point.code, said[point.code]) == "missing"]
    notes = [Note(say("Notice"), say("Invented demonstration content"))] if reading.survey.is_demo else []
    if reading.survey.controller:
        notes.append(Note(say("Asked by"), reading.survey.controller))
    text = ", ".join(missing) if missing else pen.say("nothing")
    return [*notes, Note(say("What is missing"), text)]


def _versions(reading: MethodsReading) -> Sequence[CoverVersion]:
    """The protocol, then each round, with their days."""
    if reading.result:
        return reading.result.versions
    survey = reading.survey
    if survey.published_at is None:
        return []
    return [CoverVersion("1", survey.published_at.date(), change=reading.pen.say("Survey published, protocol fixed"))]
