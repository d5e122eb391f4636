"""Reads of comments and amendments."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.actionplan.discussion.models import Amendment, Comment, Mention
from app.actionplan.discussion.rules import field_of
from app.actionplan.initiatives.models import Initiative, InitiativeVersion
from app.core.errors import NotFound
from app.people import queries as people
from app.people.models import Membership, Person
from app.people.rules import Actor


@dataclass(frozen=True)
class Thread:
    """A comment with its answers, the oldest first, and the people whom each of them mentions."""

    head: Comment
    answers: Sequence[Comment]
    mentioned: dict[UUID, list[UUID]]


def get_comment(session: Session, actor: Actor, initiative_id: UUID, comment_id: UUID) -> Comment:
    """A comment on this initiative of the actor's consortium, locked until the end of the transaction; or NotFound."""
    wanted = select(Comment).where(
        Comment.id == comment_id,
        Comment.initiative_id == initiative_id,
        Comment.consortium_id == actor.consortium_id,
    )
    found = session.exec(wanted.with_for_update().execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound("There is no such comment.")
    return found


def find_comment_of_form(session: Session, actor: Actor, form_key: str) -> Comment | None:
    """The comment that this form of the actor's has made already, if it has."""
    return session.exec(select(Comment).where(Comment.written_by_id == actor.id, Comment.form_key == form_key)).first()


def list_threads(session: Session, initiative_id: UUID) -> list[Thread]:
    """The comments on an initiative with their answers, the oldest first."""
    wanted = select(Comment).where(Comment.initiative_id == initiative_id)
    comments = session.exec(wanted.order_by(col(Comment.written_at), col(Comment.id))).all()
    answers: defaultdict[UUID, list[Comment]] = defaultdict(list)
    for comment in comments:
        if comment.answers_id:
            answers[comment.answers_id].append(comment)
    mentioned: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for mention in session.exec(
        select(Mention)
        .join(Comment, col(Comment.id) == col(Mention.comment_id))
        .where(Comment.initiative_id == initiative_id)
    ).all():
        mentioned[mention.comment_id].append(mention.person_id)
    return [Thread(one, answers[one.id], dict(mentioned)) for one in comments if one.answers_id is None]


def open_comments(session: Session, initiative_id: UUID) -> Counter[str]:
    """How many comments wait for something, by the field they are about; "" is the initiative as a whole."""
    rows = session.exec(
        select(Comment.place, func.count())
        .where(
            Comment.initiative_id == initiative_id,
            col(Comment.answers_id).is_(None),
            col(Comment.resolved_at).is_(None),
            col(Comment.withdrawn_at).is_(None),
        )
        .group_by(col(Comment.place))
    ).all()
    counts: Counter[str] = Counter()
    for place, count in rows:
        counts[field_of(place)] += count
    return counts


def list_assigned(session: Session, actor: Actor) -> Sequence[tuple[Comment, Initiative]]:
    """What is assigned to the actor and not resolved: what is due first comes first, what has no day last."""
    return session.exec(
        select(Comment, Initiative)
        .join(Initiative, col(Initiative.id) == col(Comment.initiative_id))
        .where(
            Comment.consortium_id == actor.consortium_id,
            Comment.assigned_to_id == actor.id,
            col(Comment.resolved_at).is_(None),
            col(Comment.withdrawn_at).is_(None),
        )
        .order_by(func.coalesce(col(Comment.due_on), date.max), col(Comment.written_at))
    ).all()


def list_members(session: Session, actor: Actor) -> Sequence[Person]:
    """The people of the actor's consortium who can be turned to, by name."""
    wanted = select(Membership.person_id).where(Membership.consortium_id == actor.consortium_id)
    return session.exec(
        select(Person)
        .where(col(Person.id).in_(wanted), col(Person.disabled_at).is_(None))
        .order_by(col(Person.name), col(Person.email))
    ).all()


def names_of(session: Session, keys: Collection[UUID | None]) -> dict[UUID | None, str]:
    """The names of people by key, without those whose data were erased."""
    return {key: name for key, name in people.names_of(session, keys).items() if name != "–"}


def numbers_of_versions(session: Session, initiative_id: UUID) -> dict[UUID | None, int]:
    """The numbers of an initiative's versions by their keys."""
    wanted = select(InitiativeVersion).where(InitiativeVersion.initiative_id == initiative_id)
    return {version.id: version.number for version in session.exec(wanted).all()}


def get_amendment(session: Session, actor: Actor, initiative_id: UUID, amendment_id: UUID) -> Amendment:
    """An amendment of this initiative of the actor's consortium, locked until the transaction ends; or NotFound."""
    wanted = select(Amendment).where(
        Amendment.id == amendment_id,
        Amendment.initiative_id == initiative_id,
        Amendment.consortium_id == actor.consortium_id,
    )
    found = session.exec(wanted.with_for_update().execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound("There is no such amendment.")
    return found


def find_amendment_of_form(session: Session, actor: Actor, form_key: str) -> Amendment | None:
    """The amendment that this form of the actor's has made already, if it has."""
    return session.exec(
        select(Amendment).where(Amendment.written_by_id == actor.id, Amendment.form_key == form_key)
    ).first()


def list_amendments(session: Session, initiative_id: UUID) -> Sequence[Amendment]:
    """The amendments of an initiative, the newest first."""
    wanted = select(Amendment).where(Amendment.initiative_id == initiative_id)
    return session.exec(wanted.order_by(col(Amendment.number).desc())).all()


def list_waiting_amendments(session: Session, actor: Actor) -> Sequence[tuple[Amendment, Initiative]]:
    """The amendments in the actor's consortium that nobody has decided yet, the oldest first."""
    return session.exec(
        select(Amendment, Initiative)
        .join(Initiative, col(Initiative.id) == col(Amendment.initiative_id))
        .where(
            Amendment.consortium_id == actor.consortium_id,
            Amendment.decision == "",
            col(Amendment.withdrawn_at).is_(None),
        )
        .order_by(col(Amendment.written_at))
    ).all()
