"""Workshops and interviews to test with."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlmodel import Session

from app.actionplan.evidence.interviewing import add_interview, give_stances
from app.actionplan.evidence.models import Interview, Workshop
from app.actionplan.evidence.reading import InterviewIn, StanceIn, WorkshopIn
from app.actionplan.evidence.rules import Stance
from app.actionplan.evidence.service import add_workshop
from app.people.queries import operator

DAY = date(2026, 3, 4)


def make_workshop(session: Session, *, chosen: Sequence[str] = ("I1", "I2"), **changes: Any) -> Workshop:
    """A workshop of nine people with three dots each."""
    values: dict[str, Any] = {
        "title": "A workshop",
        "held_on": DAY,
        "place": "Sofia",
        "organisation": "",
        "language": "bg",
        "dots_each": 3,
        "participants": {"academia": 0, "industry": 0, "government": 5, "civil": 4},
        "notes": "Only for us",
        "chosen": chosen,
    }
    workshop = add_workshop(session, operator(session), WorkshopIn(**(values | changes)))
    session.commit()
    return workshop


def make_interview(
    session: Session,
    said: dict[str, tuple[Stance, str]],
    *,
    helix: str = "government",
    role: str = "A role",
    name: str = "",
    topic: str = "",
    is_quotable: bool = True,
    embargo_until: date | None = None,
) -> Interview:
    """An interview in which this was said of these initiatives."""
    given = InterviewIn(DAY, "", helix, role, name, topic, is_quotable, embargo_until, list(said))
    interview = add_interview(session, operator(session), given)
    stances = [StanceIn(code, stance, None, words) for code, (stance, words) in said.items()]
    give_stances(session, operator(session), interview, interview.revision, stances)
    session.commit()
    return interview
