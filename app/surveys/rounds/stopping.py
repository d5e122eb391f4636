"""The end of a survey's mails, for those who get them: one click in the mail program, or a page with two buttons."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from sqlmodel import Session

from app.auth.guard import Anyone
from app.core.errors import NotFound
from app.surveys.authoring.queries import get_survey
from app.surveys.rounds.inviting import find_by_stop_token, stop_mails, take_back_stop
from app.surveys.rounds.models import Invitation
from app.web.deps import SessionDep
from app.web.forms import FormDep
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(tags=["mails"], dependencies=[Anyone])

ONE_CLICK = "List-Unsubscribe"


@router.get("/u/{token}")
def stop_page(request: Request, session: SessionDep, token: str) -> Response:
    """Show the buttons; looking changes nothing."""
    invitation = _get(session, token)
    survey = get_survey(session, invitation.survey_id)
    return render(
        request, "surveys/rounds/stop.html", slug=survey.slug, survey=survey, invitation=invitation, token=token
    )


@router.post("/u/{token}")
def stop_with_one_click(session: SessionDep, token: str, typed: FormDep) -> Response:
    """What mail programs send (RFC 8058): without a cookie, and with nothing but its one field."""
    if typed.get(ONE_CLICK) != "One-Click":
        raise NotFound("There is no such page.")
    stop_mails(session, _get(session, token), is_declining=False)
    return PlainTextResponse("")


@router.post("/u/{token}/choice", dependencies=[OwnForm])
def stop_by_hand(request: Request, session: SessionDep, token: str, typed: FormDep) -> Response:
    """Stop the mails, decline, or take it back."""
    invitation = _get(session, token)
    if typed.get("choice") == "undo":
        take_back_stop(session, invitation)
    else:
        stop_mails(session, invitation, is_declining=typed.get("choice") == "decline")
    return redirect(request, "stop_page", token=token)


def _get(session: Session, token: str) -> Invitation:
    invitation = find_by_stop_token(session, token)
    if invitation is None:
        raise NotFound("This link does not work. Check that it is complete, or ask for a new one.")
    return invitation
