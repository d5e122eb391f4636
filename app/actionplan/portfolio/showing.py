"""What every page of a plan needs: the scenario worked out, what its work found, and somebody who says it in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from sqlmodel import Session

from app.actionplan.portfolio.models import Plan, PlanJob
from app.actionplan.portfolio.pages import PlanPage
from app.actionplan.portfolio.queries import find_robustness, find_told, list_scenarios, load, shares_of
from app.actionplan.portfolio.state import State
from app.actionplan.portfolio.words import Teller
from app.auth.permissions import may
from app.people.queries import list_organisations
from app.people.rules import Actor
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_survey
from app.web.language import language_of

FURTHER = (
    ("Comments", "plan_comments"),
    ("Votes", "ballots_page"),
    ("Editions", "editions_page"),
    ("Progress", "follow_page"),
)
"""Pages about a plan that other slices show, by the names of their routes."""
MAIN_ACTS = (("Share for comment", "share_page"),)
NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Shown:
    """A scenario ready to be shown in one language."""

    survey: Survey
    state: State
    teller: Teller
    job: PlanJob | None
    robustness: PlanJob | None

    @property
    def told(self) -> Mapping[str, Any]:
        """What its work found so far."""
        return self.job.told if self.job else NOTHING

    @property
    def best(self) -> Mapping[str, Any]:
        """The best plan under the rules as far as it is known; nothing before."""
        return self.told.get("plan") or NOTHING

    @property
    def robust(self) -> Mapping[str, float]:
        """How often each initiative is in when values vary; nothing where that was asked of another draft."""
        return shares_of(self.robustness, self.state.loaded.draft)

    @property
    def is_working(self) -> bool:
        """Whether a proposal or prices are still being worked out."""
        return self.job is not None and self.job.ended_at is None

    @property
    def page(self) -> PlanPage:
        """Its tables and drawings."""
        return PlanPage(self.state, self.teller, self.told, self.robust)


def shown(
    request: Request, session: Session, actor: Actor, plan: Plan, number: int | None = None, draft: int | None = None
) -> Shown:
    """A scenario of a plan, by default the first, in its newest draft; in the reader's language."""
    loaded = load(session, plan, number, draft)
    survey, state = get_survey(session, plan.survey_id), State(loaded)
    names = {one.code: one.name for one in list_organisations(session, actor) if one.code}
    teller = Teller(state, language_of(request), names, survey.default_language)
    return Shown(survey, state, teller, find_told(session, loaded.draft), find_robustness(session, loaded.scenario.id))


def frame_of(session: Session, actor: Actor, found: Shown) -> dict[str, Any]:
    """What the head of every page of a plan needs."""
    loaded = found.state.loaded
    return {
        "plan": loaded.plan,
        "scenario": loaded.scenario,
        "draft": loaded.draft,
        "survey": found.survey,
        "state": found.state,
        "teller": found.teller,
        "job": found.job,
        "is_working": found.is_working,
        "further": [(found.teller.say(word), route) for word, route in FURTHER],
        "main_acts": [(found.teller.say(word), route) for word, route in MAIN_ACTS]
        if may(actor, "plan.change", loaded.plan)
        else [],
        "scenarios": list_scenarios(session, loaded.plan.id),
        "may_change": may(actor, "plan.change", loaded.plan),
        "may_export": may(actor, "plan.export", loaded.plan),
        "may_adopt": may(actor, "plan.adopt", loaded.plan),
    }
