"""The board of a running survey as those see it who look: of very many people it is read once for all of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from app.core.clock import now
from app.surveys.authoring.models import Survey
from app.surveys.rounds.live_board import Board, read_board
from app.surveys.rounds.queries import find_last_round, is_over

VERY_MANY = 10_000
"""Where so many have begun, counting them takes longer than everything else on the page."""
LASTS = timedelta(seconds=15)


@dataclass(frozen=True)
class Look:
    """A board and when it was read, of a round that was open or not."""

    at: datetime
    board: Board
    round_id: UUID | None
    is_open: bool


_looks: dict[UUID, Look] = {}


def look_at(session: Session, survey: Survey) -> Look:
    """The survey's board: as it is, or, where very many have begun, as it was within the last fifteen seconds.

    Whoever acts on it, such as by reminding people, reads it afresh.
    """
    current = find_last_round(session, survey.id)
    round_id, is_open, moment = current and current.id, current is not None and not is_over(current), now()
    known = _looks.get(survey.id)
    if known and (known.round_id, known.is_open) == (round_id, is_open) and abs(moment - known.at) < LASTS:
        return known
    look = Look(moment, read_board(session, survey), round_id, is_open)
    if look.board.begun > VERY_MANY:
        _looks[survey.id] = look
    return look
