"""The words of an initiative in another language, beside the original."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.actionplan.drafting.pages import FIELD_WORDS, sentences
from app.actionplan.drafting.queries import find_version_by_digest
from app.actionplan.drafting.routes import FOLDER, frame
from app.actionplan.drafting.service import check_size
from app.actionplan.initiatives.changing import STALE, FaultySheet, change_initiative, lock_newest
from app.actionplan.initiatives.contradictions import LONGEST_SUMMARY, LONGEST_TITLE
from app.actionplan.initiatives.models import Initiative, InitiativeVersion
from app.actionplan.initiatives.queries import get_own_initiative
from app.actionplan.initiatives.schemas import read_content
from app.auth.guard import permitted
from app.auth.permissions import require
from app.core.catalogues import translate
from app.core.errors import Conflict, Invalid, NotFound, Stale
from app.core.tags import language_name
from app.core.words import LANGUAGES
from app.people.queries import names_of
from app.people.rules import Actor
from app.web.deps import SessionDep
from app.web.forms import FormDep, Typed
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(prefix="/initiatives/{initiative_id}/translate", tags=["drafting"])

WriterDep = Annotated[Actor, permitted("initiative.change")]
TEXTS = {"title": LONGEST_TITLE, "summary": LONGEST_SUMMARY}
MARK_WORDS = {
    "missing": "Missing",
    "draft": "Not checked yet",
    "outdated": "Older than the original",
    "checked": "Checked",
}


@router.get("/{target}")
def translate_page(
    request: Request, session: SessionDep, actor: WriterDep, initiative_id: UUID, target: str
) -> Response:
    """Title and summary in one other language beside the original."""
    initiative, version = _open(session, actor, initiative_id, target)
    return _page(request, session, actor, initiative, version, target, {}, {})


@router.post("/{target}", dependencies=[OwnForm])
def save_translate_page(
    request: Request, session: SessionDep, actor: WriterDep, initiative_id: UUID, target: str, typed: FormDep
) -> Response:
    """Keep the translation; it counts as checked unless it is said to be a draft."""
    initiative, version = _open(session, actor, initiative_id, target)
    language = language_of(request)
    try:
        with session.begin_nested():
            _save(session, actor, initiative, target, typed)
    except FaultySheet as refusal:
        return _page(request, session, actor, initiative, version, target, typed, sentences(refusal.problems, language))
    except Invalid as refusal:
        errors = {name: translate(language, text) for name, text in refusal.errors.items()}
        return _page(request, session, actor, initiative, version, target, typed, errors)
    except Stale:
        sentence = translate(language, STALE)
        return _page(request, session, actor, initiative, version, target, typed, {"conflict": sentence})
    except Conflict as refusal:
        errors = {"fixed": translate(language, refusal.message)}
        return _page(request, session, actor, initiative, version, target, typed, errors)
    return redirect(request, "translate_page", initiative_id=initiative_id, target=target, query="saved=1")


def _save(session: Session, actor: Actor, initiative: Initiative, target: str, typed: Typed) -> None:
    check_size(typed)
    newest = lock_newest(session, actor, initiative.id)
    base = typed.get("base", "")
    old = find_version_by_digest(session, initiative.id, base)
    now, before = read_content(newest.content), read_content(old.content) if old else None
    # what others changed elsewhere does not matter; what they changed here does
    if before is None or any(
        before[name].get(tag) != now[name].get(tag) for name in TEXTS for tag in (target, initiative.source_language)
    ):
        raise Stale(STALE)
    content, marks = dict(now), {name: dict(own) for name, own in newest.marks.items()}
    for name in TEXTS:
        text = typed.get(f"{name}.{target}", "").replace("\r\n", "\n").strip()
        rest = {tag: one for tag, one in now[name].items() if tag != target}
        content[name] = {**rest, target: text} if text else rest
        own = {tag: mark for tag, mark in marks.get(name, {}).items() if tag != target}
        if text and typed.get(f"draft.{name}") == "yes":
            own[target] = "draft"
        marks[name] = own
    marks = {name: own for name, own in marks.items() if own}
    change_initiative(session, actor, initiative, content, base_digest=newest.digest, marks=marks)


def _open(session: Session, actor: Actor, initiative_id: UUID, target: str) -> tuple[Initiative, InitiativeVersion]:
    initiative, version = get_own_initiative(session, actor, initiative_id)
    require(actor, "initiative.change", initiative)
    if target not in LANGUAGES or target == initiative.source_language:
        raise NotFound("There is no such page.")
    return initiative, version


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    initiative: Initiative,
    version: InitiativeVersion,
    target: str,
    typed: Typed,
    errors: Mapping[str, str],
) -> Response:
    language, content, source = language_of(request), read_content(version.content), initiative.source_language
    rows: list[dict[str, Any]] = [
        {
            "name": name,
            "label": translate(language, FIELD_WORDS[name]),
            "most": most,
            "original": content[name].get(source, ""),
            "there": content[name].get(target, ""),
            "text": typed.get(f"{name}.{target}", content[name].get(target, "")),
            "state": mark_of(version, name, target),
            "word": translate(language, MARK_WORDS[mark_of(version, name, target)]),
        }
        for name, most in TEXTS.items()
    ]
    others = [tag for tag in LANGUAGES if tag != source]
    return render(
        request,
        f"{FOLDER}/translate.html",
        status=412 if "conflict" in errors else 409 if "fixed" in errors else 422 if errors else 200,
        target=target,
        target_name=language_name(target),
        source=source,
        source_name=language_name(source),
        rows=rows,
        # after a conflict the newest version is before whoever types: what they save now is meant to follow it
        base=version.digest if "conflict" in errors else typed.get("base", version.digest),
        by=names_of(session, [version.created_by_id]).get(version.created_by_id, ""),
        saved=bool(request.query_params.get("saved")),
        states=[(tag, LANGUAGES[tag], worst_mark(version, tag)) for tag in others],
        mark_words={mark: translate(language, word) for mark, word in MARK_WORDS.items()},
        errors=errors,
        **frame(actor, initiative, version, language),
    )


def mark_of(version: InitiativeVersion, name: str, tag: str) -> str:
    """How one text stands in a language: missing, outdated, a draft, or checked."""
    if not read_content(version.content)[name].get(tag):
        return "missing"
    return version.marks.get(name, {}).get(tag, "checked")


def worst_mark(version: InitiativeVersion, tag: str) -> str:
    """How an initiative stands in a language: as the worse of its texts does."""
    found = [mark_of(version, name, tag) for name in TEXTS]
    return next(mark for mark in MARK_WORDS if mark in found)
