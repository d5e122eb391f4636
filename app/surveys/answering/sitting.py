"""How long answering takes, without keeping when anybody began: that moment is in their own browser only.

It stands signed in a cookie that the browser drops after an hour. Whoever sends within it adds one to the count of
their minutes; after a longer break, on another device or without cookies nothing is counted (decision 23).
"""

from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from app.core.clock import now
from app.core.tokens import is_signed, sign
from app.surveys.answering.models import MinutesCount
from app.surveys.rounds.live_rules import LONGEST_SITTING
from app.web.security import drop_cookie, get_cookie, set_cookie

COOKIE, PURPOSE = "innaxe_begun_", "begun"
LONGEST_MINUTE = 12


def note_beginning(request: Request, response: Response, slug: str, round_id: UUID) -> None:
    """Let this browser remember when its owner began this round, for an hour."""
    minute = str(_this_minute())
    signature = sign(request.app.state.settings.secret_key, PURPOSE, f"{round_id}:{minute}")
    set_cookie(request, response, COOKIE + slug, f"{minute}.{signature}", seconds=LONGEST_SITTING * 60)


def minutes_since(request: Request, slug: str, round_id: UUID) -> int | None:
    """The whole minutes since this browser's owner began this round; None when it does not say, or not truly."""
    minute, _, signature = get_cookie(request, COOKIE + slug).partition(".")
    secret = request.app.state.settings.secret_key
    if len(minute) > LONGEST_MINUTE or not is_signed(secret, PURPOSE, f"{round_id}:{minute}", signature):
        return None
    minutes = _this_minute() - int(minute)
    return minutes if 0 <= minutes <= LONGEST_SITTING else None


def forget_beginning(request: Request, response: Response, slug: str) -> None:
    """Take the cookie back: what it was for is counted."""
    drop_cookie(request, response, COOKIE + slug)


def count_sitting(session: Session, round_id: UUID, minutes: int) -> None:
    """Add one to those who took so many minutes in this round."""
    connection = session.connection()
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(
        insert(MinutesCount)
        .values(round_id=round_id, minutes=minutes, count=1)
        .on_conflict_do_update(index_elements=["round_id", "minutes"], set_={"count": col(MinutesCount.count) + 1})
    )


def _this_minute() -> int:
    return int(now().timestamp() // 60)
