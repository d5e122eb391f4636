"""Acts on comments: written, answered, withdrawn, assigned, resolved."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete

from app.actionplan.discussion.mailing import tell
from app.actionplan.discussion.models import Comment, Mention
from app.actionplan.discussion.queries import find_comment_of_form, get_comment, list_members
from app.actionplan.discussion.replying import forget_quote
from app.actionplan.discussion.rules import LONGEST_COMMENT, LONGEST_PASSAGE, passage_in, text_at
from app.actionplan.discussion.schemas import CommentIn
from app.actionplan.initiatives.models import InitiativeVersion
from app.actionplan.initiatives.queries import find_version, get_own_initiative
from app.auth.permissions import require
from app.core.clock import now
from app.core.days import spelt
from app.core.errors import Conflict, Invalid, NotAllowed
from app.history.service import record
from app.people.rules import Actor
from app.surveys.ideas.rules import plain

CHANGED_MEANWHILE = "Somebody has changed this comment meanwhile. Go back and reload the page."


def write_comment(
    session: Session, actor: Actor, initiative_id: UUID, said: CommentIn, *, form_key: str, address: str
) -> Comment:
    """Say something about an initiative, or answer a comment, and tell those mentioned by mail.

    The same form a second time is the same comment. An answer to an answer joins its thread. Raises NotFound for an
    initiative or comment that is not there, Invalid naming what cannot be.
    """
    require(actor, "comment.write")
    initiative, newest = get_own_initiative(session, actor, initiative_id)
    known = find_comment_of_form(session, actor, form_key)
    if known:
        return known
    version = (find_version(session, initiative_id, said.version) if said.version else None) or newest
    answered = get_comment(session, actor, initiative_id, said.answers) if said.answers else None
    members = {person.id: person for person in list_members(session, actor)}
    text, passage = _checked(said, version, members, is_answer=answered is not None)
    comment = Comment(
        consortium_id=initiative.consortium_id,
        initiative_id=initiative_id,
        version_id=version.id,
        answers_id=(answered.answers_id or answered.id) if answered else None,
        place=answered.place if answered else said.place,
        passage=passage,
        text=text,
        may_quote=said.may_quote,
        form_key=form_key,
        written_at=now(),
        written_by_id=actor.id,
    )
    try:
        with session.begin_nested():
            session.add(comment)
            session.flush()
    except IntegrityError:
        # the other of two that came at once was first
        known = find_comment_of_form(session, actor, form_key)
        if known is None:
            raise
        return known
    record(session, actor, "comment.written", comment, after={"about": comment.place, "in": initiative.external_id})
    mentioned = [members[key] for key in dict.fromkeys(said.mentions)]
    session.add_all(Mention(comment_id=comment.id, person_id=person.id) for person in mentioned)
    session.flush()
    for person in mentioned:
        if person.id != actor.id:
            values = {"by": actor.name, "text": text}
            url = comment_url(address, comment)
            tell(session, "mention", person, (initiative, newest), url=url, about_id=comment.id, values=values)
    return comment


def withdraw_comment(session: Session, actor: Actor, initiative_id: UUID, comment_id: UUID) -> Comment:
    """Take back what one said: its words are deleted, also where an answer quotes them. Raises NotFound, NotAllowed."""
    require(actor, "comment.write")
    comment = get_comment(session, actor, initiative_id, comment_id)
    if comment.written_by_id != actor.id:
        raise NotAllowed("Only whoever wrote a comment can withdraw it.")
    if comment.withdrawn_at is None:
        comment.text, comment.may_quote, comment.withdrawn_at = "", False, now()
        comment.assigned_to_id = comment.due_on = None
        comment.revision += 1
        session.exec(delete(Mention).where(col(Mention.comment_id) == comment.id))
        forget_quote(session, "comment", comment.id)
        session.flush()
        record(session, actor, "comment.withdrawn", comment)
    return comment


def resolve_comment(session: Session, actor: Actor, initiative_id: UUID, comment_id: UUID) -> Comment:
    """Note that nothing is left to do about a comment and its answers. Raises NotFound."""
    comment = _get_head(session, actor, initiative_id, comment_id)
    if comment.resolved_at is None:
        comment.resolved_at, comment.resolved_by_id = now(), actor.id
        comment.revision += 1
        session.flush()
        record(session, actor, "comment.resolved", comment)
    return comment


def reopen_comment(session: Session, actor: Actor, initiative_id: UUID, comment_id: UUID) -> Comment:
    """Take it back that nothing is left to do. Raises NotFound."""
    comment = _get_head(session, actor, initiative_id, comment_id)
    if comment.resolved_at is not None:
        comment.resolved_at = comment.resolved_by_id = None
        comment.revision += 1
        session.flush()
        record(session, actor, "comment.reopened", comment)
    return comment


def assign_comment(
    session: Session,
    actor: Actor,
    initiative_id: UUID,
    comment_id: UUID,
    *,
    to_id: UUID | None,
    due_on: date | None,
    revision: int,
    address: str,
) -> Comment:
    """Ask somebody to see to a comment, if wanted until a day, and tell them by mail; or ask nobody any more.

    Raises NotFound, Invalid for nobody of the consortium, Conflict when the comment changed since the form was made.
    """
    comment = _get_head(session, actor, initiative_id, comment_id)
    if (comment.assigned_to_id, comment.due_on) == (to_id, due_on if to_id else None):
        return comment
    if comment.revision != revision or comment.withdrawn_at or comment.resolved_at:
        raise Conflict(CHANGED_MEANWHILE)
    person = next((one for one in list_members(session, actor) if one.id == to_id), None)
    if to_id and person is None:
        raise Invalid("Choose somebody of the consortium.", {"person": "Choose somebody of the consortium."})
    comment.assigned_to_id, comment.due_on = to_id, due_on if to_id else None
    comment.revision += 1
    session.flush()
    due = due_on.isoformat() if due_on and to_id else ""
    record(session, actor, "comment.assigned", comment, after={"to": str(to_id) if to_id else "", "until": due})
    if person and person.id != actor.id:
        about = get_own_initiative(session, actor, initiative_id)
        until = spelt(due_on, person.language) if due_on else ""
        values = {"by": actor.name, "text": comment.text, "due_on": until}
        url = comment_url(address, comment)
        tell(session, "assignment", person, about, url=url, about_id=comment.id, values=values)
    return comment


def comment_url(address: str, comment: Comment) -> str:
    """Where a comment is read."""
    return f"{address}/initiatives/{comment.initiative_id}/discussion#comment-{comment.id}"


def _get_head(session: Session, actor: Actor, initiative_id: UUID, comment_id: UUID) -> Comment:
    """The comment that begins the thread, locked."""
    require(actor, "comment.write")
    comment = get_comment(session, actor, initiative_id, comment_id)
    return get_comment(session, actor, initiative_id, comment.answers_id) if comment.answers_id else comment


def _checked(
    said: CommentIn, version: InitiativeVersion, members: Collection[UUID], *, is_answer: bool
) -> tuple[str, str]:
    """The words and the passage as they are kept. Raises Invalid."""
    errors: dict[str, str] = {}
    text, passage = plain(said.text), ""
    if not text:
        errors["text"] = "Write what you want to say."
    elif len(text) > LONGEST_COMMENT:
        errors["text"] = "A comment has at most 2000 characters."
    words = None if is_answer else text_at(version.content, said.place)
    if words is None and not is_answer:
        errors["place"] = "Choose what the comment is about."
    elif words is not None and said.passage.strip():
        passage = passage_in(words, said.passage) or ""
        if not passage:
            errors["passage"] = "These words do not stand in this text."
        elif len(passage) > LONGEST_PASSAGE:
            errors["passage"] = "Quote at most 300 characters."
    if not set(said.mentions) <= set(members):
        errors["mentions"] = "Choose somebody of the consortium."
    if errors:
        raise Invalid(next(iter(errors.values())), errors)
    return text, passage
