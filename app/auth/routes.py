"""Signing in and out in the browser. Opening a link shows a button; only pressing it signs in."""

from fastapi import APIRouter, Request, Response

from app.auth import service
from app.auth.guard import SESSION_COOKIE, Anyone, PersonDep
from app.auth.queries import find_link
from app.auth.service import SESSION_LASTS
from app.core.errors import NotFound
from app.web.deps import SessionDep
from app.web.security import OwnForm, set_cookie
from app.web.templating import redirect, render

router = APIRouter(tags=["auth"])

DEAD_LINK = "This sign-in link does not work any more. Ask for a new one."


@router.get("/login", dependencies=[Anyone])
def login_page(request: Request) -> Response:
    """Say how one signs in."""
    return render(request, "auth/login.html")


@router.get("/login/{token}", dependencies=[Anyone])
def sign_in_page(request: Request, session: SessionDep, token: str) -> Response:
    """Show the button. Mail scanners open links, so opening one does nothing."""
    if find_link(session, token) is None:
        raise NotFound(DEAD_LINK)
    return render(request, "auth/sign_in.html", token=token)


@router.post("/login/{token}", dependencies=[Anyone, OwnForm])
def sign_in(request: Request, session: SessionDep, token: str) -> Response:
    """Sign in, and go to the overview."""
    _, session_token = service.sign_in(session, token)
    response = redirect(request, "home_page")
    set_cookie(request, response, SESSION_COOKIE, session_token, days=max(1, SESSION_LASTS.days))
    return response


@router.post("/logout", dependencies=[OwnForm])
def sign_out(request: Request, session: SessionDep, actor: PersonDep) -> Response:
    """End this browser's session."""
    service.sign_out(session, actor, request.cookies[SESSION_COOKIE])
    response = redirect(request, "login_page")
    response.delete_cookie(SESSION_COOKIE)
    return response
