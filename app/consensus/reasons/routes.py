"""Reasons in the browser: for and against side by side, searched and filtered, and put under themes."""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from app.auth.guard import permitted
from app.auth.permissions import may, require
from app.consensus.reasons.queries import Told, list_told
from app.consensus.reasons.rules import Choice, finding_of, language_in
from app.core.catalogues import translate
from app.core.errors import Invalid
from app.core.words import pick
from app.people.rules import Actor
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import find_question, get_own_survey_by_slug, list_criteria, list_items
from app.surveys.rounds.reasons import LONGEST_THEME, name_theme
from app.surveys.rounds.rules import REASONS_FROM
from app.web.deps import SessionDep
from app.web.forms import FormDep
from app.web.helices import marks_of
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/results/{slug}/reasons", tags=["results"])

ReaderDep = Annotated[Actor, permitted("results.read")]
ThemerDep = Annotated[Actor, permitted("reason.hide")]
Text = Annotated[str, Query(max_length=200)]


@router.get("")
def survey_reasons(
    request: Request,
    session: SessionDep,
    actor: ReaderDep,
    slug: str,
    item: Text = "",
    criterion: Text = "",
    theme: Text = "",
    q: Text = "",
) -> Response:
    """The reasons of all closed rounds that fit the choice; hidden ones only for those who may hide."""
    survey = get_own_survey_by_slug(session, actor, slug)
    return _page(request, session, actor, survey, Choice(item, criterion, theme, q))


@router.post("/{reason_id}/theme", dependencies=[OwnForm])
def theme_reason(
    request: Request, session: SessionDep, actor: ThemerDep, slug: str, reason_id: UUID, typed: FormDep
) -> Response:
    """Put a reason under a theme, a short word, or take it out."""
    survey = get_own_survey_by_slug(session, actor, slug)
    require(actor, "reason.hide", survey)
    names = ("item", "criterion", "theme", "q")
    chosen = {name: typed[f"shown-{name}"][:200] for name in names if typed.get(f"shown-{name}")}
    try:
        name_theme(session, actor, survey, reason_id, typed.get("theme", "")[:200])
    except Invalid as refusal:
        choice = Choice(
            chosen.get("item", ""), chosen.get("criterion", ""), chosen.get("theme", ""), chosen.get("q", "")
        )
        return _page(request, session, actor, survey, choice, errors=refusal.errors)
    # under another theme it would be gone from this choice
    chosen.pop("theme", None)
    return redirect(request, "survey_reasons", slug=slug, query=urlencode(chosen))


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    survey: Survey,
    choice: Choice,
    *,
    errors: dict[str, str] | None = None,
) -> Response:
    language, own = language_of(request), survey.default_language
    may_theme = may(actor, "reason.hide", survey)
    every = list_told(session, survey, with_hidden=may_theme)
    shown = [one for one in every if _fits(choice, one)]
    titles = {one.code: pick(one.title, language, own) for one in list_items(session, survey.id)}
    criteria = {one.code: pick(one.label, language, own) for one in list_criteria(session, survey.id)}
    question = find_question(session, survey.id, "helix")
    marks = {one.code: one for one in marks_of(question.options if question else [], language, own)}
    groups = _groups(shown, titles)
    themes = sorted({one.given.theme for one in every if one.given.theme}, key=str.casefold)
    return render(
        request,
        "consensus/reasons/page.html",
        status=422 if errors else 200,
        survey=survey,
        choice=choice,
        total=len(every),
        count=len(shown),
        groups=groups,
        finding=finding_of(
            [(group["title"], len(group["sides"][0][1]), len(group["sides"][1][1])) for group in groups]
        ),
        tongues={one.given.id: language_in(one.given.text, survey.languages) for one in shown},
        criteria=criteria,
        marks=marks,
        themes=themes,
        item_options=[("", translate(language, "All initiatives")), *_present(titles, {one.item for one in every})],
        criterion_options=[("", translate(language, "All criteria")), *criteria.items()],
        theme_options=[("", translate(language, "All themes")), *((one, one) for one in themes)],
        may_theme=may_theme,
        longest_theme=LONGEST_THEME,
        threshold=REASONS_FROM,
        errors={name: translate(language, sentence) for name, sentence in (errors or {}).items()},
    )


def _fits(choice: Choice, one: Told) -> bool:
    return choice.fits(item=one.item, criterion=one.criterion, theme=one.given.theme, text=one.given.text)


def _present(titles: dict[str, str], codes: set[str]) -> list[tuple[str, str]]:
    return [(code, title) for code, title in titles.items() if code in codes]


def _groups(shown: Sequence[Told], titles: dict[str, str]) -> list[dict[str, Any]]:
    """The reasons by initiative in the survey's order, for and against side by side."""
    return [
        {
            "code": code,
            "title": title,
            "sides": [
                (is_for, [one for one in shown if one.item == code and one.given.is_for is is_for])
                for is_for in (True, False)
            ],
        }
        for code, title in _present(titles, {one.item for one in shown})
    ]
