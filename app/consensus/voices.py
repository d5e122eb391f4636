"""The strongest reasons on each side of an initiative, in people's own words, as far as they may be shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app.stats.similarity import groups_of
from app.surveys.authoring.models import Survey
from app.surveys.authoring.rules import split_code
from app.surveys.rounds.models import Round
from app.surveys.rounds.queries import list_rounds
from app.surveys.rounds.reasons import MOST_REASONS, Given, list_reasons

MOST_COMPARED = 400
"""Of each side; each is compared with each."""


@dataclass(frozen=True)
class Voice:
    """A reason, how many said much the same (itself included), and the helix where it may be named."""

    text: str
    helix: str
    alike: int


@dataclass(frozen=True)
class Voices:
    """The strongest reasons for and against, and how many there are on each side in all."""

    for_it: Sequence[Voice]
    against: Sequence[Voice]
    count_for: int
    count_against: int


def read_voices(session: Session, survey: Survey, number: int, item: str) -> Voices:
    """The reasons given in a closed round about an item, those most alike first: what several say is the strongest.

    Which reasons may be shown at all was decided when the round closed (decision 21).
    """
    asked = next((found for found in list_rounds(session, survey.id) if found.number == number), None)
    given = _shown(session, survey, asked, item) if asked else []
    sides = [[one for one in given if one.is_for is is_for] for is_for in (True, False)]
    return Voices(strongest(sides[0]), strongest(sides[1]), len(sides[0]), len(sides[1]))


def strongest(given: Sequence[Given]) -> list[Voice]:
    """The reasons that most say, of so many as can be compared while a page waits; which ones chance has drawn."""
    drawn = sorted(given, key=lambda one: one.id)[:MOST_COMPARED] if len(given) > MOST_COMPARED else given
    groups = groups_of([one.text for one in drawn])[:MOST_REASONS]
    return [Voice(drawn[group[0]].text, drawn[group[0]].helix, len(group)) for group in groups]


def _shown(session: Session, survey: Survey, asked: Round, item: str) -> list[Given]:
    reasons = list_reasons(session, survey, asked)
    return [one for one in reasons if split_code(one.code)[0] == item and not one.is_hidden]
