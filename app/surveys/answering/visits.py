"""Who answers in the browser, and what their form says."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request
from sqlmodel import Session

from app.core.errors import AppError, Busy, Invalid, Locked
from app.surveys.answering.autosave import AnswerWriter
from app.surveys.answering.models import Answer, Respondent
from app.surveys.answering.models import Response as GivenResponse
from app.surveys.answering.queries import (
    find_last_response,
    find_respondent,
    find_response,
    form_of,
    list_answers,
)
from app.surveys.answering.rules import TOKEN_COOKIE, Form, Value
from app.surveys.answering.saves import Save, StaleSave
from app.surveys.answering.tokens import tokens_from
from app.surveys.authoring.contents import contents_of
from app.surveys.authoring.models import Survey, SurveyItem
from app.surveys.authoring.queries import scale_of
from app.surveys.rounds.models import Invitation, Round
from app.surveys.rounds.queries import find_invitation, find_last_round, find_open_round, get_round
from app.web.cookieless import kept_token, with_token
from app.web.forms import Typed, whole_number
from app.web.language import speak
from app.web.security import get_cookie

LONGEST_REVISION = 9
FIRST_CHOICE = "r"


@dataclass(frozen=True)
class Visit:
    """Who is here: the survey, its open round, and the respondent with their response once they have begun."""

    survey: Survey
    current: Round
    tokens: tuple[str, ...]
    respondent: Respondent
    response: GivenResponse


def find_visit(request: Request, session: Session, survey: Survey, *, is_past_welcome: bool = False) -> Visit | None:
    """The visit of whoever holds this survey's cookie, None before they have begun.

    Raises Locked when no round is open, unless `is_past_welcome`: then the last round is meant.
    """
    tokens = own_tokens(request, survey.slug)
    current = find_open_round(session, survey.id)
    if current is None and is_past_welcome:
        current = find_last_round(session, survey.id)
    if not tokens:
        return None
    if current is None:
        raise Locked("This round is closed. Your saved answers were counted.")
    respondent = find_respondent(session, survey.id, tokens)
    response = find_response(session, respondent.id, current.id) if respondent else None
    return Visit(survey, current, tokens, respondent, response) if respondent and response else None


def find_last_visit(request: Request, session: Session, survey: Survey) -> Visit | None:
    """Whoever holds this survey's cookie in the newest round they took part in, None when they took part in none."""
    tokens = own_tokens(request, survey.slug)
    respondent = find_respondent(session, survey.id, tokens) if tokens else None
    response = find_last_response(session, respondent.id) if respondent else None
    if respondent is None or response is None:
        return None
    return Visit(survey, get_round(session, response.round_id), tokens, respondent, response)


def token_of(request: Request, slug: str) -> str:
    """The token this visitor holds for a survey: in the address, else in a cookie; empty without either."""
    return kept_token(request) or get_cookie(request, TOKEN_COOKIE + slug)


def own_tokens(request: Request, slug: str) -> tuple[str, ...]:
    """The tokens that this browser's cookie for a survey may stand for; none without the cookie."""
    kept = token_of(request, slug)
    return tokens_from(request.app.state.settings.secret_key, kept) if kept else ()


def answering_address(request: Request, visit: Visit) -> str:
    """Where this visitor's response is saved by the page's script."""
    return with_token(request, f"/api/v1/responses/{visit.response.id}")


def answers_of(session: Session, visit: Visit) -> dict[str, Answer]:
    """What this visit's response holds, by code."""
    return {answer.code: answer for answer in list_answers(session, visit.response.id)}


def form_for(session: Session, visit: Visit) -> Form:
    """The form of this visitor: what they are asked about, in their order."""
    return form_of(session, visit.survey.id).only(visit.response.item_codes)


def items_for(session: Session, visit: Visit) -> list[SurveyItem]:
    """The items this visitor is asked about, in their order."""
    found = {item.code: item for item in contents_of(session, visit.survey).items}
    return [found[code] for code in form_for(session, visit).items]


def prefilled(request: Request, session: Session, survey: Survey) -> dict[str, str]:
    """What is known of a visitor before they begin: from an earlier round, else from their invitation."""
    tokens = own_tokens(request, survey.slug)
    known: Respondent | Invitation | None = find_respondent(session, survey.id, tokens) if tokens else None
    known = known or (find_invitation(session, tokens[0]) if tokens else None)
    return {"helix": known.helix, "region": known.region} if known else {}


def survey_language(request: Request, survey: Survey) -> str:
    """The language to show a survey in: the visitor's if it has it, else its own."""
    language = spoken_language(request, survey)
    return language if language in survey.languages else survey.default_language


def spoken_language(request: Request, survey: Survey) -> str:
    """The language of a page of the survey; a text that is missing in it is shown in the survey's own."""
    return speak(request, survey.languages, survey.default_language)


def first_choice(survey: Survey, text: str) -> int | None:
    """The number that somebody chose in the mail for the first rating; None for anything that is none on its scale.

    Where people are asked about different initiatives the mail offers no numbers, so there is nothing to choose.
    """
    number = whole_number(text, survey.scale_high + 1)
    return number if survey.items_per_person is None and number in scale_of(survey) else None


def read_page(form: Form, item: str, visit: Visit, typed: Typed) -> tuple[list[Save], dict[str, str]]:
    """The saves of a page and what of it cannot be one; what was left open or unchanged and empty is no save."""
    saves: list[Save] = []
    faults: dict[str, str] = {}
    for code in (*form.ratings, *form.comments):
        text = typed.get(code)
        if (
            not code.startswith(f"{item}.")
            or text is None
            or (code in form.comments and not _is_worth_saving(text, typed, code))
        ):
            continue
        rev = typed.get(f"rev.{code}", "0")
        if not (rev.isascii() and rev.isdecimal() and len(rev) <= LONGEST_REVISION):
            faults[code] = "This page was open for too long. Go back, reload it and try again."
            continue
        value: Value = text
        if code in form.ratings:
            value = (
                None if text == "none" else int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else text
            )
        saves.append(Save(visit.response.id, visit.tokens, code, value, int(rev)))
    return sorted(saves, key=lambda save: save.code), faults


def write_saves(request: Request, session: Session, saves: Sequence[Save]) -> dict[str, StaleSave | Invalid]:
    """Have the writer keep what a page says; returns what it would not take, by code. Raises what ends the whole page.

    The reading transaction ends here: an answer is judged against what is there when it is written.
    """
    session.expunge_all()
    session.rollback()
    writer: AnswerWriter = request.app.state.writer
    refused: dict[str, StaleSave | Invalid] = {}
    try:
        outcomes = writer.save(saves).result(timeout=30)
    except TimeoutError:
        # it may still be written; sent again it is the same
        raise Busy from None
    for save, outcome in zip(saves, outcomes, strict=True):
        if isinstance(outcome, StaleSave | Invalid):
            refused[save.code] = outcome
        elif isinstance(outcome, AppError):
            raise outcome
    return refused


def _is_worth_saving(text: str, typed: Typed, code: str) -> bool:
    return bool(text) or typed.get(f"rev.{code}", "0") != "0"
