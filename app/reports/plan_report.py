"""The five-year joint action plan as a deliverable."""

from collections.abc import Sequence

from sqlmodel import Session

from app.actionplan.adoption.queries import list_editions
from app.actionplan.portfolio.models import Plan
from app.documents.document import Block, Document, Note
from app.people.rules import Actor
from app.reports.building import NOTHING_STATED, CoverFacts, CoverVersion, Pen, cover_of
from app.reports.plan_report_annexes import annexes, sources
from app.reports.plan_report_following import decision_section, following_section, missing_texts
from app.reports.plan_report_method import method_section
from app.reports.plan_report_money import budget_section, coverage_section, left_section, roadmap_section
from app.reports.plan_report_reading import PlanReading, read_plan
from app.reports.plan_report_results import results_section
from app.reports.plan_report_sheets import sheets_section
from app.reports.plan_report_summary import summary_section


def plan_report(
    session: Session,
    actor: Actor,
    plan: Plan,
    language: str,
    *,
    cover: CoverFacts = NOTHING_STATED,
    scenario: int | None = None,
    edition: int | None = None,
) -> Document:
    """An edition of a plan or, without one, the newest draft of a scenario, by default the first. Raises NotFound."""
    reading = read_plan(session, actor, plan, language, scenario=scenario, edition=edition)
    pen = reading.pen
    blocks: list[Block] = [
        summary_section(reading),
        method_section(reading),
        results_section(reading),
        sheets_section(reading),
        roadmap_section(reading),
        budget_section(reading),
        coverage_section(reading),
        left_section(reading),
        following_section(reading),
        decision_section(reading),
        *annexes(reading),
    ]
    return Document(
        title=reading.content["title"],
        language=language,
        blocks=blocks,
        notes=list(sources(reading)),
        direction=pen.direction,
        cover=cover_of(pen, cover, _status(reading), _versions(session, pen, plan, reading)),
    )


def _status(reading: PlanReading) -> Sequence[Note]:
    """Whether this is the adopted plan; of a draft, what it lacks."""
    say, edition = reading.pen.say, reading.adoption.edition
    notes = [Note(say("Notice"), say("Invented demonstration content"))] if reading.survey.is_demo else []
    if edition:
        text = say(
            "Adopted on %(day)s, edition %(number)s",
            day=reading.pen.day(edition.adopted_at.date()),
            number=edition.number,
        )
        return [*notes, Note(say("Status"), text)]
    return [*notes, Note(say("Status"), say("DRAFT")), Note(say("What is missing"), " ".join(missing_texts(reading)))]


def _versions(session: Session, pen: Pen, plan: Plan, reading: PlanReading) -> list[CoverVersion]:
    """The editions of the plan and, of one not adopted, its draft."""
    found = [
        CoverVersion(
            pen.say("Edition %(number)s", number=one.number),
            one.adopted_at.date(),
            change=pen.say("Adopted by the partners"),
        )
        for one in reversed(list_editions(session, plan.id))
        if reading.adoption.edition is None or one.number <= reading.adoption.edition.number
    ]
    if reading.adoption.edition is None:
        draft = pen.say("Draft %(number)s", number=reading.draft.number)
        found.append(CoverVersion(draft, reading.draft.made_at.date(), change=reading.content["scenario"]["name"]))
    return found
