"""Reads of the surveys about programmes, and of what they said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.auth.permissions import may
from app.consensus.models import Snapshot
from app.consensus.queries import find_snapshot
from app.core.words import Words
from app.people.rules import Actor
from app.programmes.models import Programme, ProgrammeVersion
from app.programmes.rated.asking import ASKING
from app.programmes.rated.rules import Said, Unrated, said_in
from app.surveys.authoring.from_catalogue import list_surveys_about
from app.surveys.authoring.models import Criterion, Survey, SurveyItem
from app.surveys.authoring.queries import find_question


@dataclass(frozen=True)
class Rating:
    """What the survey that counts said of a programme, or why nothing can be said.

    `survey` and `version` are what was asked where, None where nothing was; `closed_at` is None before a round closed.
    `helices` are the names of the survey's groups.
    """

    said: Said | Unrated
    survey: Survey | None = None
    version: int | None = None
    closed_at: datetime | None = None
    helices: Mapping[str, Words] = field(default_factory=dict[str, Words])


NOT_ASKED = Rating(Unrated.NOT_ASKED)


def list_rating_surveys(session: Session, actor: Actor) -> Sequence[Survey]:
    """The surveys about programmes, the newest first."""
    return list_surveys_about(session, actor, ASKING.kind)


def asked_in(session: Session, survey_ids: Iterable[UUID]) -> list[tuple[SurveyItem, ProgrammeVersion]]:
    """What surveys ask about, with the version it is; what is not of the catalogue is left out."""
    wanted = (
        select(SurveyItem, ProgrammeVersion)
        .join(ProgrammeVersion, col(ProgrammeVersion.id) == col(SurveyItem.source_id))
        .where(col(SurveyItem.survey_id).in_(list(survey_ids)))
        .order_by(col(SurveyItem.survey_id), col(SurveyItem.position))
    )
    return list(session.exec(wanted).all())


def ratings(session: Session, actor: Actor) -> dict[str, Rating]:
    """By the code of each programme that was asked about, what stakeholders said of the version that counts.

    Of several surveys those about the version that counts come before others, and then the one whose round closed last.
    A survey that no longer asks for expectations says nothing of them.
    """
    asking = set(session.exec(select(Criterion.survey_id).where(Criterion.code == ASKING.criterion)).all())
    surveys = {one.id: one for one in list_rating_surveys(session, actor) if one.published_at and one.id in asking}
    closed = {key: snapshot for key in surveys if (snapshot := find_snapshot(session, key))}
    helices = {key: _helices(session, key) for key in closed}
    wanted = select(Programme).where(Programme.consortium_id == actor.consortium_id)
    programmes = {one.id: one for one in session.exec(wanted).all()} if surveys else {}
    candidates: list[tuple[tuple[bool, bool, datetime], str, Rating]] = []
    for item, version in asked_in(session, surveys) if surveys else ():
        survey, snapshot = surveys[item.survey_id], closed.get(item.survey_id)
        programme = programmes[version.programme_id]
        is_now = version.number == programme.revision
        said = _said(actor, snapshot, item) if is_now else Unrated.OTHER_VERSION
        closed_at = datetime.fromisoformat(snapshot.findings["closed_at"]) if snapshot else None
        order = (is_now, closed_at is not None, closed_at or survey.created_at)
        rating = Rating(said, survey, version.number, closed_at, helices.get(survey.id, {}))
        candidates.append((order, programme.code, rating))
    return {code: rating for _, code, rating in sorted(candidates, key=lambda one: one[0])}


def _helices(session: Session, survey_id: UUID) -> dict[str, Words]:
    question = find_question(session, survey_id, "helix")
    return {option["code"]: option["label"] for option in question.options} if question else {}


def _said(actor: Actor, snapshot: Snapshot | None, item: SurveyItem) -> Said | Unrated:
    if snapshot is None:
        return Unrated.STILL_OPEN
    if not may(actor, "results.read"):
        return Unrated.NOT_YOURS
    return said_in(snapshot.findings, ASKING.criterion, item.code)
