"""What may be decided, and what must be said with it. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

SHORTEST_REASON, LONGEST_REASON = 10, 2000
LONGEST_INTEREST = 500
NO_OUTCOME = "Choose what was decided."
NO_ITEMS = "Choose at least one initiative."
UNKNOWN_ITEM = "One of these is not in the survey."
REASON_LENGTH = "Give a reason of 10 to 2000 characters."
NOBODY_TOOK_PART = "Name at least one person who took part."
NOBODY_DECIDED = "Somebody must decide: not everybody can abstain."
INTEREST_LENGTH = "Describe the interest in at most 500 characters."
NO_INTEREST = "Describe the interest, or choose that there is none."


class Outcome(StrEnum):
    """What was decided: of initiatives, or that these weights count."""

    TAKE_UP = "take_up"
    LATER = "later"
    NOT_IN_PLAN = "not_in_plan"
    WEIGHTS = "weights"

    @property
    def is_of_items(self) -> bool:
        """Whether it is about initiatives."""
        return self is not Outcome.WEIGHTS


@dataclass(frozen=True)
class Part:
    """One person's part in a decision: the interest they declared, empty for none, and whether they abstained."""

    person: str
    interest: str = ""
    has_abstained: bool = False
    has_interest: bool = False


def faults_of(
    outcome: str, items: Sequence[str], known: Collection[str], reason: str, parts: Sequence[Part]
) -> dict[str, str]:
    """What is wrong with a decision, by the field of its form.

    >>> faults_of("weights", [], [], "Because they asked for it.", [Part("biel")])
    {}
    >>> faults_of("take_up", [], [], "No", [Part("biel", has_abstained=True)])["items"]
    'Choose at least one initiative.'
    """
    faults: dict[str, str] = {}
    if outcome not in {*Outcome}:
        faults["outcome"] = NO_OUTCOME
    elif Outcome(outcome).is_of_items:
        if not items:
            faults["items"] = NO_ITEMS
        elif not set(items) <= set(known):
            faults["items"] = UNKNOWN_ITEM
    return faults | faults_beside(reason, parts)


def faults_beside(reason: str, parts: Sequence[Part]) -> dict[str, str]:
    """What is wrong with the reason of any decision, and with who took part, by the field of its form.

    >>> faults_beside("Because they asked for it.", [])
    {'parts': 'Name at least one person who took part.'}
    """
    faults: dict[str, str] = {}
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        faults["reason"] = REASON_LENGTH
    if not parts:
        faults["parts"] = NOBODY_TOOK_PART
    elif all(part.has_abstained for part in parts):
        faults["parts"] = NOBODY_DECIDED
    for part in parts:
        if len(part.interest) > LONGEST_INTEREST:
            faults[f"interest.{part.person}"] = INTEREST_LENGTH
        elif part.has_interest and not part.interest:
            faults[f"interest.{part.person}"] = NO_INTEREST
    return faults


def read_parts(typed: Mapping[str, str], people: Sequence[str]) -> list[Part]:
    """Who took part, from the fields of a form: nobody of another consortium, whatever it says.

    >>> read_parts({"part.b": "declared", "interest.b": " A share ", "abstained.b": "yes"}, ["a", "b"])
    [Part(person='b', interest='A share', has_abstained=True, has_interest=True)]
    """
    found: list[Part] = []
    for person in people:
        chosen = typed.get(f"part.{person}", "")
        if chosen not in ("none", "declared"):
            continue
        is_declared = chosen == "declared"
        found.append(
            Part(
                person,
                typed.get(f"interest.{person}", "").strip() if is_declared else "",
                has_abstained=typed.get(f"abstained.{person}") == "yes",
                has_interest=is_declared,
            )
        )
    return found
