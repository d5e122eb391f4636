"""An initiative where it is read, and its parts where they are written."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.actionplan.discussion.queries import open_comments
from app.actionplan.drafting.pages import (
    PART_WORDS,
    RELATION_WORDS,
    initiative_choices,
    lamp_view,
    partner_choices,
    sentences,
    theirs_and_yours,
)
from app.actionplan.drafting.queries import find_draft, list_drafts
from app.actionplan.drafting.rules import PARTS, Typed, comments_by_part, compact, content_of, fields_of, row_count
from app.actionplan.drafting.service import Overtaken, discard_draft, keep_draft, save_part
from app.actionplan.initiatives.changing import FIXED, FaultySheet, move_initiative
from app.actionplan.initiatives.models import Initiative, InitiativeVersion
from app.actionplan.initiatives.queries import get_own_initiative, list_steps, list_topics
from app.actionplan.initiatives.schemas import read_content
from app.actionplan.initiatives.states import FOLLOWERS, STATE_WORDS, State, is_fixed
from app.actionplan.moving.queries import read_choices, read_targets
from app.auth.guard import permitted
from app.auth.permissions import may, require
from app.core.catalogues import translate
from app.core.errors import Conflict, Invalid, NotFound
from app.core.tags import language_name
from app.core.words import LANGUAGES, pick
from app.people.queries import names_of
from app.people.rules import HELIX_WORDS, Actor, Helix
from app.web.deps import SessionDep
from app.web.forms import FormDep
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render, wants_fragment

router = APIRouter(prefix="/initiatives/{initiative_id}", tags=["drafting"])

ReaderDep = Annotated[Actor, permitted("initiative.read")]
WriterDep = Annotated[Actor, permitted("initiative.change")]
FOLDER = "actionplan/drafting"


@router.get("")
def initiative_page(request: Request, session: SessionDep, actor: ReaderDep, initiative_id: UUID) -> Response:
    """One initiative: what it says, what is missing, where it stands, and what may become of it."""
    return show_initiative(request, session, actor, *get_own_initiative(session, actor, initiative_id))


@router.post("/state", dependencies=[OwnForm])
def move_state(
    request: Request,
    session: SessionDep,
    actor: Annotated[Actor, permitted("initiative.move")],
    initiative_id: UUID,
    typed: FormDep,
) -> Response:
    """Put the initiative into another state, with a reason."""
    initiative, version = get_own_initiative(session, actor, initiative_id)
    try:
        move_initiative(session, actor, initiative, typed.get("state", ""), typed.get("reason", ""))
    except Invalid as refusal:
        errors = {name: translate(language_of(request), text) for name, text in refusal.errors.items()}
        return show_initiative(request, session, actor, initiative, version, typed, errors)
    return redirect(request, "initiative_page", initiative_id=initiative_id, query="saved=state")


@router.get("/edit/{part}")
def edit_part(request: Request, session: SessionDep, actor: WriterDep, initiative_id: UUID, part: str) -> Response:
    """A part's form, as the actor left it when they did not save."""
    initiative, version = _writable(session, actor, initiative_id, part)
    draft = find_draft(session, actor, initiative_id, part)
    typed = draft.typed if draft else fields_of(part, read_content(version.content), initiative.source_language)
    base = draft.base_digest if draft else version.digest
    kept_at = draft.kept_at if draft else None
    return _form(request, session, actor, initiative, version, part, typed, base, {}, kept_at=kept_at)


@router.post("/edit/{part}", dependencies=[OwnForm])
def save_edited_part(
    request: Request, session: SessionDep, actor: WriterDep, initiative_id: UUID, part: str, typed: FormDep
) -> Response:
    """Make a version with what was typed; when somebody changed the same meanwhile, both stand side by side. What was
    typed into an initiative frozen meanwhile stays in the page and is kept for whoever typed it.
    """
    initiative, version = _own_part(session, actor, initiative_id, part)
    own, base, language = fields_in(typed), typed.get("base", ""), language_of(request)
    try:
        _refuse_fixed(initiative)
        with session.begin_nested():
            save_part(session, actor, initiative, part, base, own)
    except Overtaken as overtaken:
        # under its own base: whoever comes back to it later is shown both again
        keep_draft(session, actor, initiative, part, base, own)
        return _conflict(request, session, actor, initiative, overtaken.theirs, part, own)
    except FaultySheet as refusal:
        errors = sentences(refusal.problems, language)
        return _form(request, session, actor, initiative, version, part, own, base, _at_fields(errors, initiative))
    except Invalid as refusal:
        errors = {name: translate(language, text) for name, text in refusal.errors.items()}
        return _form(request, session, actor, initiative, version, part, own, base, _at_fields(errors, initiative))
    except Conflict as refusal:
        keep_draft(session, actor, initiative, part, base, own)
        errors = {f"form-{part}": translate(language, refusal.message)}
        return _form(request, session, actor, initiative, version, part, own, base, errors, status=409)
    return redirect(request, "initiative_page", initiative_id=initiative_id, query=f"saved={part}")


