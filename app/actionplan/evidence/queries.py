"""Reads of evidence."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.actionplan.evidence.models import Interview, InterviewStance, StanceState, Workshop, WorkshopVote
from app.actionplan.evidence.rules import (
    HELICES,
    Said,
    ShownDots,
    ShownStances,
    StanceStep,
    in_drawn_order,
    may_quote,
    shown_dots,
    shown_helices,
    shown_stances,
)
from app.actionplan.initiatives.models import Initiative, InitiativeVersion
from app.actionplan.initiatives.queries import get_own_initiative, list_versions
from app.actionplan.initiatives.rules import natural_order
from app.auth.permissions import may
from app.consensus.queries import find_snapshot
from app.consensus.rules import weightiest
from app.core.clock import today
from app.core.errors import NotFound
from app.people.rules import Actor
from app.surveys.authoring.models import Survey, SurveyItem
from app.surveys.authoring.queries import list_surveys


def get_own_workshop(session: Session, actor: Actor, workshop_id: UUID) -> Workshop:
    """A workshop of the actor's consortium, or NotFound."""
    workshop = session.get(Workshop, workshop_id)
    if workshop is None or workshop.consortium_id != actor.consortium_id:
        raise NotFound("There is no such workshop.")
    return workshop


def get_own_interview(session: Session, actor: Actor, interview_id: UUID) -> Interview:
    """An interview of the actor's consortium, or NotFound."""
    interview = session.get(Interview, interview_id)
    if interview is None or interview.consortium_id != actor.consortium_id:
        raise NotFound("There is no such interview.")
    return interview


def list_workshops(session: Session, actor: Actor) -> Sequence[Workshop]:
    """The workshops of the actor's consortium, the newest first."""
    wanted = select(Workshop).where(Workshop.consortium_id == actor.consortium_id)
    return session.exec(wanted.order_by(col(Workshop.held_on).desc(), col(Workshop.title), col(Workshop.id))).all()


def list_interviews(session: Session, actor: Actor) -> Sequence[Interview]:
    """The interviews of the actor's consortium that the actor may read, the newest first."""
    wanted = select(Interview).where(Interview.consortium_id == actor.consortium_id)
    found = session.exec(wanted.order_by(col(Interview.held_on).desc(), col(Interview.role), col(Interview.id))).all()
    return [interview for interview in found if may(actor, "evidence.words", interview)]


def count_interviews(session: Session, actor: Actor) -> tuple[int, dict[str, int | None]]:
    """How many interviews there are, and of each group where that may be shown."""
    wanted = select(Interview.helix).where(Interview.consortium_id == actor.consortium_id)
    found = Counter(session.exec(wanted).all())
    sizes = {helix: found[helix] for helix in HELICES}
    shown = shown_helices(sizes)
    return found.total(), {helix: size if helix in shown else None for helix, size in sizes.items()}


@dataclass(frozen=True)
class Voted:
    """What a workshop gave an initiative, in the version that was shown there."""

    workshop: Workshop
    vote: WorkshopVote
    initiative: Initiative
    version: InitiativeVersion

    @property
    def shown(self) -> ShownDots:
        """The dots that may be shown."""
        return shown_dots(self.workshop.participants, self.vote.dots, self.vote.dots_by_helix)


@dataclass(frozen=True)
class Stood:
    """What somebody interviewed said of an initiative, in the version that was shown to them."""

    interview: Interview
    stance: InterviewStance
    initiative: Initiative
    version: InitiativeVersion


def list_votes(
    session: Session, actor: Actor, *, workshop_id: UUID | None = None, initiative_id: UUID | None = None
) -> list[Voted]:
    """What workshops gave initiatives, by the initiatives' codes as people count, the newest workshop first."""
    wanted = (
        select(Workshop, WorkshopVote, Initiative, InitiativeVersion)
        .join(WorkshopVote, col(WorkshopVote.workshop_id) == col(Workshop.id))
        .join(Initiative, col(Initiative.id) == col(WorkshopVote.initiative_id))
        .join(InitiativeVersion, col(InitiativeVersion.id) == col(WorkshopVote.version_id))
        .where(Workshop.consortium_id == actor.consortium_id)
        .order_by(col(Workshop.held_on).desc(), col(Workshop.title), col(Workshop.id))
    )
    if workshop_id:
        wanted = wanted.where(Workshop.id == workshop_id)
    if initiative_id:
        wanted = wanted.where(Initiative.id == initiative_id)
    lines = [Voted(*line) for line in session.exec(wanted).all()]
    return sorted(lines, key=lambda line: natural_order(line.initiative.external_id))


