"""The points of a methods report in the browser: what records say of each, and what people are asked."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.auth.guard import permitted
from app.auth.permissions import require
from app.core.catalogues import translate
from app.core.errors import Conflict, Invalid
from app.core.tags import language_name
from app.core.words import LANGUAGES, pick
from app.people.queries import names_of
from app.people.rules import Actor
from app.reports.methods.reading import MethodsReading, read_methods
from app.reports.methods.records import said_of, state_in
from app.reports.methods.rules import LONGEST, PARTS, POINTS, STATE_WORDS, Point
from app.reports.methods.service import write_answer
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_own_survey_by_slug
from app.web.deps import SessionDep
from app.web.forms import FormDep, revision_in
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/reports/methods", tags=["reports"])

MakerDep = Annotated[Actor, permitted("report.make")]


@router.get("/{slug}")
def methods_page(request: Request, session: SessionDep, actor: MakerDep, slug: str, point: str = "") -> Response:
    """Every point of the methods report of a survey, with a form for what the records cannot know; one may be open."""
    return _page(request, session, actor, _get_survey(session, actor, slug), opened=point)


@router.post("/{slug}/{point}", dependencies=[OwnForm])
def write_methods_answer(
    request: Request, session: SessionDep, actor: MakerDep, slug: str, point: str, typed: FormDep
) -> Response:
    """Write about one point; what was typed stays in its form where it cannot be saved."""
    survey, language = _get_survey(session, actor, slug), language_of(request)
    try:
        write_answer(
            session,
            actor,
            survey,
            point,
            text=typed.get("text", ""),
            language=typed.get("language", ""),
            revision=revision_in(typed),
        )
    except Invalid as refused:
        errors = {
            f"{field}-{point}": translate(language, sentence, **refused.values)
            for field, sentence in refused.errors.items()
        }
        return _page(request, session, actor, survey, opened=point, typed=typed, errors=errors)
    except Conflict as refused:
        errors = {f"text-{point}": translate(language, refused.message)}
        return _page(request, session, actor, survey, opened=point, typed=typed, errors=errors, status=409)
    return redirect(request, "methods_page", slug=slug, query=f"point={point}#{point}")


def _get_survey(session: Session, actor: Actor, slug: str) -> Survey:
    survey = get_own_survey_by_slug(session, actor, slug)
    require(actor, "report.make", survey)
    return survey


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    survey: Survey,
    *,
    opened: str,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 422,
) -> Response:
    language = language_of(request)
    reading = read_methods(session, actor, survey, language)
    names = names_of(session, {answer.changed_by_id for answer in reading.answers.values()})
    rows = [_row(reading, point, names, typed if point.code == opened else None) for point in POINTS]
    tags = [*survey.languages, *(tag for tag in LANGUAGES if tag not in survey.languages)]
    return render(
        request,
        "reports/methods/page.html",
        status=status if errors else 200,
        survey=survey,
        title=pick(survey.title, language, survey.default_language),
        parts=[(title, [row for row in rows if row["point"].part == part]) for part, title in PARTS.items()],
        total=len(rows),
        missing=sum(row["state"] == "missing" for row in rows),
        opened=opened,
        errors=errors or {},
        most=LONGEST,
        tongues=[(tag, language_name(tag)) for tag in tags],
        has_results=reading.result is not None,
    )


def _row(
    reading: MethodsReading, point: Point, names: Mapping[Any, str], typed: Mapping[str, str] | None
) -> dict[str, Any]:
    """One point as the page shows it; a form that was refused keeps what was typed, beside what is saved now."""
    answer, said = reading.answers.get(point.code), said_of(reading, point.code)
    state = state_in(reading, point.code, said)
    saved = answer.text if answer else ""
    spoken = (answer.language if answer else "") or reading.pen.language
    return {
        "point": point,
        "state": state,
        "word": translate(reading.pen.language, STATE_WORDS[state]),
        "said": said,
        "answer": answer,
        "who": names.get(answer.changed_by_id, "") if answer else "",
        "text": typed.get("text", "") if typed is not None else saved,
        "language": typed.get("language", "") if typed is not None else spoken,
        "saved": saved if typed is not None and saved != typed.get("text", "") else "",
        "revision": answer.revision if answer else 0,
    }
