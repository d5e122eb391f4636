"""Answering for programs, and the plain route of the hot path that the page's script uses as well."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse
from starlette.requests import cookie_parser
from starlette.routing import Route

from app.auth.guard import Anyone
from app.core.errors import AppError, Invalid, NotAllowed
from app.core.settings import Settings
from app.surveys.answering import service
from app.surveys.answering.autosave import AnswerWriter
from app.surveys.answering.notice import shown_text
from app.surveys.answering.queries import form_of, get_owned_response, kept_in, list_answers
from app.surveys.answering.rules import LARGEST_REVISION, TOKEN_COOKIE, left_out
from app.surveys.answering.saves import Save, StaleSave
from app.surveys.answering.schemas import ReceiptOut, ResponseOut, StartIn, StartOut
from app.surveys.answering.thanking import send_answers
from app.surveys.answering.tokens import tokens_from
from app.surveys.authoring.answers import QuestionType
from app.surveys.authoring.queries import get_survey, list_questions
from app.surveys.authoring.rules import WHY
from app.surveys.rounds.queries import get_round, is_over
from app.web.cookieless import kept_token
from app.web.deps import SessionDep, SettingsDep
from app.web.errors import answer_error
from app.web.json import StrictRoute, read_json
from app.web.security import cookie_name, is_foreign_call

router = APIRouter(tags=["answering"], route_class=StrictRoute)

MOST_TOKENS = 20
LARGEST_SAVE = 40_000


@router.post("/surveys/{survey_id}/responses", status_code=201, dependencies=[Anyone])
def create_response(
    session: SessionDep,
    settings: SettingsDep,
    survey_id: UUID,
    start: StartIn,
    idempotency_key: Annotated[str | None, Header()] = None,
) -> StartOut:
    """Begin a response; with an Idempotency-Key a repeated request gives the same one."""
    survey = get_survey(session, survey_id)
    language = start.language if start.language in survey.languages else survey.default_language
    consent = service.Consent(language, shown_text(survey, list_questions(session, survey.id), language))
    if idempotency_key is None:
        response, token = service.start_response(session, survey, start, consent=consent)
    else:
        response, token = service.start_response_once(
            session, survey, start, consent=consent, key=idempotency_key, secret=settings.secret_key
        )
    return StartOut(response_id=response.id, token=token)


@router.get("/responses/{response_id}", dependencies=[Anyone])
def read_response(request: Request, session: SessionDep, response_id: UUID) -> ResponseOut:
    """A response, to its owner only."""
    response, respondent = get_owned_response(session, response_id, tokens_of(request))
    form = form_of(session, respondent.survey_id)
    questions: list[dict[str, Any]] = [
        {"code": code, "type": "rating", "min": form.scale.low, "max": form.scale.high} for code in sorted(form.ratings)
    ]
    questions += [
        {"code": code, "type": question.name, "options": [*question.spec.options], **_limits(question)}
        for code, question in form.questions.items()
    ]
    questions += [{"code": code, "type": "text", "max_length": longest} for code, longest in form.comments.items()]
    current = get_round(session, response.round_id)
    is_closed = is_over(current)
    return ResponseOut(
        status="closed" if is_closed else "submitted" if response.submitted_on else "open",
        questions=[
            one
            for one in questions
            if left_out(one["code"], current.item_codes, current.number) is None
            and (current.feedback or not one["code"].endswith(WHY))
        ],
        answers={
            answer.code: {"value": form.show(answer.code, kept_in(answer)), "rev": answer.rev}
            for answer in list_answers(session, response.id)
        },
    )


@router.post("/responses/{response_id}/submit", dependencies=[Anyone])
def submit_response(request: Request, session: SessionDep, settings: SettingsDep, response_id: UUID) -> ReceiptOut:
    """Send a response; the same receipt however often."""
    if is_foreign_call(request.headers, request.app.state.settings.address):
        raise NotAllowed("This form came from another site.")
    _, receipt = send_answers(session, response_id, tokens_of(request), settings)
    return ReceiptOut(receipt=receipt)


def _limits(question: QuestionType) -> dict[str, Any]:
    return {name: value for name, value in question.spec.settings.items() if isinstance(value, int | float | str)}


def tokens_of(request: Request) -> tuple[str, ...]:
    """The respondent's tokens: from a program in the header, from a browser in its cookies, one a survey."""
    settings = request.app.state.settings
    if kept_token(request):
        return tokens_from(settings.secret_key, kept_token(request))
    return tokens_in(request.headers, settings)


def tokens_in(headers: Mapping[str, str], settings: Settings) -> tuple[str, ...]:
    """The tokens that headers, by their names in small letters, hold."""
    kind, _, token = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return (token.strip(),)
    prefix = cookie_name(TOKEN_COOKIE, settings)
    cookies = cookie_parser(headers.get("cookie", ""))
    kept = [value for name, value in cookies.items() if name.startswith(prefix)][:MOST_TOKENS]
    return tuple(token for value in kept for token in tokens_from(settings.secret_key, value))


async def save_answer(request: Request) -> Response:
    """Save one answer; answers only after its commit is durable.

    A plain route: FastAPI's dependencies would cost several times what the save itself costs. Most saves are answered
    by `entrance.Entrance` in front of all layers; what it could not save comes here with the reason.
    """
    request.scope["route"] = saving  # as FastAPI's routes do, for logs and figures
    refusal: Exception | None = getattr(request.state, "refusal", None)
    try:
        if refusal:
            raise refusal
        if is_foreign_call(request.headers, request.app.state.settings.address):
            raise NotAllowed("This form came from another site.")
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > LARGEST_SAVE:
                raise Invalid("This text is too long.")
        where = request.path_params
        save = read_save(where["response_id"], where["code"], tokens_of(request), bytes(body))
        writer: AnswerWriter = request.app.state.writer
        [outcome] = await writer.save_soon([save])
        if isinstance(outcome, AppError):
            raise outcome
    except StaleSave as stale:
        return answer_error(request, stale.status, stale.message, code=stale.code, rev=stale.rev, value=stale.value)
    return JSONResponse({"rev": outcome.rev, "saved_at": outcome.saved_at.isoformat()})


def read_save(response_id: str, code: str, tokens: tuple[str, ...], body: bytes) -> Save:
    """What a request asks to be saved. Raises Invalid."""
    given = read_json(body)
    if not isinstance(given, dict) or set(given) != {"value", "rev"}:  # pyright: ignore[reportUnknownArgumentType] -- anything may be sent
        raise Invalid("A save has a value and a rev.")
    value, rev = given["value"], given["rev"]  # pyright: ignore[reportUnknownVariableType] -- judged below
    if isinstance(rev, bool) or not isinstance(rev, int) or not 0 <= rev <= LARGEST_REVISION:
        raise Invalid("The rev is the whole number of the last save, 0 before the first.")
    if isinstance(value, bool):
        raise Invalid("Choose a number on the scale.")
    try:
        key = UUID(response_id)
    except ValueError:
        key = UUID(int=0)  # answered like one that does not exist
    return Save(key, tokens, code, value, rev)


saving = Route("/api/v1/responses/{response_id}/answers/{code}", save_answer, methods=["PUT"], name="save_answer")
