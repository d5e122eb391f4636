"""Plans in the browser: all of them, making one, and the page of one."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from app.actionplan.portfolio.asking import ask_for, call_off
from app.actionplan.portfolio.document import plan_file
from app.actionplan.portfolio.making import first_start
from app.actionplan.portfolio.models import Scenario
from app.actionplan.portfolio.pages import QUARTER_WIDTH, ROW_HEIGHT, SPEND_HEIGHT, YEAR_WIDTH
from app.actionplan.portfolio.queries import get_own_plan, get_scenario, list_plans, list_scenarios, load
from app.actionplan.portfolio.rulebook import read_start
from app.actionplan.portfolio.rules import FaultKind
from app.actionplan.portfolio.service import PlanIn, create_plan
from app.actionplan.portfolio.showing import Shown, frame_of, shown
from app.actionplan.portfolio.state import State
from app.actionplan.priorities.routes import download
from app.auth.guard import permitted
from app.auth.permissions import may
from app.consensus.queries import find_snapshot
from app.core.catalogues import translate
from app.core.clock import now
from app.core.errors import Invalid
from app.core.tokens import make_token
from app.core.words import pick
from app.people.rules import Actor
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_own_survey_by_slug, list_surveys
from app.web.deps import SessionDep, WritingSessionDep
from app.web.forms import FormDep, key_in, whole_number
from app.web.helices import mark_of
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render, wants_fragment

router = APIRouter(prefix="/plans", tags=["plans"])

ReaderDep = Annotated[Actor, permitted("plan.read")]
ChangerDep = Annotated[Actor, permitted("plan.change")]
Number = Annotated[int, Query(ge=1, le=10_000)]
FOLDER = "actionplan/portfolio"
YEARS = 5
GONE_QUIET = timedelta(minutes=2)


@router.get("")
def plan_list(request: Request, session: SessionDep, actor: ReaderDep) -> Response:
    """All plans, the newest first, each with what its first scenario holds."""
    plans = list_plans(session, actor)
    lines = [
        {"plan": plan, "shown": shown(request, session, actor, plan), "scenarios": list_scenarios(session, plan.id)}
        for plan in plans
    ]
    return render(
        request,
        f"{FOLDER}/list.html",
        lines=lines,
        may_change=may(actor, "plan.change"),
        has_results=any(find_snapshot(session, survey.id) for survey in _surveys(session, actor)),
    )


@router.get("/new")
def new_plan(request: Request, session: SessionDep, actor: ChangerDep, survey: str = "") -> Response:
    """The form that a plan starts from: which results, which years, how much money."""
    return _form(request, session, actor, {"survey": survey}, {})


@router.post("", dependencies=[OwnForm])
def create_plan_form(request: Request, session: SessionDep, actor: ChangerDep, typed: FormDep) -> Response:
    """Make a plan and ask for a first proposal; a form with faults is shown again as it was typed."""
    rules, faults = read_start(typed, YEARS)
    if rules is None:
        return _form(request, session, actor, typed, faults)
    first = whole_number(typed.get("first_year", ""), 0)
    given = PlanIn(typed.get("title", ""), first, rules, translate(language_of(request), "Balanced"))
    try:
        survey = get_own_survey_by_slug(session, actor, typed.get("survey", ""))
        plan = create_plan(session, actor, survey, given, form_key=key_in(typed))
    except Invalid as refused:
        return _form(request, session, actor, typed, refused.errors)
    return redirect(request, "plan_page", number=plan.number)


@router.get("/{number}")
def plan_page(
    request: Request, session: SessionDep, actor: ReaderDep, number: int, s: Number | None = None
) -> Response:
    """A scenario of a plan: what is in and when, what it costs, what is broken, and what is next in line."""
    plan = get_own_plan(session, actor, number)
    found = shown(request, session, actor, plan, s)
    page = found.page
    groups = page.groups()
    return render(
        request,
        f"{FOLDER}/page.html",
        fragment=f"{FOLDER}/_swapped.html",
        headline=page.headline(is_working=found.is_working),
        groups=groups,
        next_in_line=page.next_in_line(),
        spend_bars=page.spend_bars(groups),
        meter=page.meter(groups),
        axis={
            "width": page.width,
            "year": YEAR_WIDTH,
            "quarter": QUARTER_WIDTH,
            "row": ROW_HEIGHT,
            "spend": SPEND_HEIGHT,
        },
        cards=[_card(session, found, one) for one in list_scenarios(session, plan.id)],
        helices=[
            (mark_of(one.group, place, found.teller.helix(one.group)), one)
            for place, one in enumerate(found.state.helices)
        ],
        is_quiet=is_quiet(found),
        robustness=found.robustness,
        robust=found.robust,
        **checks_of(found),
        **frame_of(session, actor, found),
    )


@router.post("/{number}/work/{kind}", dependencies=[OwnForm])
def ask_for_work(
    request: Request, session: SessionDep, actor: ChangerDep, number: int, kind: str, typed: FormDep
) -> Response:
    """Ask for a proposal, or for how robust the scenario is."""
    plan = get_own_plan(session, actor, number)
    scenario = get_scenario(session, plan.id, whole_number(typed.get("s", ""), 0))
    ask_for(session, actor, plan, scenario.number, kind)
    return _back(request, session, actor, number, scenario.number)


@router.post("/{number}/call-off", dependencies=[OwnForm])
def call_work_off(request: Request, session: SessionDep, actor: ChangerDep, number: int, typed: FormDep) -> Response:
    """Call work off; what it found so far stays."""
    plan = get_own_plan(session, actor, number)
    scenario = get_scenario(session, plan.id, whole_number(typed.get("s", ""), 0))
    call_off(session, actor, plan, scenario.number, key_of(typed.get("job", "")))
    return _back(request, session, actor, number, scenario.number)


@router.get("/{number}/export.{kind}")
def export_plan_page(
    request: Request,
    session: WritingSessionDep,
    actor: Annotated[Actor, permitted("plan.export")],
    number: int,
    kind: str,
    s: Number | None = None,
) -> Response:
    """A scenario as a file; noted in the history."""
    plan = get_own_plan(session, actor, number)
    address = request.app.state.settings.address
    return download(plan_file(session, actor, plan, s, kind, language_of(request), address=address))


def checks_of(found: Shown) -> dict[str, Any]:
    """What is broken, what would repair it, what was placed by hand, and where groups disagree about what is in."""
    state, teller = found.state, found.teller
    fix = state.fixes[0] if state.fixes else None
    return {
        "broken": [teller.breach(one) for one in state.breaches],
        "faults": [teller.fault(one) for one in state.faults if one.is_fatal or one.kind is FaultKind.CYCLE],
        "fix": fix,
        "fix_text": teller.fix(fix) if fix else "",
        "by_hand": [line for line in state.lines if line.hand],
        "hand_prices": found.told.get("hands", {}),
        "apart": [
            line for line in state.chosen if line.row.evidence["verdict"] == "divided" and line.row.evidence["gap"]
        ],
        "gives": found.told.get("gives", []),
        "told": found.told,
        "shortfall": shortfall(found),
    }


def shortfall(found: Shown) -> float | None:
    """What of its value the plan lacks beside the best one under the same rules, 0 to 1; None where nobody knows."""
    best: float | None = found.best.get("objective")
    return None if not best or found.state.breaches else max(0.0, 1 - found.state.value / best)


def key_of(text: str) -> UUID:
    """The key somebody's form names; one that no thing has where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def is_quiet(found: Shown) -> bool:
    """Whether work was asked for and no worker has taken it up for a while."""
    job = found.job
    return job is not None and job.ended_at is None and job.seen_at is None and now() - job.asked_at > GONE_QUIET


