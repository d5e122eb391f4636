"""One's own account in the browser: password, second step, keys for programs, consortium."""

from typing import Annotated
from uuid import UUID

import segno
from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.auth import account
from app.auth.guard import permitted, session_token
from app.auth.queries import count_sessions, find_password, find_second_factor, list_keys
from app.auth.service import end_sessions
from app.core.catalogues import translate
from app.core.errors import Invalid, NotFound
from app.history.service import record
from app.people.models import Person
from app.people.queries import get_person, list_consortia_of
from app.people.rules import Actor
from app.web.deps import SessionDep
from app.web.forms import FormDep
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/account", tags=["account"])

OwnerDep = Annotated[Actor, permitted("account.change")]
WRONG_FIRST_CODE = "This is not the code that your authenticator shows now. Check its clock and try again."


@router.get("")
def account_page(request: Request, session: SessionDep, actor: OwnerDep) -> Response:
    """Everything about one's own account."""
    return _page(request, session, actor, {})


@router.post("/password", dependencies=[OwnForm])
def set_password(request: Request, session: SessionDep, actor: OwnerDep, typed: FormDep) -> Response:
    """Set a password, or with an empty one go back to links by mail."""
    try:
        if typed.get("remove"):
            account.remove_password(session, actor)
        else:
            account.set_password(session, actor, typed.get("password", ""), keep_session=session_token(request))
    except Invalid as refusal:
        return _page(request, session, actor, {"password": translate(language_of(request), refusal.message)})
    return redirect(request, "account_page")


@router.post("/second-step", dependencies=[OwnForm])
def begin_second_step(request: Request, session: SessionDep, actor: OwnerDep) -> Response:
    """Make a secret for the authenticator."""
    account.begin_second_factor(session, actor, request.app.state.settings.secret_key)
    return redirect(request, "account_page")


@router.post("/second-step/confirmation", dependencies=[OwnForm])
def confirm_second_step(request: Request, session: SessionDep, actor: OwnerDep, typed: FormDep) -> Response:
    """Put the second step in force with a first code."""
    if not account.confirm_second_factor(session, actor, typed.get("code", ""), request.app.state.settings.secret_key):
        return _page(request, session, actor, {"code": translate(language_of(request), WRONG_FIRST_CODE)})
    return redirect(request, "account_page")


@router.post("/second-step/removal", dependencies=[OwnForm])
def remove_second_step(request: Request, session: SessionDep, actor: OwnerDep) -> Response:
    """Take the second step away."""
    account.remove_second_factor(session, actor, _self(session, actor))
    return redirect(request, "account_page")


@router.post("/keys", dependencies=[OwnForm])
def create_key(request: Request, session: SessionDep, actor: OwnerDep, typed: FormDep) -> Response:
    """Make a key for a program; it is shown once, here."""
    try:
        key = account.make_key(session, actor, typed.get("name", ""))
    except Invalid as refusal:
        return _page(request, session, actor, {"name": translate(language_of(request), refusal.message)})
    return _page(request, session, actor, {}, new_key=key)


@router.post("/keys/{key_id}/end", dependencies=[OwnForm])
def end_key(request: Request, session: SessionDep, actor: OwnerDep, key_id: UUID) -> Response:
    """End a key."""
    account.end_key(session, actor, key_id)
    return redirect(request, "account_page")


@router.post("/sessions/end", dependencies=[OwnForm])
def end_other_sessions(request: Request, session: SessionDep, actor: OwnerDep) -> Response:
    """Sign out everywhere else."""
    person = _self(session, actor)
    end_sessions(session, person.id, but=session_token(request))
    record(session, actor, "sessions.ended", person)
    return redirect(request, "account_page")


def _page(request: Request, session: Session, actor: Actor, errors: dict[str, str], *, new_key: str = "") -> Response:
    person = _self(session, actor)
    secret_key = request.app.state.settings.secret_key
    factor = find_second_factor(session, person.id)
    secret = account.pending_secret(session, actor, secret_key)
    return render(
        request,
        "auth/account.html",
        status=422 if errors else 200,
        errors=errors,
        has_password=find_password(session, person.id) is not None,
        has_factor=factor is not None and factor.confirmed_at is not None,
        secret=secret,
        picture=picture_of(account.provisioning_uri(secret, person.email)) if secret else "",
        keys=list_keys(session, person.id),
        new_key=new_key,
        sessions=count_sessions(session, person.id),
        consortia=[(str(found.id), found.name) for found in list_consortia_of(session, person.id)],
        consortium=str(actor.consortium_id),
    )


def picture_of(text: str) -> str:
    """A QR code as an address that an image can show, dark on light in both colour schemes."""
    return segno.make(text, error="m").svg_data_uri(scale=5, border=3, light="#ffffff")


def _self(session: Session, actor: Actor) -> Person:
    if actor.id is None:
        raise NotFound("There is no such person.")
    return get_person(session, actor.id)
