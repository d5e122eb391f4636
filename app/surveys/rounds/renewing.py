"""A lost link: whoever was invited has it mailed again, and nobody else learns who was."""

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import Engine
from sqlmodel import Session, col, delete, select

from app.auth.guard import Anyone
from app.auth.throttle import NEW_LINK_BY_ADDRESS, LinksThrottled, count_attempt
from app.core.catalogues import translate
from app.core.clock import now
from app.core.db import for_writing
from app.core.settings import Settings
from app.people.rules import is_address
from app.surveys.authoring.queries import get_survey
from app.surveys.mails.rules import MailKind
from app.surveys.rounds.mailing import promise_mail
from app.surveys.rounds.models import Invitation, LinkRequest
from app.surveys.rounds.queries import find_open_round
from app.surveys.rounds.rules import LINK_REQUEST_LASTS
from app.web.deps import SessionDep
from app.web.forms import FormDep, Typed
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import render

router = APIRouter(tags=["mails"], dependencies=[Anyone])

PAGE = "surveys/rounds/link.html"


@router.get("/link")
def link_page(request: Request) -> Response:
    """Ask for the address that was invited."""
    return render(request, PAGE, typed={}, errors={}, is_asked=False)


def count_address(request: Request, typed: FormDep) -> None:
    """Count how often a link is asked for by one address, known or not. Raises TooMany."""
    place = typed.get("email", "").strip().lower()[:300]
    count_attempt(request.app.state.engine, request.app.state.settings, NEW_LINK_BY_ADDRESS, place)


@router.post("/link", dependencies=[OwnForm, LinksThrottled, Depends(count_address)])
def ask_for_new_link(request: Request, session: SessionDep, typed: FormDep) -> Response:
    """Promise the link again. The answer is the same, and as quick, whether or not the address was invited."""
    email = typed.get("email", "").strip().lower()
    if not is_address(email):
        sentence = translate(language_of(request), "Enter an e-mail address such as name@example.org.")
        shown: Typed = {"email": typed.get("email", "")[:254]}
        return render(request, PAGE, status=422, typed=shown, errors={"email": sentence}, is_asked=False)
    session.add(LinkRequest(email=email, created_at=now()))
    return render(request, PAGE, typed={}, errors={}, is_asked=True)


def answer_link_requests(engine: Engine, settings: Settings) -> int:
    """Mail their link to those who asked and were invited to a survey that is open; returns how many mails.

    In anonymous surveys the link is nowhere but in the mail they had, so none can be sent.
    """
    count = 0
    with Session(for_writing(engine)) as session, session.begin():
        requests = session.exec(select(LinkRequest).with_for_update(skip_locked=True)).all()
        emails = {one.email for one in requests if one.created_at > now() - LINK_REQUEST_LASTS}
        wanted = select(Invitation).where(col(Invitation.email).in_(emails), col(Invitation.sealed_token).is_not(None))
        for invitation in session.exec(wanted.order_by(col(Invitation.id))).all():
            current = find_open_round(session, invitation.survey_id)
            if current:
                survey = get_survey(session, invitation.survey_id)
                promise_mail(session, survey, current, invitation, MailKind.NEW_LINK, settings)
                count += 1
        # with its address the request is of no further use
        session.exec(delete(LinkRequest).where(col(LinkRequest.id).in_([one.id for one in requests])))
    return count
