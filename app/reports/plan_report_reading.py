"""What the report of a plan is made from: its content as data, the results it rests on, its sheets and its adoption."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.actionplan.adoption.models import PlanBallot, PlanEdition, PlanInterest
from app.actionplan.adoption.pages import tell as tell_plan
from app.actionplan.adoption.queries import (
    get_edition,
    list_ballots,
    list_editions,
    list_plan_interests,
)
from app.actionplan.adoption.voting import votes_at
from app.actionplan.initiatives.models import InitiativeVersion
from app.actionplan.initiatives.queries import list_topics
from app.actionplan.initiatives.schemas import read_content
from app.actionplan.monitoring.queries import following_of
from app.actionplan.monitoring.state import State as Followed
from app.actionplan.portfolio.document import content_of
from app.actionplan.portfolio.models import Plan, PlanJob, ScenarioDraft
from app.actionplan.portfolio.queries import find_robustness, find_told, load, shares_of
from app.actionplan.portfolio.words import Teller
from app.consensus.change import ChangeRow, change_rows
from app.consensus.models import Snapshot
from app.consensus.queries import find_snapshot_before, list_snapshots
from app.consensus.rules import weightiest
from app.consensus.told import Asked, Told, tell
from app.people.queries import list_organisations
from app.people.rules import Actor
from app.reports.building import Pen
from app.reports.pictures import Pictures
from app.surveys.authoring.models import Deviation, Survey
from app.surveys.authoring.queries import get_survey, list_deviations

NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Adoption:
    """How far partners are with a plan: the edition it is, or the ballot on it; `votes` is how they voted."""

    edition: PlanEdition | None
    ballot: PlanBallot | None
    votes: Mapping[str, Any]
    interests: Sequence[PlanInterest]


@dataclass(frozen=True)
class PlanReading:
    """A plan as data with everything that a report says of it, in one language.

    `told` is the round it rests on, looked at by the criterion that weighs most in the plan; `work` is what was found
    out about the draft by solving, `robust` how often each initiative is in when values vary.
    """

    pen: Pen
    plan: Plan
    survey: Survey
    content: Mapping[str, Any]
    teller: Teller
    why: Callable[[Mapping[str, Any]], str]
    breaches: Sequence[str]
    told: Told
    snapshots: Sequence[Snapshot]
    changes: Sequence[ChangeRow]
    pictures: Pictures
    sheets: Mapping[str, InitiativeVersion]
    topics: Mapping[str, str]
    draft: ScenarioDraft
    job: PlanJob | None
    robustness: PlanJob | None
    deviations: Sequence[Deviation]
    adoption: Adoption
    followed: Followed | None

    @cached_property
    def items(self) -> Sequence[Mapping[str, Any]]:
        """All initiatives, in the order of the survey."""
        return self.content["items"]

    @cached_property
    def chosen(self) -> Sequence[Mapping[str, Any]]:
        """The initiatives that are in."""
        return [item for item in self.items if item["is_in"]]

    @cached_property
    def left(self) -> Sequence[Mapping[str, Any]]:
        """The initiatives that are not in."""
        return [item for item in self.items if not item["is_in"]]

    @cached_property
    def years(self) -> Sequence[int]:
        """The calendar years of the plan."""
        return [self.content["first_year"] + place for place in range(self.content["years"])]

    @property
    def work(self) -> Mapping[str, Any]:
        """What was found out about the draft by solving."""
        return self.job.told if self.job else NOTHING

    @property
    def robust(self) -> Mapping[str, float]:
        """How often each initiative is in when values vary; nothing where nobody asked that of this draft."""
        return shares_of(self.robustness, self.draft)

    @property
    def criterion(self) -> str:
        """What the criterion is called that weighs most."""
        return self.told.frame()["criterion_label"]

    @property
    def titles(self) -> Mapping[str, str]:
        """What each initiative is called."""
        return {item["code"]: self.title(item) for item in self.items}

    def group(self, code: str) -> str:
        """What a group is called in the survey, as in every table of results."""
        return next((mark.label for mark in self.told.marks if mark.code == code), self.teller.helix(code))

    def title(self, item: Mapping[str, Any]) -> str:
        """What an initiative is called."""
        return self.pen.pick(item["title"])

    def quarter(self, place: Sequence[int] | None) -> str | None:
        """A quarter in words."""
        return None if place is None else self.pen.say("%(year)s Q%(quarter)s", year=place[0], quarter=place[1])

    def sheet(self, code: str) -> Mapping[str, Any]:
        """What the sheet of an initiative says, as people rated it; nothing of what is no initiative."""
        version = self.sheets.get(code)
        return read_content(version.content) if version else NOTHING

    def waiting_for(self, code: str) -> Sequence[str]:
        """The initiatives in the plan that wait for one."""
        return [item["code"] for item in self.chosen if code in item["depends_on"]]

    def line(self, code: str) -> Mapping[str, Any]:
        """What results say of an initiative by the criterion that weighs most."""
        return next(line for line in self.told.lines if line["initiative"] == code)


def read_plan(
    session: Session, actor: Actor, plan: Plan, language: str, *, scenario: int | None, edition: int | None
) -> PlanReading:
    """Everything a report says of an edition of a plan or, without one, of a scenario's newest draft.

    Raises NotFound.
    """
    survey = get_survey(session, plan.survey_id)
    pen = Pen(language, survey.default_language)
    frozen = get_edition(session, plan.id, edition) if edition is not None else None
    ballot = session.get_one(PlanBallot, frozen.ballot_id) if frozen else None
    if frozen and ballot:
        draft = session.exec(
            select(ScenarioDraft).where(
                ScenarioDraft.scenario_id == ballot.scenario_id, ScenarioDraft.number == ballot.draft_number
            )
        ).one()
        content, kept = frozen.content, tell_plan(session, plan, frozen.content, language)
        teller, why, breaches = kept.teller, kept.why, kept.breaches()
    else:
        draft = load(session, plan, scenario).draft
        content, teller = content_of(session, actor, plan, scenario, language)
        why, breaches = _live(teller), [teller.breach_of(place) for place in range(len(content["breaches"]))]
    told = _told(session, survey, plan, language)
    before = find_snapshot_before(session, survey.id, plan.round_number)
    return PlanReading(
        pen=pen,
        plan=plan,
        survey=survey,
        content=content,
        teller=teller,
        why=why,
        breaches=breaches,
        told=told,
        snapshots=[one for one in list_snapshots(session, survey.id) if one.round_number <= plan.round_number],
        changes=change_rows(told, before) if before else [],
        pictures=Pictures(session, survey, told.snapshot, before, language),
        sheets=_sheets(session, content),
        topics={one.external_id: pen.pick(one.label) for one in list_topics(session, actor)},
        draft=draft,
        job=find_told(session, draft),
        robustness=find_robustness(session, draft.scenario_id),
        deviations=list_deviations(session, survey.id),
        adoption=_adoption(session, actor, plan, draft, frozen),
        followed=_followed(session, actor, plan, frozen),
    )


def _live(teller: Teller) -> Callable[[Mapping[str, Any]], str]:
    return lambda item: teller.why_of(item["code"])


def _told(session: Session, survey: Survey, plan: Plan, language: str) -> Told:
    used = {name: weight for name, weight in plan.weights.items() if weight > 0}
    criterion = weightiest({"criteria": list(used), "weights": used})
    return tell(session, survey, Asked(plan.round_number, criterion, "rating", "", ""), language)


def _sheets(session: Session, content: Mapping[str, Any]) -> dict[str, InitiativeVersion]:
    codes = {item["source_id"]: item["code"] for item in content["items"]}
    wanted = select(InitiativeVersion).where(col(InitiativeVersion.id).in_([UUID(one) for one in codes]))
    return {codes[str(one.id)]: one for one in session.exec(wanted)}


def _adoption(session: Session, actor: Actor, plan: Plan, draft: ScenarioDraft, frozen: PlanEdition | None) -> Adoption:
    """Of a draft, how the last ballot on it stands; one that was adopted as it is, is that edition."""
    ballots = [
        one
        for one in list_ballots(session, plan.id)
        if (one.scenario_id, one.draft_number) == (draft.scenario_id, draft.number)
    ]
    by_ballot = {one.ballot_id: one for one in list_editions(session, plan.id)}
    edition = frozen or next((by_ballot[one.id] for one in ballots if one.id in by_ballot), None)
    ballot = session.get_one(PlanBallot, edition.ballot_id) if edition else next(iter(ballots), None)
    votes = votes_at(session, actor, ballot) if ballot else NOTHING
    interests = [one for one, _ in list_plan_interests(session, ballot.id)] if ballot else []
    return Adoption(edition, ballot, votes, interests)


def _followed(session: Session, actor: Actor, plan: Plan, frozen: PlanEdition | None) -> Followed | None:
    """How an edition got on, as it stood when something of it was reported last: a document knows no today."""
    if frozen is None:
        return None
    found = following_of(session, plan, frozen, list_organisations(session, actor))
    days = [one.reported_on for reports in found.reports.values() for one in reports]
    return Followed(found, max([frozen.adopted_at.date(), *days])) if found.milestones else None
