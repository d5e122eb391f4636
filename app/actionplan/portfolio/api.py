"""Plans for programs."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.actionplan.portfolio.document import content_of, plan_file
from app.actionplan.portfolio.models import Plan, PlanJob, Scenario
from app.actionplan.portfolio.queries import (
    find_told,
    get_draft,
    get_own_plan_by_id,
    get_scenario,
    list_plans,
    list_scenarios,
)
from app.actionplan.portfolio.rulebook import LARGEST_CEILING, LONGEST_HORIZON, Rulebook, as_data, from_data
from app.actionplan.portfolio.service import (
    LONGEST_TITLE,
    PlanIn,
    add_scenario,
    create_plan,
    leave_out,
    place,
    release,
    set_rules,
)
from app.auth.guard import permitted
from app.core.errors import Stale, Unconditional
from app.core.tokens import make_token
from app.people.rules import Actor
from app.surveys.authoring.queries import get_own_survey
from app.web.deps import SessionDep, WritingSessionDep
from app.web.json import StrictRoute
from app.web.language import language_of
from app.web.security import OwnCall

router = APIRouter(prefix="/plans", tags=["plans"], route_class=StrictRoute)

ReaderDep = Annotated[Actor, permitted("plan.read")]
ChangerDep = Annotated[Actor, permitted("plan.change")]
KeyHeader = Annotated[str | None, Header(alias="Idempotency-Key", max_length=100)]
MatchHeader = Annotated[str | None, Header(alias="If-Match")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TITLE)]
Ceiling = Annotated[int, Field(ge=0, le=LARGEST_CEILING)]
Count = Annotated[int, Field(ge=1, le=1000)]
Percent = Annotated[int, Field(ge=1, le=100)]
NEEDS_MATCH = "Name the draft you changed: send its ETag as If-Match."


def find_own(session: SessionDep, actor: ReaderDep, plan_id: UUID) -> None:
    """Refuse a plan that is not theirs before anything is said about what was sent. Raises NotFound."""
    get_own_plan_by_id(session, actor, plan_id)


OwnPlan = Depends(find_own)


class RulesIn(BaseModel):
    """The rules of a scenario: money in euros, shares in whole percent, null for a rule that is not set."""

    model_config = ConfigDict(extra="forbid")

    ceilings: list[Ceiling] = Field(min_length=1, max_length=LONGEST_HORIZON)
    cost_point: int = Field(default=50, ge=0, le=100)
    discount: Percent = 95
    carry_over: bool = False
    max_starts: Count | None = None
    lead_capacity: Count | None = None
    region_min: Count | None = None
    region_share: Percent | None = None
    helix_floor: Percent | None = 25
    support_min: Percent | None = 50
    is_fair: bool = False
    by_cost: bool = False

    @property
    def rulebook(self) -> Rulebook:
        """The rules as plans use them."""
        return from_data(self.model_dump())


class NewPlan(BaseModel):
    """What a plan starts from."""

    model_config = ConfigDict(extra="forbid")

    survey_id: UUID
    title: Name
    first_year: int = Field(ge=2000, le=2100)
    scenario: Name = "Balanced"
    rules: RulesIn


class NewScenario(BaseModel):
    """Another scenario: a copy of the one of this number, with other rules where they are given."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    copied: int | None = Field(default=None, ge=1)
    rules: RulesIn | None = None


