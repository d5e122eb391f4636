"""Reading the reasons before the next round shows them: side by side, and hiding what may not be shown."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.auth.guard import permitted
from app.auth.permissions import require
from app.core.catalogues import translate
from app.core.errors import Invalid
from app.core.words import pick
from app.people.rules import Actor
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import find_question, get_own_survey_by_slug, list_criteria, list_items
from app.surveys.authoring.rules import split_code
from app.surveys.rounds.models import Round
from app.surveys.rounds.queries import find_open_round, list_rounds
from app.surveys.rounds.reasons import Given, hide_reason, list_reasons, show_reason
from app.surveys.rounds.rules import REASONS_FROM
from app.web.deps import SessionDep
from app.web.forms import FormDep
from app.web.helices import marks_of
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(tags=["rounds"])

ReaderDep = Annotated[Actor, permitted("reason.hide")]
LONGEST_TYPED = 600


@router.get("/surveys/{slug}/reasons")
def reasons_page(request: Request, session: SessionDep, actor: ReaderDep, slug: str) -> Response:
    """The reasons of the last closed round by initiative, for and against."""
    return _page(request, session, _get_survey(session, actor, slug), {}, {})


@router.post("/surveys/{slug}/reasons/{reason_id}", dependencies=[OwnForm])
def judge_reason(
    request: Request, session: SessionDep, actor: ReaderDep, slug: str, reason_id: UUID, typed: FormDep
) -> Response:
    """Hide a reason, with a reason for that, or show it again."""
    survey = _get_survey(session, actor, slug)
    try:
        if typed.get("choice") == "show":
            show_reason(session, actor, survey, reason_id)
        else:
            hide_reason(session, actor, survey, reason_id, typed.get("because", "")[:LONGEST_TYPED])
    except Invalid as refusal:
        return _page(request, session, survey, refusal.errors, {str(reason_id): typed.get("because", "")})
    return redirect(request, "reasons_page", slug=slug)


def _get_survey(session: Session, actor: Actor, slug: str) -> Survey:
    survey = get_own_survey_by_slug(session, actor, slug)
    require(actor, "reason.hide", survey)
    return survey


def _page(
    request: Request, session: Session, survey: Survey, errors: dict[str, str], typed: dict[str, str]
) -> Response:
    language = language_of(request)
    closed = [found for found in list_rounds(session, survey.id) if found.closed_at]
    criteria = {c.code: pick(c.label, language, survey.default_language) for c in list_criteria(session, survey.id)}
    question = find_question(session, survey.id, "helix")
    marks = {m.code: m for m in marks_of(question.options if question else [], language, survey.default_language)}
    last: Round | None = closed[-1] if closed else None
    by_item: dict[str, list[Given]] = {}
    for given in list_reasons(session, survey, last) if last else ():
        by_item.setdefault(split_code(given.code)[0], []).append(given)
    items: list[dict[str, Any]] = [
        {
            "code": item.code,
            "title": pick(item.title, language, survey.default_language),
            "sides": [
                (is_for, [given for given in by_item[item.code] if given.is_for is is_for]) for is_for in (True, False)
            ],
        }
        for item in list_items(session, survey.id)
        if item.code in by_item
    ]
    return render(
        request,
        "surveys/rounds/reasons.html",
        status=422 if errors else 200,
        survey=survey,
        number=last.number if last else None,
        is_running=find_open_round(session, survey.id) is not None,
        items=items,
        criteria=criteria,
        marks=marks,
        threshold=REASONS_FROM,
        typed=typed,
        errors={name: translate(language, sentence) for name, sentence in errors.items()},
        split=split_code,
    )
