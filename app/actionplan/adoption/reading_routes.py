"""A shared plan for whoever has its link, without an account: read it, and say something about it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.actionplan.adoption.flooding import TooOften
from app.actionplan.adoption.pages import headline, plan_view, tell
from app.actionplan.adoption.queries import Shared, get_shared, list_plan_comments
from app.actionplan.adoption.rules import LONGEST_COMMENT, LONGEST_NAME, is_readable
from app.actionplan.adoption.sharing import comment_on
from app.auth.guard import Anyone
from app.auth.throttle import WAIT
from app.core.catalogues import translate
from app.core.clock import today
from app.core.errors import Conflict, Invalid, Locked
from app.core.tokens import make_token
from app.web.deps import SessionDep
from app.web.errors import RETRYABLE
from app.web.forms import FormDep, Typed, key_in
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/plans/{number}/share/{token}", tags=["plans"], dependencies=[Anyone])

FOLDER = "actionplan/adoption"
LONGEST_TYPED = 20_000


@router.get("")
def shared_plan(request: Request, session: SessionDep, number: int, token: str, said: str = "") -> Response:
    """The plan as it was shared, with what readers said of it; after the end of the link only whom to ask."""
    return _page(request, session, get_shared(session, number, token), token, {}, {}, said=said)


@router.post("/comments", dependencies=[OwnForm])
def comment_on_plan(
    request: Request, too_often: TooOften, session: SessionDep, number: int, token: str, typed: FormDep
) -> Response:
    """Say something about the plan or about an initiative; what cannot be taken stays in the page as it was typed."""
    shared = get_shared(session, number, token)
    typed = {name: text[:LONGEST_TYPED] for name, text in typed.items()}
    if too_often:
        response = _page(request, session, shared, token, typed, {"text": WAIT}, status=429)
        response.headers["Retry-After"] = RETRYABLE[429]
        return response
    item = typed.get("item", "")
    try:
        comment_on(session, shared, item, typed.get("text", ""), typed.get("name", ""), form_key=key_in(typed))
    except Invalid as refused:
        return _page(request, session, shared, token, typed, refused.errors, status=422)
    except Locked:
        return _page(request, session, shared, token, {}, {})
    except Conflict as refused:
        return _page(request, session, shared, token, typed, {"text": refused.message}, status=409)
    places = [line["code"] for line in shared.share.content["items"]]
    anchor = f"item-{places.index(item) + 1}" if item else "whole"
    query = f"said={quote(item or 'plan')}#{anchor}"
    return redirect(request, "shared_plan", query=query, number=number, token=token)


def _page(
    request: Request,
    session: Session,
    shared: Shared,
    token: str,
    typed: Typed,
    faults: Mapping[str, str],
    *,
    status: int = 200,
    said: str = "",
) -> Response:
    share, language = shared.share, language_of(request)
    values: dict[str, Any] = {
        "share": share,
        "plan": shared.plan,
        "controller": shared.controller,
        "contact": shared.contact,
    }
    if not is_readable(share.expires_on, is_ended=share.ended_on is not None, today=today()):
        ended = min(day for day in (share.ended_on, share.expires_on) if day)
        return _unlisted(render(request, f"{FOLDER}/ended.html", status=410, ended=ended, **values))
    comments = [one for one in list_plan_comments(session, share.id) if not one.is_hidden]
    told = tell(session, shared.plan, share.content, language)
    view = plan_view(told, comments)
    # there is a form beside each initiative: the fault leads to the one that was sent
    places = list(told.titles)
    at = typed.get("item", "") if typed.get("item", "") in places else ""
    place = places.index(at) + 1 if at else 0
    page = render(
        request,
        f"{FOLDER}/shared.html",
        status=status,
        token=token,
        view=view,
        headline=headline(told, view),
        money=told.money,
        total=len(comments),
        said=said,
        key=make_token(),
        at=place if typed else None,
        typed={name: typed.get(name, "") for name in ("text", "name", "key")},
        errors={f"{name}-{place}": translate(language, sentence) for name, sentence in faults.items()},
        longest=LONGEST_COMMENT,
        longest_name=LONGEST_NAME,
        **values,
    )
    return _unlisted(page)


def _unlisted(response: Response) -> Response:
    """A page whose address is a secret is kept by no search engine."""
    response.headers["X-Robots-Tag"] = "noindex"
    return response
