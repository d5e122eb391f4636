"""Which initiatives move which indicators, in the browser."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response

from app.actionplan.moving.queries import Aim, read_moved
from app.auth.guard import permitted
from app.core.words import pick
from app.indicators.queries import get_indicator
from app.people.rules import Actor
from app.web.deps import SessionDep
from app.web.language import language_of
from app.web.templating import render

router = APIRouter(prefix="/indicators", tags=["indicators"])

ReaderDep = Annotated[Actor, permitted("initiative.read")]
FOLDER = "actionplan/moving"


@router.get("/initiatives")
def moved_list(request: Request, session: SessionDep, actor: ReaderDep) -> Response:
    """Every indicator with the initiatives that move it, those that none moves, and codes nobody knows."""
    language, found = language_of(request), read_moved(session, actor)
    return render(
        request,
        f"{FOLDER}/list.html",
        moved=[
            {
                "entry": one,
                "is_agreed": one.indicator.code in found.agreed,
                "aims": aims_view(found.aims[one.indicator.code], language),
            }
            for one in found.entries
            if one.indicator.code in found.aims
        ],
        idle=[{"entry": one, "is_agreed": one.indicator.code in found.agreed} for one in found.idle],
        unknown=[(code, aims_view(aims, language)) for code, aims in found.unknown.items()],
    )


@router.get("/{indicator}/initiatives")
def moved_page(request: Request, session: SessionDep, actor: ReaderDep, indicator: str) -> Response:
    """The initiatives that move one indicator; a part of its page, and a page of its own."""
    entry, found = get_indicator(session, actor, indicator), read_moved(session, actor)
    aims = aims_view(found.aims.get(indicator, ()), language_of(request))
    return render(request, f"{FOLDER}/one.html", fragment=f"{FOLDER}/_aims.html", entry=entry, aims=aims)


def aims_view(aims: Sequence[Aim], language: str) -> list[dict[str, Any]]:
    """Initiatives with what they aim at."""
    return [
        {
            "id": one.initiative.id,
            "code": one.initiative.external_id,
            "title": pick(one.version.title, language, one.initiative.source_language),
            "target": one.target,
        }
        for one in aims
    ]
