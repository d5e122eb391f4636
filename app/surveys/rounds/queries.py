"""Reads of rounds and invitations."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import defer
from sqlmodel import Session, col, func, select

from app.core.clock import now
from app.core.errors import NotFound
from app.core.tokens import hash_token
from app.people.rules import Actor
from app.surveys.authoring.models import Survey
from app.surveys.authoring.queries import get_survey
from app.surveys.ideas.rules import IDEA_ROUND
from app.surveys.rounds.models import Invitation, Round

NO_ROUND = "There is no such round."


LIGHT = (defer(col(Round.feedback)), defer(col(Round.outcome)), defer(col(Round.protocol)))  # pyright: ignore[reportArgumentType] -- mapped columns
"""Leaves the long figures of rounds where they are until somebody asks for them."""


def get_round(session: Session, round_id: UUID) -> Round:
    """The round, or NotFound."""
    found = session.get(Round, round_id)
    if found is None:
        raise NotFound(NO_ROUND)
    return found


def get_own_round(session: Session, actor: Actor, round_id: UUID) -> tuple[Round, Survey]:
    """A round of the actor's consortium with its survey, or NotFound: whose a round is follows from its survey."""
    found = get_round(session, round_id)
    survey = get_survey(session, found.survey_id)
    if survey.consortium_id != actor.consortium_id:
        raise NotFound(NO_ROUND)
    return found, survey


def find_open_round(session: Session, survey_id: UUID) -> Round | None:
    """The round that takes answers now, if there is one: not closed, and its time not over."""
    current = find_unclosed_round(session, survey_id)
    return None if current is None or is_over(current) else current


def find_unclosed_round(session: Session, survey_id: UUID) -> Round | None:
    """The round that is not closed yet, even if its time is over, if there is one."""
    wanted = select(Round).where(Round.survey_id == survey_id, col(Round.closed_at).is_(None))
    return session.exec(wanted.options(defer(col(Round.outcome)))).first()  # pyright: ignore[reportArgumentType] -- a mapped column


def is_over(found: Round) -> bool:
    """Whether a round takes no more answers: it is closed, or its time has come by the server's clock."""
    return found.closed_at is not None or (found.closes_at is not None and found.closes_at <= now())


def list_due_rounds(session: Session) -> Sequence[Round]:
    """The rounds whose time is over and that nobody has closed yet."""
    return session.exec(select(Round).where(col(Round.closed_at).is_(None), col(Round.closes_at) <= now())).all()


def find_last_round(session: Session, survey_id: UUID) -> Round | None:
    """The newest round, open or closed."""
    wanted = select(Round).where(Round.survey_id == survey_id)
    return session.exec(wanted.order_by(col(Round.number).desc())).first()


def find_idea_round(session: Session, survey_id: UUID) -> Round | None:
    """The round of ideas, open or closed, if there was one."""
    return session.exec(select(Round).where(Round.survey_id == survey_id, Round.number == IDEA_ROUND)).first()


def asks_ideas_next(session: Session, survey: Survey) -> bool:
    """Whether the round to be opened next asks for ideas."""
    return survey.has_idea_round and find_last_round(session, survey.id) is None


def awaits_ideas(session: Session, survey: Survey) -> bool:
    """Whether a round of ideas is still to be opened, or runs."""
    if not survey.has_idea_round:
        return False
    held = find_idea_round(session, survey.id)
    return held is None or held.closed_at is None


def list_rounds(session: Session, survey_id: UUID) -> Sequence[Round]:
    """The rounds of a survey, the first first."""
    return session.exec(select(Round).where(Round.survey_id == survey_id).order_by(col(Round.number))).all()


def find_round_asking(session: Session, survey_id: UUID, item: str, before: int) -> Round | None:
    """The last round before number `before` that asked about an item, if there is one."""
    wanted = select(Round).where(Round.survey_id == survey_id, Round.number < before).options(*LIGHT)
    for found in session.exec(wanted.order_by(col(Round.number).desc())).all():
        if found.item_codes is None or item in found.item_codes:
            return found
    return None


def find_invitation(session: Session, token: str) -> Invitation | None:
    """The invitation with this token, if there is one."""
    return session.exec(select(Invitation).where(Invitation.token_hash == hash_token(token))).first()


def list_invitations(session: Session, survey_id: UUID) -> Sequence[Invitation]:
    """The invitations of a survey, by address."""
    wanted = select(Invitation).where(Invitation.survey_id == survey_id)
    return session.exec(wanted.order_by(col(Invitation.email))).all()


def count_invitations(session: Session, survey_id: UUID) -> dict[str, int]:
    """How many were invited, by the helix noted with the invitation."""
    rows = session.exec(
        select(Invitation.helix, func.count()).where(Invitation.survey_id == survey_id).group_by(col(Invitation.helix))
    )
    return dict(rows.all())