class Settled(BaseModel):
    """What is settled by hand about an initiative: in from a year, out, or left to the rules again."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["in", "out", "released"]
    year: int | None = Field(default=None, ge=2000, le=2200)
    reason: str = Field(default="", max_length=1000)


@router.get("")
def read_plans(session: SessionDep, actor: ReaderDep) -> list[dict[str, Any]]:
    """The plans of the consortium, the newest first."""
    return [
        {
            "id": str(plan.id),
            "number": plan.number,
            "title": plan.title,
            "survey": str(plan.survey_id),
            "first_year": plan.first_year,
            "years": plan.years,
            "scenarios": [_scenario_out(one) for one in list_scenarios(session, plan.id)],
        }
        for plan in list_plans(session, actor)
    ]


@router.post("", status_code=201, dependencies=[OwnCall])
def make_plan(session: SessionDep, actor: ChangerDep, given: NewPlan, key: KeyHeader = None) -> dict[str, Any]:
    """Make a plan from the newest results of a survey, and ask for a first proposal; the same key twice is one plan."""
    survey = get_own_survey(session, actor, given.survey_id)
    asked = PlanIn(given.title, given.first_year, given.rules.rulebook, given.scenario)
    plan = create_plan(session, actor, survey, asked, form_key=key or make_token())
    return {"id": str(plan.id), "number": plan.number}


@router.get("/{plan_id}")
def read_plan(
    request: Request,
    response: Response,
    session: SessionDep,
    actor: ReaderDep,
    plan_id: UUID,
    scenario: int | None = None,
) -> dict[str, Any]:
    """A scenario of a plan, by default the first: `innaxe-plan/1`, with the work on it. The ETag names its draft."""
    plan = get_own_plan_by_id(session, actor, plan_id)
    found = get_scenario(session, plan.id, scenario)
    response.headers["ETag"] = f'"{found.revision}"'
    content, _ = content_of(session, actor, plan, found.number, language_of(request))
    return content | {"id": str(plan.id), "work": _work_out(find_told(session, get_draft(session, found)))}


@router.get("/{plan_id}/export")
def read_plan_file(
    request: Request,
    session: WritingSessionDep,
    actor: Annotated[Actor, permitted("plan.export")],
    plan_id: UUID,
    format: Literal["json", "csv", "xlsx"] = "json",  # noqa: A002 -- the name programs use
    scenario: int | None = None,
) -> Response:
    """A scenario as a file; noted in the history."""
    plan, address = get_own_plan_by_id(session, actor, plan_id), request.app.state.settings.address
    file = plan_file(session, actor, plan, scenario, format, language_of(request), address=address)
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return Response(file.data, media_type=file.media_type, headers=headers)


@router.post("/{plan_id}/scenarios", status_code=201, dependencies=[OwnCall, OwnPlan])
def make_scenario(
    session: SessionDep, actor: ChangerDep, plan_id: UUID, given: NewScenario, key: KeyHeader = None
) -> dict[str, Any]:
    """Add a scenario; it is solved and explained in the background. The same key twice is one scenario."""
    plan = get_own_plan_by_id(session, actor, plan_id)
    copied = get_scenario(session, plan.id, given.copied) if given.copied else None
    made = add_scenario(
        session,
        actor,
        plan,
        given.name,
        copied,
        form_key=key or make_token(),
        rules=given.rules.rulebook if given.rules else None,
    )
    return _scenario_out(made)


@router.put("/{plan_id}/scenarios/{number}/rules", dependencies=[OwnCall, OwnPlan])
def write_rules(
    response: Response,
    session: SessionDep,
    actor: ChangerDep,
    plan_id: UUID,
    number: int,
    given: RulesIn,
    if_match: MatchHeader = None,
) -> dict[str, Any]:
    """Change a scenario's rules; `If-Match` names the draft they were made for: 428 without, 412 when stale."""
    plan, scenario = _matched(session, actor, plan_id, number, if_match)
    draft = set_rules(session, actor, plan, scenario, given.rulebook, scenario.revision)
    response.headers["ETag"] = f'"{draft.number}"'
    return {"draft": draft.number, "rules": as_data(given.rulebook)}


@router.put("/{plan_id}/scenarios/{number}/items/{code}", dependencies=[OwnCall, OwnPlan])
def settle_item(
    response: Response,
    session: SessionDep,
    actor: ChangerDep,
    plan_id: UUID,
    number: int,
    code: str,
    given: Settled,
    if_match: MatchHeader = None,
) -> dict[str, Any]:
    """Settle by hand whether an initiative is in; `If-Match` as for rules."""
    plan, scenario = _matched(session, actor, plan_id, number, if_match)
    if given.state == "in":
        draft = place(session, actor, plan, scenario, code, given.year or 0, given.reason, scenario.revision)
    elif given.state == "out":
        draft = leave_out(session, actor, plan, scenario, code, given.reason, scenario.revision)
    else:
        draft = release(session, actor, plan, scenario, code, scenario.revision)
    response.headers["ETag"] = f'"{draft.number}"'
    return {"draft": draft.number, "start_year": draft.start_year, "hands": draft.hands}


def _matched(
    session: SessionDep, actor: Actor, plan_id: UUID, number: int, if_match: str | None
) -> tuple[Plan, Scenario]:
    if not if_match:
        raise Unconditional(NEEDS_MATCH)
    plan = get_own_plan_by_id(session, actor, plan_id)
    scenario = get_scenario(session, plan.id, number)
    if if_match.strip().strip('"') != str(scenario.revision):
        raise Stale("This scenario was changed since you read it.", str(scenario.revision))
    return plan, scenario


def _scenario_out(scenario: Scenario) -> dict[str, Any]:
    return {"number": scenario.number, "name": scenario.name, "draft": scenario.revision}


def _work_out(job: PlanJob | None) -> dict[str, Any] | None:
    if job is None:
        return None
    return {
        "kind": job.kind,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        **{name: job.told.get(name) for name in ("losses", "prices", "hands", "gives")},
    }