@router.post("/edit/{part}/draft", dependencies=[OwnForm])
def keep_edited_part(
    request: Request, session: SessionDep, actor: WriterDep, initiative_id: UUID, part: str, typed: FormDep
) -> Response:
    """Keep what was typed for whoever typed it, while they go on."""
    initiative, version = _writable(session, actor, initiative_id, part)
    own = fields_in(typed)
    draft = keep_draft(session, actor, initiative, part, typed.get("base", ""), own)
    made, _ = content_of(part, own, read_content(version.content), initiative.source_language)
    seen = InitiativeVersion.model_construct(
        title=made["title"], summary=made["summary"], content=read_content(version.content), number=version.number
    )
    return render(
        request,
        f"{FOLDER}/_kept.html",
        kept_at=draft.kept_at if draft else None,
        part=part,
        initiative=initiative,
        **phone_view(seen, initiative.source_language, initiative.source_language),
    )


@router.post("/edit/{part}/discarding", dependencies=[OwnForm])
def discard_edited_part(
    request: Request, session: SessionDep, actor: WriterDep, initiative_id: UUID, part: str
) -> Response:
    """Throw away what was typed and not saved."""
    initiative, _ = _writable(session, actor, initiative_id, part)
    discard_draft(session, actor, initiative, part)
    return redirect(request, "initiative_page", initiative_id=initiative_id)


