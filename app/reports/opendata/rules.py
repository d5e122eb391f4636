"""What of the answers everybody may have: each answer with as much of its group as leaves enough others. Pure.

The only attribute of a person that may stay is the helix. An answer keeps it where results show that helix on this
item; all others are of the unnamed group, which then holds enough too. Nothing says which answers are from one person.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

LEAST = 5
UNNAMED = ""
WHY_CODE = "A code that joins a person's answers makes a fingerprint of them: who knows some finds the rest."
WHY_REGION = (
    "Beside the helix it would single out people who are few in their region; results tell its share of high only."
)
WHY_GROUP = "Results by group are not public."
DROPPED_ALWAYS = (
    ("respondent", WHY_CODE),
    ("region", WHY_REGION),
    ("language", "With the helix it singles people out, and no figure is shown by it."),
    ("attributes", "Answers to questions about the person: no figure is shown by them."),
    ("day", "It would tell who answered together, and when."),
    ("texts", "Words tell who wrote them."),
)


class Answered(NamedTuple):
    """The answers of a group to one item: how many at each point of the scale, and how many could not judge."""

    round: int
    initiative: str
    criterion: str
    group: str
    counts: Sequence[int]
    cannot_judge: int


class Hidden(NamedTuple):
    """Groups that are not named on one item, or an item that is left out as a whole: then `groups` is empty."""

    round: int
    initiative: str
    criterion: str
    groups: Sequence[str]


@dataclass(frozen=True)
class Released:
    """What is released of all rounds, and what is not."""

    k: int
    answers: Sequence[Answered]
    hidden: Sequence[Hidden]
    has_groups: bool = True

    @property
    def dropped(self) -> Sequence[tuple[str, str]]:
        """What is left out everywhere, and why.

        >>> [dict(Released(5, [], [], has_groups).dropped).get("group") for has_groups in (True, False)]
        [None, 'Results by group are not public.']
        """
        return DROPPED_ALWAYS if self.has_groups else (*DROPPED_ALWAYS, ("group", WHY_GROUP))

    @property
    def smallest(self) -> int | None:
        """How many answers the smallest class of item and group holds; None without answers."""
        return min((sum(one.counts) for one in self.answers), default=None)

    @property
    def uniform(self) -> int:
        """In how many classes all said the same: there the group tells the answer, as it does in results."""
        return sum(max(one.counts) == sum(one.counts) for one in self.answers)


def release(rounds: Sequence[Mapping[str, Any]], minimum: int, *, has_groups: bool = True) -> Released:
    """What may be released of the findings of rounds; `minimum` is the survey's smallest group shown.

    `has_groups` says whether what is public is told by group; without, no answer keeps its group.
    """
    k = max(minimum, LEAST)
    answers: list[Answered] = []
    hidden: list[Hidden] = []
    for findings in rounds:
        for criterion in findings["criteria"]:
            for line in findings["items"][criterion]:
                # what a round did not ask about stands in the round that did
                if line.get("round", findings["round"]) != findings["round"]:
                    continue
                place = (findings["round"], line["initiative"], criterion)
                groups = [] if line["suppressed"] or line["n"] < k else list(_groups(line, k, has_groups=has_groups))
                answers += [Answered(*place, *group) for group in groups]
                named = {group[0] for group in groups}
                unnamed = [name for name in findings["helices"] if name not in named] if has_groups else []
                if unnamed or not groups:
                    hidden.append(Hidden(*place, unnamed if groups else []))
    return Released(k, answers, hidden, has_groups)


def _groups(line: Mapping[str, Any], k: int, *, has_groups: bool) -> Iterator[tuple[str, Sequence[int], int]]:
    """The groups of an item to release: the named ones, and all others together."""
    cells = {name: cell for name, cell in line["by_helix"].items() if has_groups and not cell["suppressed"]}
    named = to_name({name: cell["n"] for name, cell in cells.items()}, line["n"], len(line["by_helix"]), k)
    rest, unsure = list(line["counts"]), line["cannot_judge"]
    for name in named:
        own = cells[name]
        yield name, own["counts"], own["cannot_judge"]
        rest = [count - taken for count, taken in zip(rest, own["counts"], strict=True)]
        unsure -= own["cannot_judge"]
    if sum(rest) or unsure:
        yield UNNAMED, rest, unsure


def to_name(sizes: Mapping[str, int], whole: int, groups: int, k: int) -> list[str]:
    """Which groups to name, of those that results show, so that each holds `k` and all others together do too.

    >>> to_name({"academia": 14, "industry": 9}, 29, 4, 5), to_name({"academia": 14, "industry": 9}, 26, 4, 5)
    (['academia', 'industry'], ['academia'])
    >>> to_name({"academia": 14, "industry": 9}, 23, 2, 5), to_name({"academia": 14, "industry": 4}, 18, 2, 5)
    (['academia', 'industry'], [])
    """
    named = sorted((name for name, size in sizes.items() if size >= k), key=lambda name: (-sizes[name], name))
    while named and len(named) < groups:
        rest = whole - sum(sizes[name] for name in named)
        if rest >= k and groups - len(named) > 1:
            break
        named.pop()
    return [name for name in sizes if name in named]
