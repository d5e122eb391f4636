"""Signing in and out in the browser. Opening a mailed link shows a button; only pressing it signs in."""

from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.auth import account, service
from app.auth.guard import SESSION_COOKIE, ActorDep, Anyone, session_token
from app.auth.models import SignInLink
from app.auth.queries import find_link
from app.auth.service import DEAD_LINK, SESSION_LASTS
from app.auth.throttle import (
    CODE_BY_SESSION,
    LinksThrottled,
    PasswordToAddressThrottled,
    SignInThrottled,
    SignInToAddressThrottled,
    count_attempt,
)
from app.core.catalogues import translate
from app.core.errors import Invalid, NotFound
from app.core.tokens import hash_token, short_code
from app.people.models import Person
from app.web.deps import SessionDep
from app.web.forms import FormDep, Typed
from app.web.language import language_of
from app.web.security import OwnForm, drop_cookie, set_cookie, visit_of
from app.web.templating import redirect, render

router = APIRouter(tags=["auth"])

WRONG_CODE = "This is not the code. Look at the page on which you asked for the link."
WRONG_PASSWORD = "The address and the password do not belong together."  # noqa: S105 -- a sentence
WRONG_STEP = "This is not the code of now. Codes change every half minute and work once."


def count_code(request: Request) -> None:
    """Count codes tried in a session that waits for one. Raises TooMany."""
    count_attempt(
        request.app.state.engine, request.app.state.settings, CODE_BY_SESSION, hash_token(session_token(request))
    )


@router.get("/login", dependencies=[Anyone])
def login_page(request: Request) -> Response:
    """Ask for the address to send a link to."""
    return _login_page(request, {}, {})


@router.post("/login", dependencies=[Anyone, OwnForm, SignInThrottled, SignInToAddressThrottled])
def ask_for_link(request: Request, session: SessionDep, typed: FormDep) -> Response:
    """Promise a link; the answer is the same whether or not the address has an account."""
    try:
        service.ask_for_link(session, typed.get("email", ""), language=language_of(request), browser=visit_of(request))
    except Invalid as refusal:
        return _login_page(request, typed, {"email": translate(language_of(request), refusal.message)}, status=422)
    return render(request, "auth/sent.html", code=_shown_code(request))


@router.get("/login/password", dependencies=[Anyone])
def password_page(request: Request) -> Response:
    """Ask for address and password."""
    return render(request, "auth/password.html", typed={}, errors={})


@router.post("/login/password", dependencies=[Anyone, OwnForm, SignInThrottled, PasswordToAddressThrottled])
def sign_in_with_password(request: Request, session: SessionDep, typed: FormDep) -> Response:
    """Sign in with a password; a second factor is asked for next."""
    person = account.find_by_password(session, typed.get("email", ""), typed.get("password", ""))
    if person is None:
        errors = {"password": translate(language_of(request), WRONG_PASSWORD)}
        return render(request, "auth/password.html", status=422, typed=typed, errors=errors)
    return signed_in(request, session, person)


@router.get("/login/code", dependencies=[Anyone])
def code_page(request: Request) -> Response:
    """Ask for the code of the second factor."""
    return render(request, "auth/code.html", errors={})


@router.post("/login/code", dependencies=[Anyone, OwnForm, Depends(count_code)])
def check_code(request: Request, session: SessionDep, typed: FormDep) -> Response:
    """Complete a sign-in with the code of the second factor."""
    settings = request.app.state.settings
    if not account.is_code_of_session(session, session_token(request), typed.get("code", ""), settings.secret_key):
        errors = {"code": translate(language_of(request), WRONG_STEP)}
        return render(request, "auth/code.html", status=422, errors=errors)
    return _with_session(request, service.finish_session(session, session_token(request)), "home_page")


@router.get("/login/{token}", dependencies=[Anyone, LinksThrottled])
def sign_in_page(request: Request, session: SessionDep, token: str) -> Response:
    """Show the button. Mail scanners open links, so opening one does nothing."""
    link = find_link(session, token)
    if link is None:
        raise NotFound(DEAD_LINK)
    return _link_page(request, token, link, {})


@router.post("/login/{token}", dependencies=[Anyone, OwnForm, LinksThrottled])
def sign_in(request: Request, session: SessionDep, token: str, typed: FormDep) -> Response:
    """Sign in, and go to the overview."""
    link = find_link(session, token)
    shown = short_code(request.app.state.settings.secret_key, "sign-in", link.browser_hash or "") if link else ""
    person = service.use_link(session, token, browser=visit_of(request), typed=typed.get("code", ""), shown=shown)
    if person is None:
        assert link
        errors = {"code": translate(language_of(request), WRONG_CODE)}
        return _link_page(request, token, link, errors, status=422)
    return signed_in(request, session, person)


@router.post("/logout", dependencies=[OwnForm])
def sign_out(request: Request, session: SessionDep, actor: ActorDep) -> Response:
    """End this browser's session."""
    service.sign_out(session, actor, session_token(request))
    response = redirect(request, "login_page")
    drop_cookie(request, response, SESSION_COOKIE)
    return response


@router.post("/account/consortium", dependencies=[OwnForm])
def choose_consortium(request: Request, session: SessionDep, actor: ActorDep, typed: FormDep) -> Response:
    """Look at another of one's consortia."""
    try:
        key = UUID(typed.get("consortium", ""))
    except ValueError:
        raise NotFound("There is no such consortium.") from None
    service.choose_consortium(session, actor, session_token(request), key)
    return redirect(request, "home_page")


def signed_in(request: Request, session: Session, person: Person) -> Response:
    """Begin a session for somebody who proved who they are, and go on: to the overview, or to the second factor."""
    token, waits = service.begin_session(session, person, before=session_token(request))
    return _with_session(request, token, "code_page" if waits else "home_page")


def _with_session(request: Request, token: str, page: str) -> Response:
    response = redirect(request, page)
    set_cookie(request, response, SESSION_COOKIE, token, seconds=int(SESSION_LASTS.total_seconds()))
    return response


def _login_page(request: Request, typed: Typed, errors: dict[str, str], status: int = 200) -> Response:
    settings = request.app.state.settings
    return render(
        request, "auth/login.html", status=status, typed=typed, errors=errors, has_provider=bool(settings.oidc_issuer)
    )


def _link_page(request: Request, token: str, link: SignInLink, errors: dict[str, str], status: int = 200) -> Response:
    is_elsewhere = link.browser_hash is not None and link.browser_hash != hash_token(visit_of(request))
    return render(request, "auth/sign_in.html", status=status, token=token, asks_code=is_elsewhere, errors=errors)


def _shown_code(request: Request) -> str:
    return short_code(request.app.state.settings.secret_key, "sign-in", hash_token(visit_of(request)))
