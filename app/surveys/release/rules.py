"""The disclosure list: which parts of results there are to release, and whether they are public on a day. Pure."""

from collections.abc import Collection, Sequence
from datetime import date
from enum import StrEnum

PARTS: dict[str, str] = {
    "verdicts": "Headline and verdicts",
    "shares": "Shares of each initiative",
    "helices": "Shares by group",
    "regions": "Shares by region",
    "change": "Change between rounds",
    "ranks": "Likely ranks",
    "response": "Answers by group",
    "next": "What happens next",
}
"""What can be released, by itself or with others, in the order of the page. What is not listed is shown nowhere."""

LONGEST_REASON, SHORTEST_REASON = 500, 10


class Standing(StrEnum):
    """Where the results of a survey stand for everybody outside the consortium."""

    NOT_YET = "not_yet"
    ANNOUNCED = "announced"
    PUBLIC = "public"


def standing_of(public_from: date | None, *, is_withdrawn: bool, on: date) -> Standing:
    """Where results stand on a day: nothing is public before its day, nor once it was withdrawn.

    >>> day = date(2026, 10, 20)
    >>> [str(standing_of(day, is_withdrawn=False, on=date(2026, 10, number))) for number in (19, 20)]
    ['announced', 'public']
    >>> str(standing_of(None, is_withdrawn=False, on=day)), str(standing_of(day, is_withdrawn=True, on=day))
    ('not_yet', 'not_yet')
    """
    if public_from is None or is_withdrawn:
        return Standing.NOT_YET
    return Standing.PUBLIC if public_from <= on else Standing.ANNOUNCED


def in_order(parts: Collection[str]) -> list[str]:
    """The parts in the order of the page, what is none left out.

    >>> in_order(["ranks", "verdicts", "names"])
    ['verdicts', 'ranks']
    """
    return [part for part in PARTS if part in parts]


def faults_in(
    parts: Sequence[str], rounds: Sequence[int], public_from: date | None, *, closed: Collection[int], on: date
) -> dict[str, str]:
    """What is wrong with a disclosure list, by field: a part and a round are needed, and a day not in the past.

    >>> sorted(faults_in([], [2], None, closed=[1], on=date(2026, 10, 20)))
    ['parts', 'public_from', 'rounds']
    >>> faults_in(["ranks"], [1], date(2026, 10, 20), closed=[1], on=date(2026, 10, 20))
    {}
    """
    errors: dict[str, str] = {}
    if not parts or set(parts) - set(PARTS):
        errors["parts"] = "Choose at least one part."
    if not rounds or set(rounds) - set(closed):
        errors["rounds"] = "Choose at least one closed round."
    if public_from is None or public_from < on:
        errors["public_from"] = "Choose today or a later day."
    return errors


def kept_language(language: str, answered_in: int, minimum: int, own: str) -> str:
    """The language kept beside an address: theirs where enough answered in it to tell nobody, else the survey's own.

    >>> kept_language("bg", 7, 5, "en"), kept_language("bg", 1, 5, "en")
    ('bg', 'en')
    """
    return language if answered_in >= minimum else own
