"""Who may read a shared plan and until when, how votes add up, and how two editions differ. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.people.rules import is_plain_line

LONGEST_SHARE = timedelta(days=90)
USUAL_SHARE = timedelta(days=21)
NAMES_LAST = timedelta(days=365)
"""How long after a link has ended the names beside comments are kept."""
LONGEST_LABEL, LONGEST_NAME = 80, 80
SHORTEST_WORDS, LONGEST_WORDS = 10, 1000
LONGEST_COMMENT, MOST_COMMENTS = 2000, 1000

BAD_DAY = "Choose a day from today on, at most 90 days from now."
BAD_LABEL = "Say in at most 80 characters, on one line, whom the link is for."
BAD_NAME = "A name has at most 80 characters, on one line."
NO_COMMENT = "Write what you think, in at most 2000 characters."
NO_ITEM = "This plan has no such initiative."
NO_ANSWER = "Write the answer, in at most 2000 characters."
NO_VOTE = "Choose how the partner votes."
LONG_WORDS = "Say it in at most 1000 characters."
NEEDS_WORDS = "Say in at least 10 characters how you know how this partner votes."
NO_OUTCOME = "Choose whether the plan is adopted or given up."


class Vote(StrEnum):
    """How a partner votes."""

    YES = "yes"
    NO = "no"
    ABSTAINED = "abstained"


class Outcome(StrEnum):
    """What became of a ballot."""

    ADOPTED = "adopted"
    GIVEN_UP = "given_up"


@dataclass(frozen=True)
class Seat:
    """A partner's place at a ballot: only its people fill it, and those who lead the consortium for it."""

    consortium_id: UUID
    organisation_id: UUID | None


@dataclass(frozen=True)
class Tally:
    """How many partners voted how; `missing` are those of whom there is no vote."""

    yes: int
    no: int
    abstained: int
    missing: int

    @property
    def partners(self) -> int:
        """All partners."""
        return self.yes + self.no + self.abstained + self.missing

    @property
    def has_majority(self) -> bool:
        """Whether more than half of all partners voted yes."""
        return 2 * self.yes > self.partners


def tally_of(votes: Mapping[UUID, str], partners: Iterable[UUID]) -> Tally:
    """How votes add up. Who voted and is on the list no more counts all the same: their vote was asked for.

    >>> one, other = UUID(int=1), UUID(int=2)
    >>> tally_of({one: "yes"}, [one, other])
    Tally(yes=1, no=0, abstained=0, missing=1)
    """
    given = list(votes.values())
    missing = sum(partner not in votes for partner in partners)
    return Tally(given.count(Vote.YES), given.count(Vote.NO), given.count(Vote.ABSTAINED), missing)


def is_readable(expires_on: date, *, is_ended: bool, today: date) -> bool:
    """Whether a link still opens a plan: until the end of its last day, or until somebody ended it.

    >>> is_readable(date(2027, 1, 31), is_ended=False, today=date(2027, 1, 31))
    True
    >>> is_readable(date(2027, 1, 31), is_ended=False, today=date(2027, 2, 1))
    False
    """
    return not is_ended and today <= expires_on


def faults_in_share(label: str, until: date | None, today: date) -> dict[str, str]:
    """What is wrong with a link that is to be made, by the field of its form.

    >>> faults_in_share("The board", date(2027, 1, 1), date(2027, 1, 1))
    {}
    """
    faults: dict[str, str] = {}
    if len(label) > LONGEST_LABEL or not is_plain_line(label):
        faults["label"] = BAD_LABEL
    if until is None or not today <= until <= today + LONGEST_SHARE:
        faults["until"] = BAD_DAY
    return faults


def faults_in_comment(text: str, name: str) -> dict[str, str]:
    """What is wrong with a comment, by the field of its form.

    >>> faults_in_comment("Start with the test beds.", "")
    {}
    """
    faults: dict[str, str] = {}
    if not 0 < len(text) <= LONGEST_COMMENT:
        faults["text"] = NO_COMMENT
    if len(name) > LONGEST_NAME or not is_plain_line(name):
        faults["name"] = BAD_NAME
    return faults


def faults_in_vote(vote: str, words: str, *, is_for_another: bool) -> dict[str, str]:
    """What is wrong with a vote, by the field of its form; one recorded for another partner says how it is known.

    >>> faults_in_vote("yes", "", is_for_another=False), faults_in_vote("maybe", "", is_for_another=False)
    ({}, {'vote': 'Choose how the partner votes.'})
    """
    faults: dict[str, str] = {}
    if vote not in set(Vote):
        faults["vote"] = NO_VOTE
    if len(words) > LONGEST_WORDS:
        faults["words"] = LONG_WORDS
    elif is_for_another and len(words) < SHORTEST_WORDS:
        faults["words"] = NEEDS_WORDS
    return faults


@dataclass(frozen=True)
class Changed:
    """An initiative that is in both of two plans, otherwise: when it starts and what it costs, before and after."""

    code: str
    start: tuple[tuple[int, int], tuple[int, int]] | None
    cost: tuple[int, int] | None


@dataclass(frozen=True)
class YearChange:
    """A year of which two plans spend or have another sum; None where a plan has no such year."""

    year: int
    spent: tuple[int | None, int | None]
    ceiling: tuple[int | None, int | None]


@dataclass(frozen=True)
class Difference:
    """How two plans differ, and nothing else; initiatives by code, in the order of the later plan. Whole euros."""

    came_in: tuple[str, ...]
    went_out: tuple[str, ...]
    changed: tuple[Changed, ...]
    years: tuple[YearChange, ...]
    planned: tuple[int, int] | None
    budget: tuple[int, int] | None

    @property
    def is_nothing(self) -> bool:
        """Whether the two are the same."""
        return not (self.came_in or self.went_out or self.changed or self.years or self.planned or self.budget)


def difference_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> Difference:
    """How two plans as data differ.

    >>> plan = {"first_year": 2027, "spend_by_year": [5], "ceilings": [6], "planned": 5, "budget": 6, "items": []}
    >>> difference_of(plan, plan).is_nothing
    True
    """
    old, new = _chosen(before), _chosen(after)
    changed: list[Changed] = []
    for code, line in new.items():
        if code in old:
            start = _pair(tuple(old[code]["start"]), tuple(line["start"]))
            cost = _pair(old[code]["cost"], line["cost"])
            if start or cost:
                changed.append(Changed(code, start, cost))
    old_years, new_years = _years(before), _years(after)
    years: list[YearChange] = []
    for year in sorted({*old_years, *new_years}):
        one, other = old_years.get(year, (None, None)), new_years.get(year, (None, None))
        if one != other:
            years.append(YearChange(year, (one[0], other[0]), (one[1], other[1])))
    return Difference(
        came_in=tuple(code for code in new if code not in old),
        went_out=tuple(code for code in old if code not in new),
        changed=tuple(changed),
        years=tuple(years),
        planned=_pair(before["planned"], after["planned"]),
        budget=_pair(before["budget"], after["budget"]),
    )


def _chosen(content: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {line["code"]: line for line in content["items"] if line["is_in"]}


def _years(content: Mapping[str, Any]) -> dict[int, tuple[int, int]]:
    sums = zip(content["spend_by_year"], content["ceilings"], strict=True)
    return {content["first_year"] + place: pair for place, pair in enumerate(sums)}


def _pair(one: Any, other: Any) -> Any:
    return None if one == other else (one, other)
