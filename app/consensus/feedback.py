"""What a round said, for somebody who took part: what moved, what is agreed, and where they differ most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.auth.guard import Anyone
from app.consensus.models import Snapshot
from app.consensus.queries import find_snapshot
from app.core.words import pick
from app.surveys.answering.models import Answer
from app.surveys.answering.queries import find_latest_answers, find_respondent
from app.surveys.answering.rules import is_above
from app.surveys.answering.visits import own_tokens
from app.surveys.authoring.models import Criterion, Survey, SurveyItem
from app.surveys.authoring.queries import get_survey_by_slug, list_criteria, list_items
from app.surveys.authoring.rules import answer_code
from app.surveys.rounds.models import Round
from app.surveys.rounds.queries import find_open_round
from app.surveys.rounds.reasons import list_shown_reasons
from app.web.deps import SessionDep
from app.web.language import language_of
from app.web.templating import redirect, render

router = APIRouter(tags=["answering"], dependencies=[Anyone])

MOST_PLACES = 3
MOST_CHANGES = 5
LEAST_CHANGE = 0.05
STEP = 60


@dataclass(frozen=True)
class Place:
    """Where somebody differs: their rating, the group's median and middle half, and an argument from the other side."""

    title: str
    criterion: str
    point: int
    median: float
    low: float
    high: float
    width: int
    x: float
    x_median: float
    x_low: float
    x_high: float
    argument: str


@dataclass(frozen=True)
class Moved:
    """An initiative whose share of high ratings changed between two rounds."""

    title: str
    before: float
    after: float


@dataclass(frozen=True)
class Told:
    """What a page needs to put findings in words: the survey, its parts by code, and the language."""

    survey: Survey
    items: Mapping[str, SurveyItem]
    criteria: Mapping[str, Criterion]
    language: str

    def title(self, code: str) -> str:
        """An initiative's title."""
        return pick(self.items[code].title, self.language, self.survey.default_language)

    def label(self, code: str) -> str:
        """A criterion's name."""
        return pick(self.criteria[code].label, self.language, self.survey.default_language)


@router.get("/s/{slug}/feedback")
def round_feedback(request: Request, session: SessionDep, slug: str) -> Response:
    """What the last closed round said of what this person has rated; of nothing else, and to nobody else."""
    survey = get_survey_by_slug(session, slug)
    tokens = own_tokens(request, slug)
    respondent = find_respondent(session, survey.id, tokens) if tokens else None
    if respondent is None:
        return redirect(request, "survey_start", slug=slug)
    own = find_latest_answers(session, respondent.id)
    snapshot = find_snapshot(session, survey.id)
    told = Told(
        survey,
        {item.code: item for item in list_items(session, survey.id)},
        {criterion.code: criterion for criterion in list_criteria(session, survey.id)},
        language_of(request),
    )
    shown = snapshot if snapshot and snapshot.findings["answered"]["all"] >= survey.minimum_group else None
    before = find_snapshot(session, survey.id, shown.round_number - 1) if shown else None
    current = find_open_round(session, survey.id)
    return render(
        request,
        "consensus/feedback.html",
        slug=slug,
        survey=survey,
        round_number=shown.round_number if shown else None,
        places=_places(session, told, shown, own, current) if shown else [],
        agreed=_agreed(told, shown, own) if shown else [],
        moved=_moved(told, before, shown, own) if shown and before else [],
        has_before=before is not None,
        is_open=current is not None,
    )


def _lines(snapshot: Snapshot, own: Mapping[str, Answer]) -> list[tuple[str, dict[str, Any]]]:
    """Each criterion with what may be shown of an initiative that this person has rated by it."""
    return [
        (criterion, line)
        for criterion, lines in snapshot.findings["items"].items()
        for line in lines
        if not line["suppressed"] and answer_code(line["initiative"], criterion) in own
    ]


def _places(
    session: Session, told: Told, snapshot: Snapshot, own: Mapping[str, Answer], current: Round | None
) -> list[Place]:
    apart: list[tuple[float, str, str, dict[str, Any], int]] = []
    for criterion, line in _lines(snapshot, own):
        point = own[answer_code(line["initiative"], criterion)].point
        if point is not None and is_above(point, (line["q1"], line["q3"])) is not None:
            apart.append((abs(point - line["median"]), line["initiative"], criterion, line, point))
    apart.sort(key=lambda one: (-one[0], one[1], one[2]))
    return [
        _place(session, told, criterion, line, point, current) for _, _, criterion, line, point in apart[:MOST_PLACES]
    ]


def _place(
    session: Session, told: Told, criterion: str, line: Mapping[str, Any], point: int, current: Round | None
) -> Place:
    low, points = told.survey.scale_low, told.survey.scale_high - told.survey.scale_low + 1

    def x(value: float) -> float:
        return round(STEP * (value - low + 0.5), 1)

    code = answer_code(line["initiative"], criterion)
    # before the next round opens, nobody has read the reasons for what may tell who wrote them
    reasons = list_shown_reasons(session, told.survey, current, line["initiative"]) if current else []
    across = [one.text for one in reasons if one.code == code and one.is_for == (point < line["median"])]
    return Place(
        title=told.title(line["initiative"]),
        criterion=told.label(criterion),
        point=point,
        median=line["median"],
        low=line["q1"],
        high=line["q3"],
        width=STEP * points,
        x=x(point),
        x_median=x(line["median"]),
        x_low=x(line["q1"]),
        x_high=x(line["q3"]),
        argument=across[0] if across else "",
    )


def _agreed(told: Told, snapshot: Snapshot, own: Mapping[str, Answer]) -> list[tuple[str, float]]:
    """The initiatives agreed by the weightiest criterion, with the share of high ratings, the largest first."""
    weights: Mapping[str, float] = snapshot.findings["weights"]
    leading = max(weights, key=lambda code: weights[code])
    found = [
        (told.title(line["initiative"]), float(line["share_high"]))
        for criterion, line in _lines(snapshot, own)
        if criterion == leading and line["verdict"] == "consensus"
    ]
    return sorted(found, key=lambda one: (-one[1], one[0]))


def _moved(told: Told, before: Snapshot, snapshot: Snapshot, own: Mapping[str, Answer]) -> Sequence[Moved]:
    """What moved most between the two rounds by the weightiest criterion, among what was asked in both."""
    weights: Mapping[str, float] = snapshot.findings["weights"]
    leading = max(weights, key=lambda code: weights[code])
    earlier = {line["initiative"]: line["share_high"] for line in before.findings["items"][leading]}
    found = [
        Moved(told.title(line["initiative"]), share, line["share_high"])
        for criterion, line in _lines(snapshot, own)
        if criterion == leading
        and line.get("round", snapshot.round_number) == snapshot.round_number
        and (share := earlier[line["initiative"]]) is not None
        and abs(line["share_high"] - share) >= LEAST_CHANGE
    ]
    return sorted(found, key=lambda one: (-abs(one.after - one.before), one.title))[:MOST_CHANGES]
