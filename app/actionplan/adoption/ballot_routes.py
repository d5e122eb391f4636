"""Ballots in the browser: what is voted on, who voted how, and how a ballot ends."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from app.actionplan.adoption.freezing import freeze
from app.actionplan.adoption.models import PlanBallot
from app.actionplan.adoption.pages import OUTCOME_WORDS, VOTE_WORDS, headline, plan_view, tell
from app.actionplan.adoption.queries import (
    find_edition_of,
    get_ballot,
    list_ballots,
    list_plan_interests,
    newer_draft,
)
from app.actionplan.adoption.rules import LONGEST_WORDS, Outcome, Seat, Vote
from app.actionplan.adoption.voting import Closing, cast_vote, close_ballot, open_ballot, votes_at
from app.actionplan.decisions.pages import part_rows
from app.actionplan.decisions.queries import list_deciders
from app.actionplan.decisions.rules import LONGEST_INTEREST, LONGEST_REASON, read_parts
from app.actionplan.decisions.service import known_people
from app.actionplan.portfolio.models import Plan, Scenario
from app.actionplan.portfolio.queries import get_own_plan
from app.auth.guard import permitted
from app.auth.permissions import may
from app.core.catalogues import translate
from app.core.errors import Conflict, Invalid, NotFound
from app.core.tokens import make_token
from app.people.queries import get_own_organisation, names_of
from app.people.rules import Actor
from app.web.deps import SessionDep
from app.web.forms import FormDep, Typed, key_in, revision_in, whole_number
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/plans/{number}/ballots", tags=["plans"])

ReaderDep = Annotated[Actor, permitted("ballot.read")]
VoterDep = Annotated[Actor, permitted("ballot.vote")]
AdopterDep = Annotated[Actor, permitted("plan.adopt")]
FOLDER = "actionplan/adoption"


@router.get("")
def ballots_page(request: Request, session: SessionDep, actor: ReaderDep, number: int) -> Response:
    """All ballots on a plan, the newest first."""
    plan, language = get_own_plan(session, actor, number), language_of(request)
    found = list_ballots(session, plan.id)
    names = names_of(session, {one.opened_by_id for one in found})
    return render(
        request,
        f"{FOLDER}/ballots.html",
        plan=plan,
        rows=[
            {
                "ballot": one,
                "opened_by": names.get(one.opened_by_id, "–"),
                "outcome": translate(language, OUTCOME_WORDS[one.outcome]) if one.outcome else "",
                "counts": votes_at(session, actor, one)["counts"],
                "edition": find_edition_of(session, one.id),
            }
            for one in found
        ],
        is_open=any(one.closed_at is None for one in found),
        may_adopt=may(actor, "plan.adopt", plan),
    )


@router.get("/new")
def new_ballot(
    request: Request, session: SessionDep, actor: AdopterDep, number: int, s: Annotated[int | None, Query(ge=1)] = None
) -> Response:
    """A last look at the draft before it is put to the vote, and what stands in the way."""
    return _new_page(request, session, get_own_plan(session, actor, number), s, "")


@router.post("", dependencies=[OwnForm])
def open_ballot_page(request: Request, session: SessionDep, actor: AdopterDep, number: int, typed: FormDep) -> Response:
    """Put a draft to the vote."""
    plan = get_own_plan(session, actor, number)
    scenario = whole_number(typed.get("scenario", ""), 0) or None
    try:
        ballot = open_ballot(session, actor, plan, scenario, revision_in(typed), form_key=key_in(typed))
    except Conflict as refused:
        return _new_page(request, session, plan, scenario, refused.message, status=409)
    return redirect(request, "ballot_page", number=number, ballot=ballot.number)


@router.get("/{ballot}")
def ballot_page(request: Request, session: SessionDep, actor: ReaderDep, number: int, ballot: int) -> Response:
    """What is voted on, who voted how, and the form of those who may vote."""
    plan = get_own_plan(session, actor, number)
    return _page(request, session, actor, plan, get_ballot(session, plan.id, ballot), {}, {})


@router.post("/{ballot}/votes", dependencies=[OwnForm])
def cast_vote_page(
    request: Request, session: SessionDep, actor: VoterDep, number: int, ballot: int, typed: FormDep
) -> Response:
    """Give the vote of a partner, or change it; what was typed stays in the page when it cannot be taken."""
    plan = get_own_plan(session, actor, number)
    held = get_ballot(session, plan.id, ballot)
    key = typed.get("partner", "").replace("\0", "")
    try:
        partner = get_own_organisation(session, actor, key) if key else None
    except NotFound:
        partner = None
    try:
        cast_vote(session, actor, held, partner, typed.get("vote", ""), typed.get("words", ""), revision_in(typed))
    except Invalid as refused:
        return _page(request, session, actor, plan, held, typed, refused.errors, status=422)
    except Conflict as refused:
        return _page(request, session, actor, plan, held, typed, {"vote": refused.message}, status=409)
    return redirect(request, "ballot_page", number=number, ballot=ballot)


@router.get("/{ballot}/close")
def closing_page(request: Request, session: SessionDep, actor: AdopterDep, number: int, ballot: int) -> Response:
    """The form that ends a ballot."""
    plan = get_own_plan(session, actor, number)
    return _closing(request, session, actor, plan, get_ballot(session, plan.id, ballot), {}, {})


@router.post("/{ballot}/close", dependencies=[OwnForm])
def close_ballot_page(
    request: Request, session: SessionDep, actor: AdopterDep, number: int, ballot: int, typed: FormDep
) -> Response:
    """End a ballot: with an edition, or without."""
    plan = get_own_plan(session, actor, number)
    held = get_ballot(session, plan.id, ballot)
    clean = {name: value.replace("\0", "") for name, value in typed.items()}
    given = Closing(
        outcome=clean.get("outcome", ""),
        reason=clean.get("reason", "").replace("\r\n", "\n").strip(),
        parts=read_parts(clean, known_people(session, actor)),
    )
    try:
        edition = close_ballot(session, actor, plan, held, given, revision_in(typed))
    except Invalid as refused:
        return _closing(request, session, actor, plan, held, typed, refused.errors, status=422)
    except Conflict as refused:
        return _closing(request, session, actor, plan, held, typed, {"outcome": refused.message}, status=409)
    if edition:
        return redirect(request, "edition_page", number=number, edition=edition.number)
    return redirect(request, "ballot_page", number=number, ballot=ballot)


def _seats(actor: Actor, votes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The votes of the partners, with whether the actor may give them and whether that is for their own partner.

    What a partner said itself nobody else replaces.
    """
    found: list[dict[str, Any]] = []
    for one in votes:
        partner = UUID(one["partner_id"])
        is_own, is_theirs = partner in actor.roles, one["vote"] is not None and not one["is_recorded"]
        may_vote = may(actor, "ballot.vote", Seat(actor.consortium_id, partner)) and (is_own or not is_theirs)
        found.append({**one, "may_vote": may_vote, "is_own": is_own})
    return found


