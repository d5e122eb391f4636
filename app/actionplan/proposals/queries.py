"""Reads of proposals, walls and voices."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session, col, func, select

from app.actionplan.initiatives.models import InitiativeVersion
from app.actionplan.proposals.models import IdeasWall, Proposal, ProposalAuthor, Stance, UnconfirmedSending
from app.actionplan.proposals.rules import OPEN, State, has_words
from app.core.errors import NotFound
from app.core.tokens import hash_token
from app.core.words import Words
from app.people.rules import Actor

NO_PROPOSAL, NO_WALL = "There is no such proposal.", "There is no such page."


@dataclass(frozen=True)
class Voices:
    """How many support a proposal and how many oppose it."""

    support: int = 0
    oppose: int = 0


@dataclass(frozen=True)
class Outcome:
    """What was said and what became of it, as everybody may read it."""

    proposal: Proposal
    initiative_title: Words
    """Of the initiative it went into, empty for none."""


@dataclass(frozen=True)
class SupportMatrix:
    """Unnamed people in rows, proposals in columns: 1 supports, -1 opposes, nan said nothing."""

    proposals: Sequence[Proposal]
    votes: NDArray[np.float64]


def find_wall(session: Session, consortium_id: UUID) -> IdeasWall | None:
    """The wall of a consortium, open or not, if it ever had one."""
    return session.exec(select(IdeasWall).where(IdeasWall.consortium_id == consortium_id)).first()


def get_open_wall(session: Session, slug: str) -> IdeasWall:
    """The wall under this address, or NotFound while it is not open."""
    wall = session.exec(select(IdeasWall).where(IdeasWall.slug == slug)).first()
    if wall is None or wall.opened_at is None:
        raise NotFound(NO_WALL)
    return wall


def list_open_walls(session: Session) -> Sequence[IdeasWall]:
    """The walls that are open, by address."""
    return session.exec(
        select(IdeasWall).where(col(IdeasWall.opened_at).is_not(None)).order_by(col(IdeasWall.slug))
    ).all()


def get_shown(session: Session, proposal_id: UUID) -> tuple[Proposal, IdeasWall]:
    """A proposal that stands on an open wall, or NotFound."""
    found = session.get(Proposal, proposal_id)
    wall = find_wall(session, found.consortium_id) if found and found.shown_on else None
    if found is None or wall is None or wall.opened_at is None:
        raise NotFound(NO_PROPOSAL)
    return found, wall


def get_own_proposal(session: Session, actor: Actor, proposal_id: UUID) -> Proposal:
    """A proposal of the actor's consortium, or NotFound."""
    found = session.get(Proposal, proposal_id)
    if found is None or found.consortium_id != actor.consortium_id:
        raise NotFound(NO_PROPOSAL)
    return found


def list_proposals(session: Session, consortium_id: UUID) -> Sequence[Proposal]:
    """The proposals of a consortium, the newest first."""
    wanted = select(Proposal).where(Proposal.consortium_id == consortium_id)
    return session.exec(wanted.order_by(col(Proposal.number).desc())).all()


def list_shown(session: Session, consortium_id: UUID) -> Sequence[Proposal]:
    """The proposals on the wall, the newest first."""
    wanted = select(Proposal).where(Proposal.consortium_id == consortium_id, col(Proposal.shown_on).is_not(None))
    return session.exec(wanted.order_by(col(Proposal.number).desc())).all()


def list_queue(session: Session, consortium_id: UUID, state: str, *, start: int, most: int) -> Sequence[Proposal]:
    """Some of the proposals in a state: those that wait in the order in which they came, the decided newest first."""
    wanted = select(Proposal).where(Proposal.consortium_id == consortium_id, Proposal.state == state)
    order = col(Proposal.number) if state in OPEN else col(Proposal.number).desc()
    return session.exec(wanted.order_by(order).offset(start).limit(most)).all()


def search_shown(session: Session, consortium_id: UUID, *, words: str, state: str) -> list[UUID]:
    """Which proposals on the wall are in a state (empty for any) and have each of some words, the newest first."""
    wanted = (
        select(Proposal.id, Proposal.title, Proposal.summary)
        .where(Proposal.consortium_id == consortium_id, col(Proposal.shown_on).is_not(None))
        .order_by(col(Proposal.number).desc())
    )
    if state:
        wanted = wanted.where(Proposal.state == state)
    return [
        key for key, title, summary in session.exec(wanted).all() if not words or has_words(f"{title} {summary}", words)
    ]


def list_by_id(session: Session, keys: Sequence[UUID]) -> list[Proposal]:
    """These proposals, in the order asked."""
    found = {one.id: one for one in session.exec(select(Proposal).where(col(Proposal.id).in_(keys))).all()}
    return [found[key] for key in keys]


def find_next_waiting(session: Session, consortium_id: UUID) -> Proposal | None:
    """The proposal that waits longest to be read, if one waits."""
    wanted = select(Proposal).where(Proposal.consortium_id == consortium_id, Proposal.state == State.WAITING)
    return session.exec(wanted.order_by(col(Proposal.number)).limit(1)).first()


