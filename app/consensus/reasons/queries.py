"""Reads of reasons over all closed rounds."""

from dataclasses import dataclass

from sqlmodel import Session

from app.surveys.authoring.models import Survey
from app.surveys.authoring.rules import split_code
from app.surveys.rounds.queries import list_rounds
from app.surveys.rounds.reasons import Given, list_reasons


@dataclass(frozen=True)
class Told:
    """A reason with its round, initiative and criterion."""

    round_number: int
    item: str
    criterion: str
    given: Given


def list_told(session: Session, survey: Survey, *, with_hidden: bool) -> list[Told]:
    """The reasons that may be shown of all closed rounds, the newest round first; hidden ones if wanted."""
    closed = [one for one in list_rounds(session, survey.id) if one.closed_at and not one.is_for_ideas]
    return [
        Told(one.number, *split_code(given.code), given)
        for one in reversed(closed)
        for given in list_reasons(session, survey, one)
        if with_hidden or not given.is_hidden
    ]
