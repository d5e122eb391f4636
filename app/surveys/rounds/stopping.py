"""The end of a survey's mails, for those who get them: one click in the mail program, or a page with two buttons."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from sqlmodel import Session

from app.auth.guard import Anyone
from app.core.catalogues import translate
from app.core.errors import Invalid, NotFound
from app.surveys.authoring.queries import get_survey
from app.surveys.rounds.inviting import find_by_stop_token, stop_mails, take_back_stop
from app.surveys.rounds.models import Invitation
from app.surveys.rounds.refusing import (
    addressed_by,
    find_refusal,
    refuse_all_mails,
    refuse_for,
    take_back_refusal,
)
from app.surveys.rounds.suggesting import find_suggestion_by, suggest_colleague
from app.web.deps import SessionDep, SettingsDep
from app.web.forms import FormDep
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(tags=["mails"], dependencies=[Anyone])

ONE_CLICK = "List-Unsubscribe"


@router.get("/u/{token}")
def stop_page(request: Request, session: SessionDep, token: str) -> Response:
    """Show the buttons; looking changes nothing."""
    known = addressed_by(request.app.state.settings.secret_key, token)
    if known:
        refusal = find_refusal(session, request.app.state.settings.secret_key, *known)
        return render(request, "surveys/rounds/stop_address.html", token=token, refusal=refusal)
    return _page(request, session, token)


@router.post("/u/{token}")
def stop_with_one_click(typed: FormDep, session: SessionDep, settings: SettingsDep, token: str) -> Response:
    """What mail programs send (RFC 8058): without a cookie, and with nothing but its one field."""
    if typed.get(ONE_CLICK) != "One-Click":
        raise NotFound("There is no such page.")
    known = addressed_by(settings.secret_key, token)
    if known:
        refuse_for(session, settings.secret_key, *known)
    else:
        stop_mails(session, _get(session, token), is_declining=False)
    return PlainTextResponse("")


@router.post("/u/{token}/choice", dependencies=[OwnForm])
def stop_by_hand(request: Request, session: SessionDep, settings: SettingsDep, token: str, typed: FormDep) -> Response:
    """Stop the mails of this survey or of all, decline, say that somebody else should answer, or take it back."""
    known = addressed_by(settings.secret_key, token)
    if known:
        refuse_for(session, settings.secret_key, *known)
        return redirect(request, "stop_page", token=token)
    invitation, choice = _get(session, token), typed.get("choice")
    if choice == "undo":
        is_refused = invitation.is_refused
        take_back_refusal(session, settings.secret_key, invitation)
        if not is_refused:
            take_back_stop(session, invitation)
        return redirect(request, "stop_page", token=token)
    email = typed.get("email", "").strip()
    if choice == "other" and email:
        try:
            suggest_colleague(session, invitation, email)
        except Invalid as refusal:
            return _page(request, session, token, email=email[:254], errors=refusal.errors)
    if choice == "all":
        refuse_all_mails(session, settings.secret_key, invitation)
    else:
        stop_mails(session, invitation, is_declining=choice in ("decline", "other"))
    return redirect(request, "stop_page", token=token)


def _page(
    request: Request, session: Session, token: str, *, email: str = "", errors: dict[str, str] | None = None
) -> Response:
    invitation = _get(session, token)
    survey = get_survey(session, invitation.survey_id)
    language = language_of(request)
    return render(
        request,
        "surveys/rounds/stop.html",
        status=422 if errors else 200,
        slug=survey.slug,
        survey=survey,
        invitation=invitation,
        refusal=find_refusal(session, request.app.state.settings.secret_key, survey.consortium_id, invitation.email),
        has_suggested=find_suggestion_by(session, invitation) is not None,
        token=token,
        email=email,
        errors={name: translate(language, sentence) for name, sentence in (errors or {}).items()},
    )


def _get(session: Session, token: str) -> Invitation:
    invitation = find_by_stop_token(session, token)
    if invitation is None:
        raise NotFound("This link does not work. Check that it is complete, or ask for a new one.")
    return invitation
