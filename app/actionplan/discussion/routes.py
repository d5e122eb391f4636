"""Comments in the browser: read beside the texts they are about, written, answered, assigned, resolved."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from app.actionplan.discussion import commenting
from app.actionplan.discussion.flooding import FloodDep, ask_to_wait
from app.actionplan.discussion.models import Comment
from app.actionplan.discussion.pages import (
    anchor_of,
    blocks_of,
    choices_of_people,
    label_of,
    named,
    places_offered,
    spoken_language,
)
from app.actionplan.discussion.queries import list_assigned, list_waiting_amendments
from app.actionplan.discussion.rules import LONGEST_COMMENT, LONGEST_PASSAGE, WHOLE, text_at
from app.actionplan.discussion.schemas import LONGEST_TAKEN, CommentIn
from app.actionplan.initiatives.queries import get_own_initiative
from app.auth.guard import permitted
from app.auth.permissions import may
from app.auth.throttle import WAIT
from app.core.catalogues import translate
from app.core.clock import today
from app.core.errors import Invalid, NotFound
from app.core.tags import language_name
from app.core.tokens import make_token
from app.people.rules import Actor
from app.web.deps import SessionDep, SettingsDep
from app.web.forms import FormDep, Typed, key_in, revision_in, whole_number
from app.web.language import language_of
from app.web.security import OwnForm
from app.web.templating import redirect, render

router = APIRouter(tags=["discussion"])

ReaderDep = Annotated[Actor, permitted("comment.read")]
WriterDep = Annotated[Actor, permitted("comment.write")]
FOLDER = "actionplan/discussion"
MOST_TYPED = LONGEST_TAKEN


@dataclass(frozen=True)
class Form:
    """A form that came back: what was typed, what is wrong with it, and the comment that it answers, if it does."""

    typed: Typed = field(default_factory=dict[str, str])
    errors: Mapping[str, str] = field(default_factory=dict[str, str])
    status: int = 200


@router.get("/initiatives/{initiative_id}/discussion")
def discussion_page(
    request: Request,
    session: SessionDep,
    actor: ReaderDep,
    initiative_id: UUID,
    place: Annotated[str, Query(max_length=100)] = WHOLE,
    passage: Annotated[str, Query(max_length=LONGEST_TAKEN)] = "",
) -> Response:
    """The texts of an initiative, with what is said about each."""
    return _page(request, session, actor, initiative_id, Form({"place": place, "passage": passage}))


@router.post("/initiatives/{initiative_id}/comments", dependencies=[OwnForm])
def write_comment(
    request: Request,
    is_flood: FloodDep,
    typed: FormDep,
    session: SessionDep,
    actor: WriterDep,
    settings: SettingsDep,
    initiative_id: UUID,
) -> Response:
    """Say something, or answer; a refused form is shown again as it was typed."""
    if is_flood:
        return ask_to_wait(_page(request, session, actor, initiative_id, Form(typed, {"text": WAIT}, 429)))
    try:
        said = _said(typed)
        with session.begin_nested():
            comment = commenting.write_comment(
                session,
                actor,
                initiative_id,
                said,
                form_key=key_in(typed),
                address=settings.address,
            )
    except Invalid as refusal:
        return _page(request, session, actor, initiative_id, Form(typed, refusal.errors, 422))
    return _to_comment(request, comment)


@router.post("/initiatives/{initiative_id}/comments/{comment_id}/withdrawal", dependencies=[OwnForm])
def withdraw_comment(
    request: Request, session: SessionDep, actor: WriterDep, initiative_id: UUID, comment_id: UUID
) -> Response:
    """Take back what one said."""
    return _to_comment(request, commenting.withdraw_comment(session, actor, initiative_id, comment_id))


@router.post("/initiatives/{initiative_id}/comments/{comment_id}/resolution", dependencies=[OwnForm])
def resolve_comment(
    request: Request, session: SessionDep, actor: WriterDep, initiative_id: UUID, comment_id: UUID
) -> Response:
    """Note that nothing is left to do."""
    return _to_comment(request, commenting.resolve_comment(session, actor, initiative_id, comment_id))


@router.post("/initiatives/{initiative_id}/comments/{comment_id}/reopening", dependencies=[OwnForm])
def reopen_comment(
    request: Request, session: SessionDep, actor: WriterDep, initiative_id: UUID, comment_id: UUID
) -> Response:
    """Something is left to do after all."""
    return _to_comment(request, commenting.reopen_comment(session, actor, initiative_id, comment_id))


@router.post("/initiatives/{initiative_id}/comments/{comment_id}/assignment", dependencies=[OwnForm])
def assign_comment(
    request: Request,
    session: SessionDep,
    actor: WriterDep,
    settings: SettingsDep,
    initiative_id: UUID,
    comment_id: UUID,
    typed: FormDep,
) -> Response:
    """Ask somebody to see to it."""
    try:
        person, due_on = typed.get("person", ""), typed.get("due_on", "").strip()
        comment = commenting.assign_comment(
            session,
            actor,
            initiative_id,
            comment_id,
            to_id=_key(person, "person") if person else None,
            due_on=_day(due_on) if due_on else None,
            revision=revision_in(typed),
            address=settings.address,
        )
    except Invalid as refusal:
        errors = {f"{name}-{comment_id}": sentence for name, sentence in refusal.errors.items()}
        return _page(request, session, actor, initiative_id, Form({**typed, "of": str(comment_id)}, errors, 422))
    return _to_comment(request, comment)


@router.get("/assignments")
def assignments_page(request: Request, session: SessionDep, actor: ReaderDep) -> Response:
    """What somebody was asked to see to, and the amendments that wait for those who decide."""
    language = language_of(request)
    assigned = [
        (comment, named(get_own_initiative(session, actor, initiative.id)[1], initiative.external_id, language))
        for comment, initiative in list_assigned(session, actor)
    ]
    waiting = [
        (amendment, named(get_own_initiative(session, actor, initiative.id)[1], initiative.external_id, language))
        for amendment, initiative in list_waiting_amendments(session, actor)
        if may(actor, "amendment.judge", initiative)
    ]
    return render(
        request,
        f"{FOLDER}/assignments.html",
        assigned=assigned,
        waiting=waiting,
        labels={one.place: label_of(one.place, language) for one, _ in (*assigned, *waiting)},
        today=today(),
    )


def _said(typed: Typed) -> CommentIn:
    """The comment in a form. Raises Invalid for ids that are none and texts without end."""
    for name in ("text", "passage"):
        if len(typed.get(name, "")) > MOST_TYPED:
            sentence = "A comment has at most 2000 characters."
            raise Invalid(sentence, {name: sentence})
    chosen = [name.removeprefix("mention.") for name in typed if name.startswith("mention.")]
    chosen += [typed["mention"]] if typed.get("mention") else []
    number = whole_number(typed.get("version", ""), 0)
    return CommentIn(
        text=typed.get("text", "").replace("\r\n", "\n"),
        place=typed.get("place", WHOLE)[:100],
        passage=typed.get("passage", ""),
        version=number or None,
        answers=_comment_key(typed["answers"]) if typed.get("answers") else None,
        mentions=[_key(text, "mentions") for text in chosen[:50]],
        may_quote=bool(typed.get("may_quote")),
    )


def _key(text: str, name: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("Choose somebody of the consortium.", {name: "Choose somebody of the consortium."}) from None


def _comment_key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("There is no such comment.") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        sentence = "Enter a day such as 2027-03-31."
        raise Invalid(sentence, {"due_on": sentence}) from None


def _to_comment(request: Request, comment: Comment) -> Response:
    response = redirect(request, "discussion_page", initiative_id=comment.initiative_id)
    response.headers["Location"] += f"#comment-{comment.id}"
    return response


def _page(request: Request, session: Session, actor: Actor, initiative_id: UUID, form: Form) -> Response:
    language = language_of(request)
    initiative, version = get_own_initiative(session, actor, initiative_id)
    spoken = spoken_language(version, request.query_params.get("text", ""), language)
    place = form.typed.get("place", WHOLE)
    if text_at(version.content, place) is None:
        place = WHOLE
    answered = form.typed.get("answers", "")
    errors = form.errors
    if answered:
        errors = {f"{name}-{answered}": sentence for name, sentence in errors.items()}
    blocks = blocks_of(session, actor, version, spoken=spoken, language=language, today=today())
    return render(
        request,
        f"{FOLDER}/discussion.html",
        status=form.status,
        initiative=initiative,
        version=version,
        blocks=blocks,
        is_empty=not any(block.open or block.resolved for block in blocks),
        texts_in=[(tag, language_name(tag)) for tag in version.title],
        spoken_text=spoken,
        place=place,
        place_anchor=anchor_of(place),
        places=places_offered(version, language, spoken),
        people=choices_of_people(session, actor),
        typed=form.typed,
        answered=answered,
        errors={name: translate(language, sentence) for name, sentence in errors.items()},
        key=make_token(),
        may_write=may(actor, "comment.write"),
        most=LONGEST_COMMENT,
        most_passage=LONGEST_PASSAGE,
    )
