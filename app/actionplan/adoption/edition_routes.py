"""Editions of a plan in the browser: the list, one of them, and how two differ."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.actionplan.adoption.models import PlanBallot
from app.actionplan.adoption.pages import VOTE_WORDS, difference_rows, headline, plan_view, tell
from app.actionplan.adoption.queries import get_edition, list_editions, list_plan_interests
from app.actionplan.adoption.rules import difference_of
from app.actionplan.initiatives.rules import digest_of
from app.actionplan.portfolio.queries import get_own_plan
from app.auth.guard import permitted
from app.auth.permissions import may
from app.core.catalogues import translate
from app.people.queries import names_of
from app.people.rules import Actor
from app.web.deps import SessionDep
from app.web.language import language_of
from app.web.templating import render

router = APIRouter(prefix="/plans/{number}/editions", tags=["plans"])

ReaderDep = Annotated[Actor, permitted("edition.read")]
FOLDER = "actionplan/adoption"


@router.get("")
def editions_page(request: Request, session: SessionDep, actor: ReaderDep, number: int) -> Response:
    """All editions of a plan, the newest first."""
    plan, language = get_own_plan(session, actor, number), language_of(request)
    found = list_editions(session, plan.id)
    rows = [
        {
            "edition": one,
            "count": sum(line["is_in"] for line in one.content["items"]),
            "planned": tell(session, plan, one.content, language).money(one.content["planned"]),
            "counts": one.decision["counts"],
        }
        for one in found
    ]
    may_read = may(actor, "plan.read", plan)
    return render(request, f"{FOLDER}/editions.html", plan=plan, rows=rows, may_read_plan=may_read)


@router.get("/compare")
def compare_editions(
    request: Request,
    session: SessionDep,
    actor: ReaderDep,
    number: int,
    a: Annotated[int | None, Query(ge=1)] = None,
    b: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """Two editions side by side, differences only; by default the newest against the one before."""
    plan, language = get_own_plan(session, actor, number), language_of(request)
    numbers = [one.number for one in list_editions(session, plan.id)]
    later = get_edition(session, plan.id, b)
    earlier = get_edition(session, plan.id, a or max(1, later.number - 1))
    before, after = (tell(session, plan, one.content, language) for one in (earlier, later))
    difference = difference_of(earlier.content, later.content)
    return render(
        request,
        f"{FOLDER}/compare.html",
        plan=plan,
        earlier=earlier,
        later=later,
        numbers=sorted(numbers),
        money=after.money,
        is_same=difference.is_nothing,
        rows=difference_rows(after, before, difference),
    )


@router.get("/{edition}")
def edition_page(request: Request, session: SessionDep, actor: ReaderDep, number: int, edition: int) -> Response:
    """An adopted plan as it was adopted, with the decision."""
    plan, language = get_own_plan(session, actor, number), language_of(request)
    found = get_edition(session, plan.id, edition)
    told = tell(session, plan, found.content, language)
    view = plan_view(told)
    ballot = session.get_one(PlanBallot, found.ballot_id)
    names = names_of(session, {found.adopted_by_id})
    return render(
        request,
        f"{FOLDER}/edition.html",
        plan=plan,
        edition=found,
        is_whole=digest_of(found.content) == found.content_sha256,
        newest=list_editions(session, plan.id)[0].number,
        view=view,
        headline=headline(told, view),
        money=told.money,
        ballot=ballot,
        counts=found.decision["counts"],
        votes=found.decision["votes"],
        has_majority=found.decision["has_majority"],
        words={vote: translate(language, word) for vote, word in VOTE_WORDS.items()},
        adopted_by=names.get(found.adopted_by_id, "–"),
        interests=list_plan_interests(session, ballot.id),
        may_read_plan=may(actor, "plan.read", plan),
    )
