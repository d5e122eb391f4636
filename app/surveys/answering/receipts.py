"""What the holder of a receipt may do: read, change and withdraw their answers, at any time."""

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.auth.guard import Anyone
from app.auth.throttle import LinksThrottled
from app.core.catalogues import translate
from app.core.clock import today
from app.core.errors import Locked
from app.surveys.answering.models import Respondent
from app.surveys.answering.models import Response as GivenResponse
from app.surveys.answering.pages import answer_rows
from app.surveys.answering.queries import find_by_receipt, list_answers
from app.surveys.answering.rules import TOKEN_COOKIE
from app.surveys.answering.service import CLOSED_ROUND, hand_out_token, withdraw
from app.surveys.answering.tokens import hash_receipt
from app.surveys.answering.visits import spoken_language
from app.surveys.authoring.queries import get_survey, list_criteria, list_items
from app.surveys.ideas.pages import idea_rows
from app.surveys.rounds.queries import get_round, is_over
from app.web.deps import SessionDep
from app.web.forms import FormDep, Typed
from app.web.language import language_of
from app.web.security import OwnForm, set_cookie
from app.web.templating import redirect, render

router = APIRouter(prefix="/receipt", tags=["receipts"], dependencies=[Anyone])

FOLDER = "surveys/answering"
UNKNOWN = "There are no answers under this code. They may have been withdrawn, or deleted at the end of their time."


@router.get("")
def receipt_page(request: Request) -> Response:
    """Ask for the receipt code."""
    return render(request, f"{FOLDER}/receipt.html", errors={}, typed={})


@router.post("", dependencies=[OwnForm, LinksThrottled])
def read_receipt(request: Request, session: SessionDep, typed: FormDep) -> Response:
    """Show what was answered under a receipt. The code is in no address, so nothing keeps it."""
    found = _find(request, session, typed)
    if found is None:
        return _unknown(request, typed)
    response, respondent = found
    survey = get_survey(session, respondent.survey_id)
    answers = {answer.code: answer for answer in list_answers(session, response.id)}
    current = get_round(session, response.round_id)
    return render(
        request,
        f"{FOLDER}/receipt_answers.html",
        survey=survey,
        code=typed.get("code", ""),
        ideas=idea_rows(session, survey, respondent, language_of(request)),
        rows=answer_rows(
            [] if current.is_for_ideas else list_items(session, survey.id),
            list_criteria(session, survey.id),
            answers,
            survey,
            spoken_language(request, survey),
        ),
        is_open=not is_over(current),
    )


@router.post("/change", dependencies=[OwnForm, LinksThrottled])
def change_by_receipt(request: Request, session: SessionDep, typed: FormDep) -> Response:
    """Go on answering in this browser, with nothing but the receipt."""
    found = _find(request, session, typed)
    if found is None:
        return _unknown(request, typed)
    response, respondent = found
    if is_over(get_round(session, response.round_id)):
        raise Locked(CLOSED_ROUND)
    survey = get_survey(session, respondent.survey_id)
    token = hand_out_token(session, respondent)
    response.submitted_on = None
    answer = redirect(request, "survey_check", slug=survey.slug)
    set_cookie(request, answer, TOKEN_COOKIE + survey.slug, token)
    return answer


@router.post("/withdrawal", dependencies=[OwnForm, LinksThrottled])
def withdraw_by_receipt(request: Request, session: SessionDep, typed: FormDep) -> Response:
    """Delete everything answered under the receipt."""
    found = _find(request, session, typed)
    if found is None:
        return _unknown(request, typed)
    _, respondent = found
    survey = get_survey(session, respondent.survey_id)
    withdraw(session, survey, respondent)
    return render(request, f"{FOLDER}/withdrawn.html", survey=survey, day=today())


def _find(request: Request, session: Session, typed: Typed) -> tuple[GivenResponse, Respondent] | None:
    code = typed.get("code", "")
    return find_by_receipt(session, hash_receipt(request.app.state.settings.secret_key, code)) if code else None


def _unknown(request: Request, typed: Typed) -> Response:
    errors = {"code": translate(language_of(request), UNKNOWN)}
    return render(request, f"{FOLDER}/receipt.html", status=422, errors=errors, typed=typed)
