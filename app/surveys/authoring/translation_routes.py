"""Translating a survey: every text beside its original, and tables for translators who do not sign in."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.auth.guard import permitted
from app.core.catalogues import translate
from app.core.errors import Invalid, NotFound
from app.core.tags import language_name
from app.core.words import LANGUAGES
from app.people.rules import Actor
from app.surveys.authoring.drafting import change_draft, get_changeable_survey
from app.surveys.authoring.models import Survey
from app.surveys.authoring.pages import translation_rows
from app.surveys.authoring.texts import LONGEST_TEXT, put_text, texts_of
from app.surveys.authoring.translation_table import (
    FAULT_WORDS,
    Taken,
    completeness_of,
    read_table,
    take_entries,
    write_table,
)
from app.surveys.authoring.xliff import read_xliff, write_xliff
from app.web.deps import SessionDep
from app.web.forms import FormDep, UploadDep, revision_in
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(tags=["authoring"])

MakerDep = Annotated[Actor, permitted("survey.change")]
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xliff": "application/xliff+xml; charset=utf-8",
}


@router.get("/surveys/{slug}/translation/{target}")
def translation_page(request: Request, session: SessionDep, actor: MakerDep, slug: str, target: str) -> Response:
    """Every text in the survey's own language beside one other."""
    survey = get_changeable_survey(session, actor, slug)
    check_target(survey, target)
    return _page(request, session, survey, target)


@router.post("/surveys/{slug}/translation/{target}", dependencies=[OwnForm])
def save_translation(
    request: Request, session: SessionDep, actor: MakerDep, slug: str, target: str, typed: FormDep
) -> Response:
    """Keep the translations; one that is sent again unchanged counts as checked."""
    survey = get_changeable_survey(session, actor, slug)
    check_target(survey, target)
    change_draft(session, actor, survey, revision_in(typed))
    for path in texts_of(session, survey):
        if f"text.{path}" in typed:
            text = typed[f"text.{path}"].replace("\r\n", "\n").strip()[:LONGEST_TEXT]
            put_text(session, survey, path, target, text)
            if typed.get(f"checked.{path}") == "yes":
                rest = [tag for tag in survey.outdated.get(path, []) if tag != target]
                survey.outdated = {key: tags for key, tags in {**survey.outdated, path: rest}.items() if tags}
    return redirect(request, "build_page", slug=slug)


@router.get("/surveys/{slug}/translation.{kind}")
def export_translation(
    request: Request, session: SessionDep, actor: MakerDep, slug: str, kind: str, target: str = ""
) -> Response:
    """The table of all texts as csv or xlsx, or the texts of one language as xliff."""
    survey = get_changeable_survey(session, actor, slug)
    if kind not in MEDIA_TYPES:
        raise NotFound("There is no such page.")
    name = f"{survey.slug}-translation.{kind}"
    if kind == "xliff":
        check_target(survey, target, is_own_allowed=False)
        data, name = write_xliff(texts_of(session, survey), survey, target), f"{survey.slug}-{target}.xliff"
    else:
        data = write_table(session, survey, kind)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=MEDIA_TYPES[kind], headers=headers)


@router.post("/surveys/{slug}/translation/{target}/table", dependencies=[OwnForm])
def import_translation(
    request: Request, session: SessionDep, actor: MakerDep, slug: str, target: str, file: UploadDep
) -> Response:
    """Take over the translations that are right, and say by row and column what is wrong with the others."""
    survey = get_changeable_survey(session, actor, slug)
    check_target(survey, target)
    if not file.name:
        return _page(request, session, survey, target, fault=translate(language_of(request), "Choose a file."))
    try:
        with session.begin_nested():
            change_draft(session, actor, survey, revision_in(file.typed))
            taken = take_file(session, survey, file.name, file.data)
    except Invalid as refusal:
        sentence = translate(language_of(request), refusal.message, **refusal.values)
        return _page(request, session, survey, target, fault=sentence)
    return _page(request, session, survey, target, taken=taken)


def take_file(session: Session, survey: Survey, name: str, data: bytes) -> Taken:
    """Take over the translations in a file, by the ending of its name. Raises Invalid for one that is none."""
    kind = name.rpartition(".")[2].lower()
    if kind in ("xliff", "xlf"):
        return take_entries(session, survey, read_xliff(data, survey))
    if kind not in MEDIA_TYPES:
        raise Invalid("Translations are read from .csv, .xlsx and .xliff files.")
    entries, faults = read_table(name, data, survey)
    taken = take_entries(session, survey, entries)
    taken.faults[:0] = faults
    return taken


def check_target(survey: Survey, target: str, *, is_own_allowed: bool = True) -> None:
    """Raises NotFound for a language that the survey cannot be translated into.

    Its own is one only as long as texts are missing in it, as after an import.
    """
    if target not in {*LANGUAGES, *survey.languages} or (target == survey.default_language and not is_own_allowed):
        raise NotFound("There is no such page.")


def _page(
    request: Request, session: Session, survey: Survey, target: str, *, taken: Taken | None = None, fault: str = ""
) -> Response:
    texts, language = texts_of(session, survey), language_of(request)
    faults = [
        {
            "row": one.row,
            "column": one.column,
            "sentence": f"{translate(language, FAULT_WORDS[one.reason])} {one.detail}".strip(),
        }
        for one in (taken.faults if taken else [])
    ]
    return render(
        request,
        "surveys/authoring/translation.html",
        status=422 if fault or (taken and taken.faults and not taken.texts) else 200,
        survey=survey,
        target=target,
        names={tag: language_name(tag) for tag in {*survey.languages, target}},
        rows=translation_rows(texts, survey, target),
        state=completeness_of(texts, survey, target),
        others=[tag for tag in survey.languages if tag not in (survey.default_language, target)],
        is_draft=survey.published_at is None,
        taken=taken,
        faults=faults,
        errors={"file": fault} if fault else {},
    )
