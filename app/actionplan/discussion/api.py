"""Comments and amendments for programs."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header
from sqlmodel import Session

from app.actionplan.discussion.commenting import write_comment
from app.actionplan.discussion.flooding import WritingThrottled
from app.actionplan.discussion.models import Amendment, Comment
from app.actionplan.discussion.queries import (
    Thread,
    list_amendments,
    list_threads,
    names_of,
    numbers_of_versions,
)
from app.actionplan.discussion.rules import stands_in, text_at
from app.actionplan.discussion.schemas import AmendmentOut, CommentIn, CommentOut
from app.actionplan.initiatives.models import InitiativeVersion
from app.actionplan.initiatives.queries import get_own_initiative
from app.auth.guard import permitted
from app.core.errors import Invalid
from app.core.tokens import hash_token, make_token
from app.people.rules import Actor
from app.web.deps import SessionDep, SettingsDep
from app.web.json import StrictRoute
from app.web.security import OwnCall

router = APIRouter(prefix="/initiatives/{initiative_id}", tags=["discussion"], route_class=StrictRoute)

ReaderDep = Annotated[Actor, permitted("comment.read")]
WriterDep = Annotated[Actor, permitted("comment.write")]
KEY_LENGTH = range(16, 201)


def find_own(session: SessionDep, actor: ReaderDep, initiative_id: UUID) -> None:
    """Refuse an initiative that is not theirs before anything is said about what was sent. Raises NotFound."""
    get_own_initiative(session, actor, initiative_id)


@router.get("/comments")
def read_comments(session: SessionDep, actor: ReaderDep, initiative_id: UUID) -> list[CommentOut]:
    """The comments on an initiative with their answers, the oldest first."""
    _, version = get_own_initiative(session, actor, initiative_id)
    return _comments_out(session, version, list_threads(session, initiative_id))


@router.post("/comments", status_code=201, dependencies=[OwnCall, WritingThrottled, Depends(find_own)])
def create_comment(
    session: SessionDep,
    actor: WriterDep,
    settings: SettingsDep,
    initiative_id: UUID,
    said: CommentIn,
    idempotency_key: Annotated[str | None, Header()] = None,
) -> dict[str, str]:
    """Say something; with an Idempotency-Key a repeated request gives the same comment."""
    if idempotency_key is not None and len(idempotency_key) not in KEY_LENGTH:
        raise Invalid("An Idempotency-Key needs 16 to 200 characters.")
    form_key = hash_token(idempotency_key) if idempotency_key else make_token()
    comment = write_comment(session, actor, initiative_id, said, form_key=form_key, address=settings.address)
    return {"id": str(comment.id)}


@router.get("/amendments")
def read_amendments(session: SessionDep, actor: ReaderDep, initiative_id: UUID) -> list[AmendmentOut]:
    """The amendments of an initiative, the newest first, without those withdrawn."""
    get_own_initiative(session, actor, initiative_id)
    found = [one for one in list_amendments(session, initiative_id) if one.withdrawn_at is None]
    names = names_of(session, [one.written_by_id for one in found])
    numbers = numbers_of_versions(session, initiative_id)
    return [_amendment_out(one, names, numbers) for one in found]


def _comments_out(session: Session, version: InitiativeVersion, threads: list[Thread]) -> list[CommentOut]:
    every = [one for thread in threads for one in (thread.head, *thread.answers)]
    keys = {key for one in every for key in (one.written_by_id, one.resolved_by_id, one.assigned_to_id)}
    names, numbers = names_of(session, keys), numbers_of_versions(session, version.initiative_id)
    return [
        CommentOut(
            **_said(thread.head, names),
            place=thread.head.place,
            passage=thread.head.passage,
            version=numbers[thread.head.version_id],
            stands_in_newest=stands_in(text_at(version.content, thread.head.place), thread.head.passage),
            resolved_by=names.get(thread.head.resolved_by_id),
            resolved_on=thread.head.resolved_at.date() if thread.head.resolved_at else None,
            assigned_to=names.get(thread.head.assigned_to_id),
            due_on=thread.head.due_on,
            answers=[_said(one, names) for one in thread.answers],
        )
        for thread in threads
    ]


def _said(one: Comment, names: Mapping[UUID | None, str]) -> dict[str, Any]:
    return {
        "id": one.id,
        "text": one.text,
        "written_by": names.get(one.written_by_id),
        "written_on": one.written_at.date(),
        "is_withdrawn": one.withdrawn_at is not None,
    }


def _amendment_out(
    one: Amendment, names: Mapping[UUID | None, str], numbers: Mapping[UUID | None, int]
) -> AmendmentOut:
    return AmendmentOut(
        id=one.id,
        number=one.number,
        place=one.place,
        before=one.before,
        after=one.after,
        because=one.because,
        version=numbers[one.version_id],
        written_by=names.get(one.written_by_id),
        written_on=one.written_at.date(),
        decision=one.decision,
        words_taken=one.words_taken,
        decided_because=one.decided_because,
        decided_on=one.decided_at.date() if one.decided_at else None,
        made_version=numbers.get(one.made_version_id),
    )
