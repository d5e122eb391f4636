"""Everything a methods report is made from: the protocol, the records of the survey, its results, what people wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlmodel import Session

from app.actionplan.evidence.models import Workshop
from app.actionplan.evidence.queries import count_interviews, list_workshops
from app.actionplan.priorities.comparing import Sensitivity, sensitivity
from app.consensus.basis import Ranked
from app.consensus.queries import find_snapshot, get_basis, rank_ranges
from app.consensus.told import Asked, Told, tell
from app.core.errors import NotFound
from app.people.models import Organisation
from app.people.rules import Actor
from app.reports.building import NOTHING_STATED, CoverFacts, Pen
from app.reports.methods.models import MethodsAnswer
from app.reports.methods.queries import (
    Written,
    count_running,
    count_running_invited,
    count_written,
    last_bundles,
    list_answers,
)
from app.reports.results_reading import RoundReading, read_round
from app.surveys.authoring.models import Criterion, Deviation, Question, Survey, SurveyItem
from app.surveys.authoring.queries import (
    list_criteria,
    list_deviations,
    list_items,
    list_questions,
    option_names,
)
from app.surveys.rounds.models import Round
from app.surveys.rounds.queries import list_rounds


@dataclass(frozen=True)
class Weighed:
    """The order under the weights of the protocol, and what would change it."""

    ranked: Ranked
    sensitivity: Sensitivity


@dataclass(frozen=True)
class MethodsReading:
    """The records of a survey in one language. `result` is its newest closed round, None before there is one."""

    pen: Pen
    survey: Survey
    items: Sequence[SurveyItem]
    criteria: Sequence[Criterion]
    questions: Sequence[Question]
    groups: Mapping[str, str]
    regions: Mapping[str, str]
    rounds: Sequence[Round]
    deviations: Sequence[Deviation]
    result: RoundReading | None
    told: Sequence[Told]
    written: Written
    running: Mapping[str, int]
    running_invited: int
    owner: str
    follows: Survey | None
    workshops: Sequence[Workshop]
    interviews: int
    cover: CoverFacts
    answers: Mapping[str, MethodsAnswer]
    bundles: Mapping[bool, str]

    @property
    def protocol(self) -> Mapping[str, Any]:
        """What was fixed before the first rating; nothing while the survey is a draft."""
        return self.survey.protocol or {}

    @property
    def rating_rounds(self) -> Sequence[Round]:
        """The rounds that asked for ratings."""
        return [one for one in self.rounds if not one.is_for_ideas]

    @cached_property
    def is_imported(self) -> bool:
        """Whether the ratings come from a consultation held elsewhere: rounds from files were never closed here."""
        return any(one.closed_at and one.outcome is None for one in self.rating_rounds)

    @property
    def findings(self) -> Mapping[str, Any]:
        """What may be shown of the newest round; before there is one, the rule alone."""
        if self.result:
            return self.result.told.findings
        return {"rule": {**self.survey.rule, "minimum_group": self.survey.minimum_group}}

    def text_of(self, point: str) -> str:
        """What people wrote about a point."""
        answer = self.answers.get(point)
        return answer.text if answer else ""


def read_methods(
    session: Session, actor: Actor, survey: Survey, language: str, cover: CoverFacts = NOTHING_STATED
) -> MethodsReading:
    """The records of a survey, also before it has results."""
    has_results = find_snapshot(session, survey.id) is not None
    result = read_round(session, survey, None, language) if has_results else None
    owner = session.get(Organisation, survey.organisation_id) if survey.organisation_id else None
    published = survey.published_at.date() if survey.published_at else None
    return MethodsReading(
        pen=Pen(language, survey.default_language),
        survey=survey,
        items=list_items(session, survey.id),
        criteria=list_criteria(session, survey.id),
        questions=list_questions(session, survey.id),
        groups=option_names(session, survey, "helix", language),
        regions=option_names(session, survey, "region", language),
        rounds=list_rounds(session, survey.id),
        deviations=list_deviations(session, survey.id),
        result=result,
        told=_told(session, survey, result, language),
        written=count_written(session, survey.id),
        running=count_running(session, survey),
        running_invited=count_running_invited(session, survey),
        owner=owner.name if owner else "",
        follows=session.get(Survey, survey.follows_id) if survey.follows_id else None,
        workshops=[one for one in list_workshops(session, actor) if published and one.held_on <= published],
        interviews=count_interviews(session, actor)[0],
        cover=cover,
        answers=list_answers(session, survey.id),
        bundles=last_bundles(session, survey),
    )


def _told(session: Session, survey: Survey, result: RoundReading | None, language: str) -> Sequence[Told]:
    """Every closed round, looked at by the criterion that weighs most in the newest."""
    if result is None:
        return []
    criterion = result.told.view.criterion
    return [
        tell(session, survey, Asked(one.round_number, criterion, "rating", "", ""), language)
        for one in result.snapshots
    ]


def weigh(session: Session, result: RoundReading | None) -> Weighed | None:
    """The order as frozen with what would change it; None where what that needs is gone with the answers."""
    if result is None:
        return None
    try:
        basis = get_basis(session, result.told.snapshot)
    except NotFound:
        return None
    ranked = rank_ranges(session, result.told.snapshot, result.told.findings["weights"])
    return Weighed(ranked, sensitivity(basis, ranked))
