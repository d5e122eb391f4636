"""How sure a verdict is and what other people's rules would say, ready for the template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.catalogues import translate
from app.core.words import pick
from app.surveys.authoring.models import SurveyItem

STANDING_WORDS = {
    "agreed": "Surely agreed",
    "not_agreed": "Surely not agreed",
    "cannot_tell": "Too few answers to be sure",
}
RULE_NAMES = {
    "comet_pooled": "COMET 70/15, all together",
    "comet_every_group": "COMET 70/15, in every group",
    "majority_51": "51 % or more high",
    "share_70": "70 % or more high",
    "share_75": "75 % or more high",
    "share_80": "80 % or more high",
    "iqr": "Middle answer high, quartiles close",
    "variation": "Middle answer high, little variation",
    "rand_counts": "RAND/UCLA, by counts",
    "rand_ucla": "RAND/UCLA, by index",
}


@dataclass(frozen=True)
class RuleLine:
    """A published rule by its name, with its source."""

    code: str
    name: str
    source: str


@dataclass(frozen=True)
class Fate:
    """One initiative under every rule, in the order of the rules."""

    title: str
    agreed: tuple[bool, ...]
    count: int
    is_robust: bool


def standing_word(line: Mapping[str, Any], language: str) -> str:
    """Whether the answers are enough to be sure, in words; nothing where there are too few to show at all."""
    standing = line.get("standing")
    return translate(language, STANDING_WORDS[standing]) if standing and not line["suppressed"] else ""


def count_sure(lines: Sequence[Mapping[str, Any]]) -> int | None:
    """On how many of the lines with consensus there are enough answers to be sure of it; None where none says so.

    >>> count_sure([{"verdict": "consensus", "standing": one} for one in ("agreed", "cannot_tell")])
    1
    >>> count_sure([{"verdict": "consensus"}]) is None
    True
    """
    known = [line["standing"] for line in lines if line["verdict"] == "consensus" and line.get("standing")]
    return known.count("agreed") if known else None


def rule_lines(findings: Mapping[str, Any], language: str) -> list[RuleLine]:
    """The rules that a snapshot was compared with."""
    return [
        RuleLine(rule["code"], translate(language, RULE_NAMES[rule["code"]]), rule["source"])
        for rule in findings.get("rules", [])
    ]


def fates(findings: Mapping[str, Any], criterion: str, items: Mapping[str, SurveyItem], language: str) -> list[Fate]:
    """Every initiative that may be shown, the most widely agreed first."""
    rules = [rule["code"] for rule in findings.get("rules", [])]
    found: list[Fate] = []
    for line in findings["items"][criterion]:
        agreed_under = line.get("agreed_under")
        if agreed_under is not None:
            agreed = tuple(code in agreed_under for code in rules)
            title = pick(items[line["initiative"]].title, language)
            found.append(Fate(title, agreed, sum(agreed), len(set(agreed)) == 1))
    return sorted(found, key=lambda fate: -fate.count)