def count_states(session: Session, consortium_id: UUID, *, on_the_wall: bool = False) -> dict[str, int]:
    """How many proposals of a consortium, or of its wall, are in each state."""
    wanted = select(Proposal.state, func.count()).where(Proposal.consortium_id == consortium_id)
    if on_the_wall:
        wanted = wanted.where(col(Proposal.shown_on).is_not(None))
    counted = session.exec(wanted.group_by(col(Proposal.state))).all()
    return {state.value: 0 for state in State} | dict(counted)


def list_proposals_of(session: Session, initiative_id: UUID) -> Sequence[Proposal]:
    """The proposals that went into an initiative, also those put together with one that did; the first first."""
    direct = select(Proposal.id).where(Proposal.initiative_id == initiative_id)
    wanted = select(Proposal).where(
        (col(Proposal.initiative_id) == initiative_id) | col(Proposal.merged_into_id).in_(direct)
    )
    return session.exec(wanted.order_by(col(Proposal.number))).all()


def list_merged(session: Session, proposal_id: UUID) -> Sequence[Proposal]:
    """The proposals put together with this one, the first first."""
    wanted = select(Proposal).where(Proposal.merged_into_id == proposal_id)
    return session.exec(wanted.order_by(col(Proposal.number))).all()


def list_outcomes(session: Session, consortium_id: UUID) -> Sequence[Outcome]:
    """What was said and what became of it: of all proposals on the wall that are decided, the newest first.

    One that was put together with another shares that one's initiative.
    """
    shown = [proposal for proposal in list_shown(session, consortium_id) if proposal.state not in OPEN]
    keys = {one.merged_into_id for one in shown if one.merged_into_id}
    targets = {target.id: target for target in list_by_id(session, [*keys])}
    initiatives = {
        one.id: one.initiative_id or (targets[one.merged_into_id].initiative_id if one.merged_into_id else None)
        for one in shown
    }
    titles = titles_of(session, [key for key in initiatives.values() if key])
    return [Outcome(one, titles.get(key, {}) if (key := initiatives[one.id]) else {}) for one in shown]


def titles_of(session: Session, initiative_ids: Collection[UUID]) -> dict[UUID, Words]:
    """What initiatives are called now."""
    newest = (
        select(InitiativeVersion.initiative_id, func.max(InitiativeVersion.number).label("number"))
        .where(col(InitiativeVersion.initiative_id).in_(initiative_ids))
        .group_by(col(InitiativeVersion.initiative_id))
        .subquery()
    )
    wanted = select(InitiativeVersion).join(
        newest,
        (newest.c.initiative_id == InitiativeVersion.initiative_id) & (newest.c.number == InitiativeVersion.number),
    )
    return {version.initiative_id: version.title for version in session.exec(wanted).all()}


def count_voices(session: Session, proposal_ids: Collection[UUID]) -> dict[UUID, Voices]:
    """How many support and oppose each of these proposals."""
    counted = session.exec(
        select(Stance.proposal_id, Stance.is_for, func.count())
        .where(col(Stance.proposal_id).in_(proposal_ids))
        .group_by(col(Stance.proposal_id), col(Stance.is_for))
    ).all()
    found = {(key, is_for): count for key, is_for, count in counted}
    return {key: Voices(found.get((key, True), 0), found.get((key, False), 0)) for key in proposal_ids}


def list_reasons(session: Session, proposal_id: UUID) -> list[tuple[bool, str]]:
    """Why people support or oppose a proposal, in an order that tells nothing of when they came."""
    wanted = select(Stance.is_for, Stance.because).where(Stance.proposal_id == proposal_id, Stance.because != "")
    return sorted(session.exec(wanted).all(), key=lambda row: (not row[0], row[1]))


def support_matrix(session: Session, consortium_id: UUID) -> SupportMatrix:
    """What people think of the proposals on the wall, for groups of opinion; which row is whose is not in it."""
    shown = list_shown(session, consortium_id)
    places = {proposal.id: place for place, proposal in enumerate(shown)}
    wanted = select(Stance).where(col(Stance.proposal_id).in_(places)).order_by(col(Stance.voter))
    rows: dict[str, NDArray[np.float64]] = {}
    for stance in session.exec(wanted).all():
        row = rows.setdefault(stance.voter, np.full(len(shown), np.nan))
        row[places[stance.proposal_id]] = 1 if stance.is_for else -1
    return SupportMatrix(shown, np.array(list(rows.values())).reshape(len(rows), len(shown)))


def find_author(session: Session, proposal_id: UUID) -> ProposalAuthor | None:
    """Whom to tell about a proposal, as long as that is kept."""
    return session.exec(select(ProposalAuthor).where(ProposalAuthor.proposal_id == proposal_id)).first()


def find_unconfirmed(session: Session, token: str) -> UnconfirmedSending | None:
    """What waits for the click in the mail with this token, if it still does."""
    wanted = select(UnconfirmedSending).where(UnconfirmedSending.token_hash == hash_token(token))
    return session.exec(wanted.with_for_update()).first()


def find_asked(session: Session, token: str) -> tuple[Proposal, ProposalAuthor] | None:
    """The proposal whose author was mailed this token with a question, while the question is open."""
    wanted = select(ProposalAuthor).where(ProposalAuthor.answer_token_hash == hash_token(token))
    author = session.exec(wanted.with_for_update()).first()
    proposal = session.get(Proposal, author.proposal_id) if author else None
    if author is None or proposal is None or proposal.state != State.ASKED_BACK:
        return None
    return proposal, author