def _new_page(
    request: Request, session: Session, plan: Plan, scenario: int | None, fault: str, *, status: int = 200
) -> Response:
    language = language_of(request)
    loaded, content = freeze(session, plan, scenario)
    told = tell(session, plan, content, language)
    view = plan_view(told)
    return render(
        request,
        f"{FOLDER}/new_ballot.html",
        status=status,
        plan=plan,
        scenario=loaded.scenario,
        view=view,
        headline=headline(told, view),
        money=told.money,
        key=make_token(),
        open_ballot=next((one for one in list_ballots(session, plan.id) if one.closed_at is None), None),
        errors={"draft": translate(language, fault)} if fault else {},
    )


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    plan: Plan,
    ballot: PlanBallot,
    typed: Typed,
    faults: Mapping[str, str],
    *,
    status: int = 200,
) -> Response:
    language = language_of(request)
    told = tell(session, plan, ballot.content, language)
    view = plan_view(told)
    told_votes = votes_at(session, actor, ballot)
    names = names_of(session, {ballot.opened_by_id, ballot.closed_by_id})
    return render(
        request,
        f"{FOLDER}/ballot.html",
        status=status,
        plan=plan,
        ballot=ballot,
        scenario=session.get_one(Scenario, ballot.scenario_id),
        view=view,
        headline=headline(told, view),
        money=told.money,
        newer=newer_draft(session, ballot),
        counts=told_votes["counts"],
        votes=_seats(actor, told_votes["votes"]),
        has_majority=told_votes["has_majority"],
        words=[(vote.value, translate(language, VOTE_WORDS[vote])) for vote in Vote],
        outcome=translate(language, OUTCOME_WORDS[ballot.outcome]) if ballot.outcome else "",
        opened_by=names.get(ballot.opened_by_id, "–"),
        closed_by=names.get(ballot.closed_by_id, "–"),
        interests=list_plan_interests(session, ballot.id),
        edition=find_edition_of(session, ballot.id),
        may_adopt=may(actor, "plan.adopt", plan),
        may_read_plan=may(actor, "plan.read", plan),
        typed={"partner": typed.get("partner", ""), "vote": typed.get("vote", ""), "words": typed.get("words", "")},
        errors={name: translate(language, sentence) for name, sentence in faults.items()},
        longest=LONGEST_WORDS,
    )


def _closing(
    request: Request,
    session: Session,
    actor: Actor,
    plan: Plan,
    ballot: PlanBallot,
    typed: Typed,
    faults: Mapping[str, str],
    *,
    status: int = 200,
) -> Response:
    language = language_of(request)
    told = votes_at(session, actor, ballot)
    return render(
        request,
        f"{FOLDER}/close.html",
        status=status,
        plan=plan,
        ballot=ballot,
        newer=newer_draft(session, ballot),
        counts=told["counts"],
        votes=told["votes"],
        has_majority=told["has_majority"],
        words={vote.value: translate(language, VOTE_WORDS[vote]) for vote in Vote},
        outcomes=[(one.value, translate(language, OUTCOME_WORDS[one])) for one in Outcome],
        typed={"outcome": typed.get("outcome", ""), "reason": typed.get("reason", "")},
        people=part_rows(list_deciders(session, actor), typed, None if faults else actor.id),
        errors={name: translate(language, sentence) for name, sentence in faults.items()},
        longest_reason=LONGEST_REASON,
        longest_interest=LONGEST_INTEREST,
    )