def _card(session: Session, found: Shown, scenario: Scenario) -> dict[str, Any]:
    """A scenario on its card."""
    loaded = found.state.loaded
    is_current = scenario.number == loaded.scenario.number
    state = found.state if is_current else State(load(session, loaded.plan, scenario.number))
    return {
        "scenario": scenario,
        "is_current": is_current,
        "count": len(state.chosen),
        "planned": state.planned,
        "broken": len(state.breaches),
    }


def _back(request: Request, session: Session, actor: Actor, number: int, scenario: int) -> Response:
    if wants_fragment(request):
        session.flush()
        return plan_page(request, session, actor, number, scenario)
    return redirect(request, "plan_page", number=number, query=f"s={scenario}")


def _surveys(session: Session, actor: Actor) -> list[Survey]:
    return [survey for survey in list_surveys(session, actor) if survey.item_kind == "initiative"]


def _form(
    request: Request, session: Session, actor: Actor, typed: Mapping[str, str], faults: Mapping[str, str]
) -> Response:
    language = language_of(request)
    surveys = [survey for survey in _surveys(session, actor) if find_snapshot(session, survey.id)]
    chosen = next((one for one in surveys if one.slug == typed.get("survey")), surveys[0] if surveys else None)
    first = (first_start(session, chosen) if chosen else None) or now().year + 1
    filled = {
        "title": "",
        "budget": "",
        "first_year": str(first),
        "key": make_token(),
        "survey": chosen.slug if chosen else "",
    }
    return render(
        request,
        f"{FOLDER}/new.html",
        status=422 if faults else 200,
        typed=filled | {name: text for name, text in typed.items() if text},
        errors={name: translate(language, sentence) for name, sentence in faults.items()},
        surveys=[(survey.slug, pick(survey.title, language, survey.default_language)) for survey in surveys],
        amounts=[(f"amount.{place}", typed.get(f"amount.{place}", "")) for place in range(1, YEARS + 1)],
    )
