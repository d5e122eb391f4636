"""Who may enter a route. Every route names its guard; a test walks them all."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Request

from app.auth.permissions import may, require
from app.auth.queries import find_key_holder, find_signed_in
from app.core.catalogues import translate
from app.core.errors import NotSignedIn
from app.people.rules import Actor
from app.web.deps import SessionDep
from app.web.language import language_of
from app.web.security import get_cookie
from app.web.templating import path_to

SESSION_COOKIE = "innaxe_session"

NAVIGATION = (
    ("Overview", "home_page", "home.read"),
    ("Indicators", "indicator_list", "indicator.read"),
    ("Programmes", "programme_list", "programme.read"),
    ("Initiatives", "initiative_list", "initiative.read"),
    ("Proposals", "proposal_queue", "proposal.judge"),
    ("Surveys", "survey_list", "survey.read"),
    ("Results", "results_index", "results.read"),
    ("Priorities", "priorities_index", "priorities.read"),
    ("Plans", "plan_list", "plan.read"),
    ("Reports", "report_list", "report.make"),
    ("People", "people_list", "person.read"),
)

WITHIN = {"programme_list": "impact_page"}
"""Sections that stand under the entry of another, in the tabs of its pages."""

ACCOUNT_MENU = (
    ("Your account", "account_page", "account.change"),
    ("Assigned to you", "assignments_page", "comment.read"),
    ("You said, we did", "replies_page", "reply.write"),
    ("Organisations", "organisation_list", "organisation.read"),
    ("What happened", "history_page", "history.read"),
    ("Outbox", "outbox_page", "outbox.read"),
)


def session_token(request: Request) -> str:
    """The session token this browser holds, or nothing."""
    return get_cookie(request, SESSION_COOKIE)


def find_visitor(request: Request, session: SessionDep) -> Actor | None:
    """Whoever is signed in in this browser, or for whom a program holds a key; menus follow from their roles."""
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    is_program = request.url.path.startswith("/api/") and kind.lower() == "bearer"
    token = key.strip() if is_program else session_token(request)
    find = find_key_holder if is_program else find_signed_in
    actor = find(session, token) if token else None
    request.state.actor = actor
    if actor:
        request.state.navigation = _entries(request, actor, NAVIGATION)
        request.state.account_menu = _entries(request, actor, ACCOUNT_MENU)
    return actor


def get_actor(actor: Annotated[Actor | None, Depends(find_visitor)]) -> Actor:
    """The actor signed in. Raises NotSignedIn."""
    if actor is None:
        raise NotSignedIn("Sign in to see this page.")
    return actor


def permitted(act: str) -> Any:
    """A guard that lets in those who may do `act`; it hands over the actor. Raises NotSignedIn, NotAllowed."""

    def guard(actor: Annotated[Actor, Depends(get_actor)]) -> Actor:
        require(actor, act)
        return actor

    guard.act = act  # pyright: ignore[reportFunctionMemberAccess] -- read by the list of routes
    return Depends(guard)


def anyone() -> None:
    """A guard that lets everybody in: the route itself shows only what belongs to the token it is given."""


def act_of(guard: Callable[..., Any]) -> str | None:
    """The permission a guard asks for; None when the callable is no guard."""
    if guard is anyone:
        return "anyone"
    if guard is get_actor:
        return "signed in"
    return getattr(guard, "act", None)


def _entries(request: Request, actor: Actor, menu: tuple[tuple[str, str, str], ...]) -> list[dict[str, Any]]:
    language = language_of(request)
    entries: list[dict[str, Any]] = []
    for label, name, act in menu:
        url = path_to(request, name)
        is_current = _is_under(request, url) or (name in WITHIN and _is_under(request, path_to(request, WITHIN[name])))
        if may(actor, act):
            entries.append({"label": translate(language, label), "url": url, "current": is_current})
    return entries


def _is_under(request: Request, url: str) -> bool:
    return request.url.path == url or (url != "/" and request.url.path.startswith(f"{url}/"))


Anyone = Depends(anyone)
ActorDep = Annotated[Actor, Depends(get_actor)]
VisitorDep = Annotated[Actor | None, Depends(find_visitor)]
