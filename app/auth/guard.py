"""Who may enter a route. Every route names its guard; a test walks them all."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Request

from app.auth.permissions import may, require
from app.auth.queries import find_signed_in
from app.core.catalogues import translate
from app.core.errors import NotSignedIn
from app.people.models import Person
from app.web.deps import SessionDep

SESSION_COOKIE = "innaxe_session"

NAVIGATION = (
    ("Overview", "home_page", "home.read"),
    ("Initiatives", "initiative_list", "initiative.read"),
    ("Surveys", "survey_list", "survey.read"),
    ("Results", "results_index", "results.read"),
    ("Priorities", "priorities_index", "priorities.read"),
)


def find_actor(request: Request, session: SessionDep) -> Person | None:
    """Whoever is signed in in this browser; the page's menus follow from their role."""
    token = request.cookies.get(SESSION_COOKIE)
    actor = find_signed_in(session, token) if token else None
    request.state.actor = actor
    if actor:
        request.state.navigation = _navigation(request, actor)
    return actor


def get_actor(actor: Annotated[Person | None, Depends(find_actor)]) -> Person:
    """The person signed in. Raises NotSignedIn."""
    if actor is None:
        raise NotSignedIn("Sign in with the link you were given. It works for ten minutes and once.")
    return actor


def permitted(act: str) -> Any:
    """A guard that lets in those who may do `act`; it hands over the person. Raises NotSignedIn, NotAllowed."""

    def guard(actor: Annotated[Person, Depends(get_actor)]) -> Person:
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


def _navigation(request: Request, actor: Person) -> list[dict[str, Any]]:
    language = actor.language if not hasattr(request.state, "language") else request.state.language
    entries: list[dict[str, Any]] = []
    for label, name, act in NAVIGATION:
        url = str(request.app.url_path_for(name))
        is_current = request.url.path == url or (url != "/" and request.url.path.startswith(f"{url}/"))
        if may(actor, act):
            entries.append({"label": translate(language, label), "url": url, "current": is_current})
    return entries


Anyone = Depends(anyone)
PersonDep = Annotated[Person, Depends(get_actor)]