def list_stances(
    session: Session, actor: Actor, *, interview_id: UUID | None = None, initiative_id: UUID | None = None
) -> list[Stood]:
    """What people interviewed said of initiatives, whoever reads; by code, the newest interview first."""
    wanted = (
        select(Interview, InterviewStance, Initiative, InitiativeVersion)
        .join(InterviewStance, col(InterviewStance.interview_id) == col(Interview.id))
        .join(Initiative, col(Initiative.id) == col(InterviewStance.initiative_id))
        .join(InitiativeVersion, col(InitiativeVersion.id) == col(InterviewStance.version_id))
        .where(Interview.consortium_id == actor.consortium_id)
        .order_by(col(Interview.held_on).desc(), col(Interview.id))
    )
    if interview_id:
        wanted = wanted.where(Interview.id == interview_id)
    if initiative_id:
        wanted = wanted.where(Initiative.id == initiative_id)
    lines = [Stood(*line) for line in session.exec(wanted).all()]
    return sorted(lines, key=lambda line: natural_order(line.initiative.external_id))


def said_of(session: Session, initiative_id: UUID) -> Said:
    """The group and stance of every interview on an initiative."""
    wanted = (
        select(Interview.id, Interview.helix, InterviewStance.stance)
        .join(InterviewStance, col(InterviewStance.interview_id) == col(Interview.id))
        .where(InterviewStance.initiative_id == initiative_id, InterviewStance.stance != "")
    )
    return {str(key): (helix, stance) for key, helix, stance in session.exec(wanted).all()}


def step_of(state: StanceState | None) -> StanceStep:
    """What is shown now of an initiative's stances."""
    if state is None:
        return StanceStep({})
    counted = {key: (pair[0], pair[1]) for key, pair in state.counted.items()}
    return StanceStep(counted, frozenset(state.shown), frozenset(state.lost))


def shown_by_initiative(session: Session, keys: Collection[UUID]) -> dict[UUID, ShownStances]:
    """What may be shown of the stances on each of these initiatives."""
    states = session.exec(select(StanceState).where(col(StanceState.initiative_id).in_(keys))).all()
    found = {state.initiative_id: state for state in states}
    return {key: shown_stances(step_of(found.get(key))) for key in keys}


@dataclass(frozen=True)
class Evidence:
    """What workshops and interviews said of one initiative, as far as it may be shown to whoever may read evidence.

    `quotes` are words of interviews that may be quoted, without anything about who said them.
    """

    workshops: Sequence[Voted]
    stances: ShownStances
    quotes: Sequence[str]


def evidence_of(session: Session, actor: Actor, initiative_id: UUID) -> Evidence:
    """What may be shown of the evidence on an initiative of the actor's consortium, or NotFound."""
    get_own_initiative(session, actor, initiative_id)
    said = list_stances(session, actor, initiative_id=initiative_id)
    return Evidence(
        list_votes(session, actor, initiative_id=initiative_id),
        shown_by_initiative(session, [initiative_id])[initiative_id],
        quotes_among(said),
    )


def quotes_among(said: Sequence[Stood]) -> list[str]:
    """The words that may be quoted today."""
    return in_drawn_order(
        line.stance.statement
        for line in said
        if line.stance.statement and may_quote(line.interview.is_quotable, line.interview.embargo_until, today())
    )


@dataclass(frozen=True)
class Rated:
    """What a survey's last closed round said of an initiative by the weightiest criterion: one line of its findings."""

    survey: Survey
    number: int
    criterion: str
    line: Mapping[str, Any]


def find_rated(session: Session, actor: Actor, initiative_id: UUID) -> Rated | None:
    """What the newest survey with results says of an initiative, as far as it may be shown."""
    versions = {version.id for version in list_versions(session, initiative_id)}
    for survey in list_surveys(session, actor):
        snapshot = find_snapshot(session, survey.id)
        if snapshot is None:
            continue
        wanted = select(SurveyItem.code).where(
            SurveyItem.survey_id == survey.id, col(SurveyItem.source_id).in_(versions)
        )
        codes = set(session.exec(wanted).all())
        criterion = weightiest(snapshot.findings)
        for line in snapshot.findings["items"][criterion]:
            if line["initiative"] in codes:
                return Rated(survey, snapshot.round_number, criterion, line)
    return None


def answered_of(session: Session, actor: Actor) -> Mapping[str, Any] | None:
    """How many answered the newest survey with results, of each group where that may be shown."""
    for survey in list_surveys(session, actor):
        snapshot = find_snapshot(session, survey.id)
        if snapshot:
            return snapshot.findings["answered"]["by_helix"]
    return None


def version_on(versions: Sequence[InitiativeVersion], day: date) -> InitiativeVersion:
    """The version there was on a day, of versions the newest first: made on it or before, else the first of all."""
    return next((version for version in versions if version.created_at.date() <= day), versions[-1])
