"""What one address sent to the ideas walls, handed out or erased; what was proposed stays, without its author."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, delete, or_, select

from app.actionplan.proposals.models import Proposal, ProposalAuthor, Stance, UnconfirmedSending
from app.actionplan.proposals.rules import author_of, voter_of
from app.people.models import Consortium


def export_sent(session: Session, email: str, person_id: UUID | None, *, secret: str) -> dict[str, Any]:
    """Proposals while their author is kept, what the address supports or opposes, and what it has not confirmed."""
    proposals = session.exec(select(Proposal).where(col(Proposal.id).in_(_own(email, person_id, secret)))).all()
    stances = session.exec(select(Stance).where(_is_voice_of(session, email, secret))).all()
    waiting = session.exec(select(UnconfirmedSending).where(_is_waiting_of(email, secret))).all()
    return {
        "proposals": [
            {
                "number": one.number,
                "title": one.title,
                "summary": one.summary,
                "first_step": one.first_step,
                "name": one.author_name,
                "sent_on": one.created_on.isoformat(),
            }
            for one in proposals
        ],
        "voices": [
            {"proposal": str(one.proposal_id), "supports": one.is_for, "because": one.because} for one in stances
        ],
        "unconfirmed": [one.content for one in waiting],
    }


def erase_sent(session: Session, email: str, person_id: UUID | None, *, secret: str) -> dict[str, int]:
    """Delete whom to tell, the name shown, every voice and what was never confirmed. Says how many of each."""
    proposals = session.exec(select(Proposal).where(col(Proposal.id).in_(_own(email, person_id, secret)))).all()
    for proposal in proposals:
        proposal.author_name = ""
        session.add(proposal)
    session.flush()
    keys = [proposal.id for proposal in proposals]
    session.exec(delete(ProposalAuthor).where(col(ProposalAuthor.proposal_id).in_(keys)))
    voices = session.exec(delete(Stance).where(_is_voice_of(session, email, secret))).rowcount
    unconfirmed = session.exec(delete(UnconfirmedSending).where(_is_waiting_of(email, secret))).rowcount
    return {"proposals_unlinked": len(keys), "voices": voices, "unconfirmed_sendings": unconfirmed}


def _own(email: str, person_id: UUID | None, secret: str) -> Any:
    is_own: ColumnElement[bool] = col(ProposalAuthor.address_hash) == author_of(secret, email)
    if person_id:
        is_own = or_(is_own, col(ProposalAuthor.person_id) == person_id)
    return select(ProposalAuthor.proposal_id).where(is_own)


def _is_voice_of(session: Session, email: str, secret: str) -> ColumnElement[bool]:
    voters = [voter_of(secret, key, email) for key in session.exec(select(Consortium.id)).all()]
    return col(Stance.voter).in_(voters)


def _is_waiting_of(email: str, secret: str) -> ColumnElement[bool]:
    return col(UnconfirmedSending.address_hash) == author_of(secret, email)
