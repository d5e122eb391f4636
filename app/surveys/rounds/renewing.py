"""A lost link: whoever was invited has it mailed again, and nobody else learns who was."""

from fastapi import APIRouter, Request, Response

from app.auth.guard import Anyone
from app.auth.throttle import LinksThrottled, NewLinkToAddressThrottled
from app.core.catalogues import translate
from app.core.clock import now
from app.people.rules import is_address
from app.surveys.rounds.models import LinkRequest
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


@router.post("/link", dependencies=[OwnForm, LinksThrottled, NewLinkToAddressThrottled])
def ask_for_new_link(request: Request, session: SessionDep, typed: FormDep) -> Response:
    """Promise the link again. The answer is the same, and as quick, whether or not the address was invited."""
    email = typed.get("email", "").strip().lower()
    if not is_address(email):
        sentence = translate(language_of(request), "Enter an e-mail address such as name@example.org.")
        shown: Typed = {"email": typed.get("email", "")[:254]}
        return render(request, PAGE, status=422, typed=shown, errors={"email": sentence}, is_asked=False)
    session.add(LinkRequest(email=email, created_at=now()))
    return render(request, PAGE, typed={}, errors={}, is_asked=True)
