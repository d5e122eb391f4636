"""Everything behind one initiative, from all slices that know of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.actionplan.decisions.queries import Decided, decisions_on
from app.actionplan.discussion.models import Amendment
from app.actionplan.discussion.queries import Thread, list_amendments, list_threads
from app.actionplan.evidence.queries import Evidence, evidence_of
from app.actionplan.initiatives.models import Initiative, InitiativeStep, InitiativeVersion
from app.actionplan.initiatives.queries import list_steps, list_versions
from app.actionplan.proposals.models import Proposal
from app.actionplan.proposals.queries import list_proposals_of
from app.consensus.queries import find_snapshot
from app.consensus.rules import weightiest
from app.core.errors import NotFound
from app.people.rules import Actor
from app.surveys.authoring.models import Survey, SurveyItem
from app.surveys.authoring.queries import list_surveys
from app.surveys.ideas.models import Idea
from app.surveys.rounds.models import Round


@dataclass(frozen=True)
class Vote:
    """What a survey said of an initiative by its weightiest criterion, and the version that people saw.

    `line` is the one of its findings, None while no round has closed.
    """

    survey: Survey
    item: SurveyItem
    version: InitiativeVersion
    round_number: int | None
    criterion: str
    line: Mapping[str, Any] | None


@dataclass(frozen=True)
class Record:
    """Everything behind an initiative; `ideas` are how many ideas of each survey went into it.

    `decisions` stand beside the item of the survey that showed a version of it.
    """

    initiative: Initiative
    versions: Sequence[InitiativeVersion]
    votes: Sequence[Vote]
    amendments: Sequence[Amendment]
    threads: Sequence[Thread]
    proposals: Sequence[Proposal]
    ideas: Sequence[tuple[Survey, int]]
    evidence: Evidence
    steps: Sequence[InitiativeStep]
    decisions: Sequence[tuple[Decided, SurveyItem]]


def get_version_shown(session: Session, actor: Actor, version_id: UUID) -> tuple[Initiative, InitiativeVersion]:
    """A version by its id, with its initiative, of the actor's consortium; or NotFound."""
    found = session.exec(
        select(Initiative, InitiativeVersion)
        .join(InitiativeVersion, col(InitiativeVersion.initiative_id) == col(Initiative.id))
        .where(InitiativeVersion.id == version_id, Initiative.consortium_id == actor.consortium_id)
    ).first()
    if found is None:
        raise NotFound("There is no such version.")
    return found


def read_record(session: Session, actor: Actor, initiative: Initiative, *, may_read_results: bool) -> Record:
    """Everything behind an initiative of the actor's consortium, as far as the actor may read it."""
    versions = list_versions(session, initiative.id)
    return Record(
        initiative=initiative,
        versions=versions,
        votes=_votes(session, actor, versions) if may_read_results else [],
        amendments=list_amendments(session, initiative.id),
        threads=list_threads(session, initiative.id),
        proposals=list_proposals_of(session, initiative.id),
        ideas=_ideas(session, initiative.id),
        evidence=evidence_of(session, actor, initiative.id),
        steps=list_steps(session, initiative.id),
        decisions=decisions_on(session, [version.id for version in versions]) if may_read_results else [],
    )


def _votes(session: Session, actor: Actor, versions: Sequence[InitiativeVersion]) -> list[Vote]:
    by_id = {version.id: version for version in versions}
    found: list[Vote] = []
    for survey in list_surveys(session, actor):
        wanted = select(SurveyItem).where(SurveyItem.survey_id == survey.id, col(SurveyItem.source_id).in_(by_id))
        for item in session.exec(wanted).all():
            snapshot = find_snapshot(session, survey.id)
            criterion = weightiest(snapshot.findings) if snapshot else ""
            lines: list[dict[str, Any]] = snapshot.findings["items"][criterion] if snapshot else []
            line = next((one for one in lines if one["initiative"] == item.code), None)
            number = snapshot.round_number if snapshot else None
            found.append(Vote(survey, item, by_id[item.source_id], number, criterion, line))
    return found


def _ideas(session: Session, initiative_id: UUID) -> list[tuple[Survey, int]]:
    rows = session.exec(
        select(Survey, func.count())
        .join(Round, col(Round.survey_id) == col(Survey.id))
        .join(Idea, col(Idea.round_id) == col(Round.id))
        .where(Idea.initiative_id == initiative_id)
        .group_by(col(Survey.id))
    ).all()
    return sorted(rows, key=lambda row: row[0].external_id)
