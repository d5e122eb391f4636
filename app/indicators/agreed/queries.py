"""Reads of the surveys about indicators, and of what they agreed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.consensus.models import Snapshot
from app.consensus.queries import WITHOUT_ANALYSIS
from app.indicators.agreed.asking import ASKING
from app.indicators.agreed.rules import is_final, verdicts_in
from app.indicators.models import IndicatorVersion
from app.indicators.queries import Entry, list_indicators
from app.people.rules import Actor
from app.stats.verdict import Verdict
from app.surveys.authoring.from_catalogue import list_surveys_about
from app.surveys.authoring.models import Survey, SurveyItem


@dataclass(frozen=True)
class Ruling:
    """What a survey said of an indicator in its last planned round, and of which version it spoke."""

    survey: Survey
    item: SurveyItem
    version_id: UUID
    version: int
    round: int
    closed_at: datetime
    verdict: Verdict

    @property
    def protocol(self) -> str:
        """The number of the protocol that fixed the rule before the first round."""
        return self.survey.protocol_sha256[:12]


def list_set_surveys(session: Session, actor: Actor) -> Sequence[Survey]:
    """The surveys about indicators, the newest first."""
    return list_surveys_about(session, actor, ASKING.kind)


def asked_in(session: Session, survey_ids: Iterable[UUID]) -> list[tuple[SurveyItem, IndicatorVersion]]:
    """What surveys ask about, with the version it is; what is not of the catalogue is left out."""
    wanted = (
        select(SurveyItem, IndicatorVersion)
        .join(IndicatorVersion, col(IndicatorVersion.id) == col(SurveyItem.source_id))
        .where(col(SurveyItem.survey_id).in_(list(survey_ids)))
        .order_by(col(SurveyItem.survey_id), col(SurveyItem.position))
    )
    return list(session.exec(wanted).all())


def rulings(session: Session, actor: Actor) -> dict[UUID, Ruling]:
    """By indicator, what the survey said that asked about it last and is through its planned rounds."""
    surveys = {one.id: one for one in list_set_surveys(session, actor) if one.published_at}
    if not surveys:
        return {}
    wanted = select(Snapshot).where(col(Snapshot.survey_id).in_(list(surveys))).options(WITHOUT_ANALYSIS)
    last: dict[UUID, Snapshot] = {}
    for snapshot in session.exec(wanted.order_by(col(Snapshot.round_number))).all():
        if is_final(snapshot.round_number, surveys[snapshot.survey_id].planned_rounds):
            last[snapshot.survey_id] = snapshot
    said = {key: verdicts_in(snapshot.findings) for key, snapshot in last.items()}
    found: dict[UUID, Ruling] = {}
    for item, version in asked_in(session, last):
        snapshot, survey = last[item.survey_id], surveys[item.survey_id]
        closed_at = datetime.fromisoformat(snapshot.findings["closed_at"])
        verdict = said[item.survey_id].get(item.code, Verdict.TOO_FEW)
        known = found.get(version.indicator_id)
        if known is None or known.closed_at < closed_at:
            place = (version.id, version.number, snapshot.round_number, closed_at, verdict)
            found[version.indicator_id] = Ruling(survey, item, *place)
    return found


def is_agreed(entry: Entry, found: Mapping[UUID, Ruling]) -> bool:
    """Whether all helices agreed to an indicator as it is defined now."""
    ruling = found.get(entry.indicator.id)
    return bool(ruling and ruling.verdict is Verdict.CONSENSUS and ruling.version_id == entry.version.id)


def agreed_codes(session: Session, actor: Actor) -> frozenset[str]:
    """The codes of the agreed set; none before there is one."""
    found = rulings(session, actor)
    return frozenset(one.indicator.code for one in list_indicators(session, actor) if found and is_agreed(one, found))
