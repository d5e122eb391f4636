"""What of shared, voted and adopted plans is about one person: handed out, or taken out."""

from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select, update

from app.actionplan.adoption.models import PlanBallot, PlanComment, PlanEdition, PlanInterest, PlanShare, PlanVote


def export_adoption(session: Session, person_id: UUID) -> dict[str, Any]:
    """The links, answers, votes, interests and decisions of somebody with an account. Readers of links have none."""
    shares = session.exec(select(PlanShare).where(PlanShare.shared_by_id == person_id)).all()
    answers = session.exec(select(PlanComment).where(PlanComment.answered_by_id == person_id)).all()
    votes = session.exec(select(PlanVote).where(PlanVote.given_by_id == person_id)).all()
    interests = session.exec(select(PlanInterest).where(PlanInterest.person_id == person_id)).all()
    ballots = session.exec(select(PlanBallot).where(PlanBallot.closed_by_id == person_id)).all()
    editions = session.exec(select(PlanEdition).where(PlanEdition.adopted_by_id == person_id)).all()
    return {
        "plans_shared": [{"on": one.shared_at.date().isoformat(), "label": one.label} for one in shares],
        "plan_answers": [
            {"on": one.answered_on and one.answered_on.isoformat(), "text": one.answer} for one in answers
        ],
        "plan_votes": [{"on": one.given_at.date().isoformat(), "vote": one.vote, "words": one.words} for one in votes],
        "plan_interests": [
            {"ballot": str(one.ballot_id), "interest": one.interest, "abstained": one.has_abstained}
            for one in interests
        ],
        "ballots_ended": [
            {"ballot": str(one.id), "outcome": one.outcome, "reason": one.decision["reason"]} for one in ballots
        ],
        "plans_adopted": [{"on": one.adopted_at.date().isoformat(), "edition": one.number} for one in editions],
    }


def erase_plan_interests(session: Session, person_id: UUID) -> None:
    """Take out the words in which somebody declared an interest; that there was one stays with the decision.

    Votes and their words are the partner's, reasons and answers the consortium's: they stay under nobody's name.
    """
    own = (col(PlanInterest.person_id) == person_id) & (col(PlanInterest.interest) != "")
    session.exec(update(PlanInterest).where(own).values(interest="–"))