def show_initiative(
    request: Request,
    session: Session,
    actor: Actor,
    initiative: Initiative,
    version: InitiativeVersion,
    typed: Typed | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    """The page of an initiative, with what was wrong with the form for its state."""
    language = language_of(request)
    return render(
        request,
        f"{FOLDER}/page.html",
        status=422 if errors else 200,
        drafts=[draft.part for draft in list_drafts(session, actor, initiative.id)],
        comments=comments_by_part(open_comments(session, initiative.id)),
        saved=request.query_params.get("saved", ""),
        errors=errors or {},
        typed=typed or {},
        part_words={part: translate(language, word) for part, word in PART_WORDS.items()},
        **frame(actor, initiative, version, language),
        **sheet_view(session, actor, initiative, version, language),
        **phone_view(version, request.query_params.get("as", language), initiative.source_language),
        **state_view(session, initiative, language),
    )


def frame(actor: Actor, initiative: Initiative, version: InitiativeVersion, language: str) -> dict[str, Any]:
    """What every page of an initiative shows above its own contents."""
    return {
        "initiative": initiative,
        "version": version,
        "lamp": lamp_view(initiative, version, language),
        "state_word": translate(language, STATE_WORDS[initiative.state]),
        "is_fixed": is_fixed(initiative.state),
        "may_write": may(actor, "initiative.change", initiative) and not is_fixed(initiative.state),
        "may_move": may(actor, "initiative.move", initiative),
    }


def sheet_view(
    session: Session, actor: Actor, initiative: Initiative, version: InitiativeVersion, language: str
) -> dict[str, Any]:
    """The parts of an initiative in words."""
    content = read_content(version.content)
    helices: dict[str, str] = {code: translate(language, word) for code, word in HELIX_WORDS.items()}
    topics = {topic.external_id: topic.label for topic in list_topics(session, actor)}
    names = dict(partner_choices(session, actor, [content["lead_partner"], *content["partners"]]))
    others = dict(initiative_choices(session, actor, initiative.external_id, language))
    return {
        "content": content,
        "topic": pick(topics.get(content["topic"], {}), language) or content["topic"],
        "lead_name": names.get(content["lead_partner"], content["lead_partner"]),
        "partner_names": [names.get(one, one) for one in content["partners"]],
        "helix_names": [helices.get(one, one) for one in content["helix_groups"]],
        "relations": [
            (translate(language, RELATION_WORDS[kind]), [others.get(code, code) for code in content[kind]])
            for kind in RELATION_WORDS
            if content[kind]
        ],
        "known_indicators": read_targets(session, actor, content),
    }


def phone_view(version: InitiativeVersion, tag: str, source: str) -> dict[str, Any]:
    """An initiative as somebody who is asked about it reads it, in one language."""
    tag = tag if tag in LANGUAGES else source
    return {
        "phone": {
            "tag": tag,
            "title": pick(version.title, tag, source),
            "summary": pick(version.summary, tag, source),
            "is_original": not version.title.get(tag) or not version.summary.get(tag),
            "languages": [(code, name, bool(version.title.get(code))) for code, name in LANGUAGES.items()],
            "version": version,
        }
    }


def state_view(session: Session, initiative: Initiative, language: str) -> dict[str, Any]:
    """The states an initiative was in, and those it can be put into."""
    steps = list_steps(session, initiative.id)
    names = names_of(session, [step.entered_by_id for step in steps])
    return {
        "steps": [
            {
                "word": translate(language, STATE_WORDS[step.state]),
                "reason": translate(language, "Imported") if step.reason == "imported" else step.reason,
                "at": step.entered_at,
                "by": names.get(step.entered_by_id, ""),
            }
            for step in steps
        ],
        "followers": [
            (state.value, translate(language, STATE_WORDS[state])) for state in FOLLOWERS[State(initiative.state)]
        ],
    }


def fields_in(typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed, without what the form itself carries."""
    return {name: text for name, text in typed.items() if name not in ("csrf", "base")}


def _own_part(session: Session, actor: Actor, initiative_id: UUID, part: str) -> tuple[Initiative, InitiativeVersion]:
    initiative, version = get_own_initiative(session, actor, initiative_id)
    require(actor, "initiative.change", initiative)
    if part not in PARTS:
        raise NotFound("There is no such page.")
    return initiative, version


def _writable(session: Session, actor: Actor, initiative_id: UUID, part: str) -> tuple[Initiative, InitiativeVersion]:
    initiative, version = _own_part(session, actor, initiative_id, part)
    _refuse_fixed(initiative)
    return initiative, version


def _refuse_fixed(initiative: Initiative) -> None:
    if is_fixed(initiative.state):
        raise Conflict(FIXED)


def _at_fields(errors: Mapping[str, str], initiative: Initiative) -> dict[str, str]:
    """Faults at the names the form gives its fields: only the original is written here."""
    own = f".{initiative.source_language}"
    named = {name.removesuffix(own): text for name, text in errors.items()}
    return {name.replace("cost_by_year_eur.", "years.") if "." in name else name: text for name, text in named.items()}


def _form(
    request: Request,
    session: Session,
    actor: Actor,
    initiative: Initiative,
    version: InitiativeVersion,
    part: str,
    typed: Typed,
    base: str,
    errors: Mapping[str, str],
    **more: Any,
) -> Response:
    language, content = language_of(request), read_content(version.content)
    kept = [content["lead_partner"], *content["partners"], typed.get("lead_partner", "")]
    typed = compact(part, typed)
    return render(
        request,
        f"{FOLDER}/{more.pop('page', 'edit.html')}",
        fragment=f"{FOLDER}/_form.html",
        status=more.pop("status", 422 if errors else 200),
        in_place=wants_fragment(request),
        part=part,
        heading=translate(language, PART_WORDS[part]),
        typed=typed,
        base=base,
        errors=errors,
        kept_at=more.pop("kept_at", None),
        rows={
            name: range(row_count(name, typed))
            for name in ("phases", "indicator_targets", "risks", "years", "relations")
        },
        source=initiative.source_language,
        source_name=language_name(initiative.source_language),
        partners=partner_choices(session, actor, kept),
        helices=[(helix.value, translate(language, HELIX_WORDS[helix])) for helix in Helix],
        topics=[(topic.external_id, pick(topic.label, language)) for topic in list_topics(session, actor)],
        others=initiative_choices(session, actor, initiative.external_id, language) if part == "relations" else [],
        choices=read_choices(session, actor) if part == "outcome" else None,
        relation_kinds=[(kind, translate(language, word)) for kind, word in RELATION_WORDS.items()],
        **phone_view(version, initiative.source_language, initiative.source_language),
        **frame(actor, initiative, version, language),
        **more,
    )


def _conflict(
    request: Request,
    session: Session,
    actor: Actor,
    initiative: Initiative,
    theirs: InitiativeVersion,
    part: str,
    typed: Typed,
) -> Response:
    """What somebody saved meanwhile beside what was typed, and the form to go on with, now on top of theirs."""
    language, content = language_of(request), read_content(theirs.content)
    made, _ = content_of(part, typed, content, initiative.source_language)
    return _form(
        request,
        session,
        actor,
        initiative,
        theirs,
        part,
        typed,
        theirs.digest,
        {},
        page="conflict.html",
        status=412,
        by=names_of(session, [theirs.created_by_id]).get(theirs.created_by_id, ""),
        fields=theirs_and_yours(part, content, made, initiative.source_language, language),
    )
