"""One initiative of a plan in the browser: its years, cost and needs, and putting it in or leaving it out by hand."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.actionplan.drafting.pages import partner_choices
from app.actionplan.portfolio.comparing import compare
from app.actionplan.portfolio.facts import UNKNOWN_PARTNER, WAITS, UnevenYears, read_facts, shown_facts
from app.actionplan.portfolio.modelling import Hand
from app.actionplan.portfolio.queries import get_own_plan, get_plan_item, get_scenario, list_plan_items
from app.actionplan.portfolio.routes import FOLDER, ChangerDep, Number, ReaderDep
from app.actionplan.portfolio.service import LONGEST_REASON, change_item, leave_out, place, release
from app.actionplan.portfolio.showing import Shown, frame_of, shown
from app.actionplan.portfolio.state import Line
from app.core.catalogues import translate
from app.core.errors import Conflict, Invalid
from app.people.rules import Actor
from app.web.deps import SessionDep
from app.web.forms import FormDep, revision_in, whole_number
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/plans/{number}/items/{code}", tags=["plans"])


@router.get("")
def plan_item_page(
    request: Request,
    session: SessionDep,
    actor: ReaderDep,
    number: int,
    code: str,
    s: Number | None = None,
    year: Number | None = None,
) -> Response:
    """An initiative in a scenario: why it is in or out, what moving it would do, and what it takes."""
    typed = {"year": str(year)} if year else {}
    return _page(request, session, actor, number, code, s, typed, {})


@router.post("/place", dependencies=[OwnForm])
def place_item(
    request: Request, session: SessionDep, actor: ChangerDep, number: int, code: str, typed: FormDep
) -> Response:
    """Put an initiative in by hand, leave it out by hand, or leave it to the rules again."""
    plan = get_own_plan(session, actor, number)
    scenario = get_scenario(session, plan.id, whole_number(typed.get("s", ""), 0))
    revision, reason, act = revision_in(typed), typed.get("reason", ""), typed.get("act", "")
    try:
        if act == "in":
            place(session, actor, plan, scenario, code, whole_number(typed.get("year", ""), 0), reason, revision)
        elif act == "out":
            leave_out(session, actor, plan, scenario, code, reason, revision)
        else:
            release(session, actor, plan, scenario, code, revision)
    except Invalid as refused:
        return _page(request, session, actor, number, code, scenario.number, typed, refused.errors, status=422)
    except Conflict as refused:
        faults = {"reason": refused.message}
        return _page(request, session, actor, number, code, scenario.number, typed, faults, status=409)
    return redirect(request, "plan_page", number=number, query=f"s={scenario.number}")


@router.post("/facts", dependencies=[OwnForm])
def change_plan_item(
    request: Request, session: SessionDep, actor: ChangerDep, number: int, code: str, typed: FormDep
) -> Response:
    """Set for this plan what an initiative costs, when it may start, how long it takes and what it needs."""
    plan = get_own_plan(session, actor, number)
    item = get_plan_item(session, plan.id, code)
    scenario = get_scenario(session, plan.id, whole_number(typed.get("s", ""), 0) or None)
    items = list_plan_items(session, plan.id)
    others = [one.code for one in items if one.code != code]
    try:
        facts, faults = read_facts(typed, item.facts | item.changed, others)
        leads = [(one.facts | one.changed)["lead"] for one in items]
        if facts["lead"] not in {"", *(key for key, _ in partner_choices(session, actor, leads))}:
            faults["lead"] = UNKNOWN_PARTNER
    except UnevenYears as uneven:
        faults, facts = {"amount.1": _uneven(uneven, language_of(request))}, {}
    if faults:
        return _page(request, session, actor, number, code, scenario.number, typed, faults, status=422)
    try:
        change_item(session, actor, plan, item, facts, revision_in(typed))
    except Invalid as refused:
        return _page(request, session, actor, number, code, scenario.number, typed, refused.errors, status=422)
    except Conflict as refused:
        faults = {"cost_low": refused.message}
        return _page(request, session, actor, number, code, scenario.number, typed, faults, status=409)
    return redirect(request, "plan_item_page", number=number, code=code, query=f"s={scenario.number}")


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    number: int,
    code: str,
    s: int | None,
    typed: Mapping[str, str],
    faults: Mapping[str, str],
    *,
    status: int = 200,
) -> Response:
    plan = get_own_plan(session, actor, number)
    item = get_plan_item(session, plan.id, code)
    found = shown(request, session, actor, plan, s)
    line = next(line for line in found.state.lines if line.row.code == code)
    language = language_of(request)
    return render(
        request,
        f"{FOLDER}/item.html",
        fragment=f"{FOLDER}/_effect.html",
        status=status,
        item=item,
        line=line,
        row=found.page.row(line),
        facts=_filled(line, typed),
        proposed=shown_facts(line.item, item.facts),
        touched=range(1, line.item.touched + 1),
        others=[(one.code, found.teller.title(one.code)) for one in found.state.frame.items if one.code != code],
        partners=partner_choices(session, actor, [line.item.lead]),
        typed={"year": str(line.start or line.fits or line.item.start_year), "reason": ""} | dict(typed),
        errors={name: translate(language, sentence) for name, sentence in faults.items()},
        years=found.state.frame.years,
        effect=_effect(found, code, typed),
        waits_for=[found.teller.title(one) for one in line.item.depends_on],
        needed_by=[found.teller.title(one.code) for one in found.state.frame.items if code in one.depends_on],
        longest_reason=LONGEST_REASON,
        told=found.told,
        **frame_of(session, actor, found),
    )


def _filled(line: Line, typed: Mapping[str, str]) -> dict[str, str]:
    """The form as it was typed; boxes that were not ticked are not there."""
    kept = shown_facts(line.item, line.facts)
    return (
        {name: text for name, text in kept.items() if not name.startswith(WAITS)} | dict(typed)
        if "months" in typed
        else kept
    )


def _uneven(uneven: UnevenYears, language: str) -> str:
    return translate(
        language,
        "The years add up to %(total)s € instead of the highest cost: %(more)s € too much."
        if uneven.more > 0
        else "The years add up to %(total)s € instead of the highest cost: %(more)s € too little.",
        total=uneven.total,
        more=abs(uneven.more),
    )


def _effect(found: Shown, code: str, typed: Mapping[str, str]) -> Any:
    """What would change if the initiative started in the year asked about; nothing where none is."""
    year = whole_number(typed.get("year", ""), 0)
    if year not in found.state.frame.years:
        return None
    hand = Hand(is_in=True, year=year)
    return compare(found.state, found.state.with_acts([(code, year - found.state.frame.first_year + 1)], {code: hand}))
