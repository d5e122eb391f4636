"""How complete an initiative is: the lamp, what is missing, and how hard it is to read. Pure."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.actionplan.initiatives.contradictions import LONGEST_SUMMARY, LONGEST_TITLE
from app.core.words import missing_languages

HARD = 60
"""Björnsson's readability index (1968) calls texts above 60 very hard: the language of laws and specialists."""
LONG_WORD = 6
FEWEST_WORDS = 12
"""Of shorter texts the index says nothing."""


class Lamp(StrEnum):
    """Red: cannot be asked about. Amber: can be asked about, and something is missing. Green: complete."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"


LAMP_WORDS = {
    "red": "Cannot be asked about yet",
    "amber": "Something is missing",
    "green": "Complete",
}
WORDS = {
    "title_long": "The title has %(length)s characters, 70 fit (%(language)s)",
    "summary_long": "The summary has %(length)s characters, 220 fit (%(language)s)",
    "summary_missing": "The summary is missing",
    "languages_missing": "Not in every language: %(languages)s",
    "outdated": "A translation is older than the original: %(languages)s",
    "unchecked": "A translation has not been checked: %(languages)s",
    "hard": "Hard to read: shorter sentences and words help",
    "rationale": "It does not say why",
    "lead_partner": "Nobody leads it",
    "helix_groups": "No group of the quadruple helix is named",
    "topic": "It belongs to no topic",
    "cost": "What it costs is missing",
    "cost_by_year_eur": "What it costs in which year is missing",
    "start_year": "When it starts is missing",
    "duration_months": "How long it takes is missing",
    "phases": "It has no phases",
    "expected_outputs": "What comes out of it is missing",
    "indicators": "It moves no indicator",
    "targets": "From which value to which it moves an indicator is missing",
    "risks": "No risk is named",
    "funding_candidates": "No source of funding is named",
}
BLOCKING = frozenset({"title_long", "summary_long", "summary_missing"})


@dataclass(frozen=True)
class Gap:
    """Something that is missing, by its key in WORDS, and what the placeholders of its sentence stand for."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict[str, object])


def gaps_of(
    content: Mapping[str, Any],
    languages: Collection[str],
    marks: Mapping[str, Mapping[str, str]],
    source: str,
) -> list[Gap]:
    """What an initiative lacks, what blocks a survey first.

    `languages` are those the consortium works in, `marks` say of a text (`title`, `summary`) which of its languages are
    `outdated` or a `draft`, `source` is the language it was written in.
    """
    found = [*_of_words(content, languages, marks)]
    score = readability(f"{content['summary'].get(source, '')} {content['rationale']}")
    if score is not None and score > HARD:
        found.append(Gap("hard"))
    found += [Gap(name) for name in ("rationale", "lead_partner", "helix_groups", "topic") if not content[name]]
    if content["budget_max_eur"] is None and content["budget_min_eur"] is None:
        found.append(Gap("cost"))
    plain = ("cost_by_year_eur", "start_year", "duration_months", "phases", "expected_outputs")
    found += [Gap(name) for name in plain if not content[name]]
    aims = content["indicator_targets"]
    if not aims and not content["linked_indicators"]:
        found.append(Gap("indicators"))
    elif any(aim["target"] is None for aim in aims) or not aims:
        found.append(Gap("targets"))
    found += [Gap(name) for name in ("risks", "funding_candidates") if not content[name]]
    return sorted(found, key=lambda gap: gap.key not in BLOCKING)


def lamp_of(gaps: Collection[Gap]) -> Lamp:
    """The lamp for what is missing.

    >>> lamp_of([]), lamp_of([Gap("risks")]), lamp_of([Gap("risks"), Gap("summary_missing")])
    (<Lamp.GREEN: 'green'>, <Lamp.AMBER: 'amber'>, <Lamp.RED: 'red'>)
    """
    if not gaps:
        return Lamp.GREEN
    return Lamp.RED if any(gap.key in BLOCKING for gap in gaps) else Lamp.AMBER


def readability(text: str) -> float | None:
    """Björnsson's index of a text: words per sentence plus the percentage of words with more than six letters.

    Up to 40 easy, 50 as in a newspaper, above 60 very hard; it was made for all languages that write words apart.
    None for a text too short to say.

    >>> readability("We help. " * 10), readability("Too short")
    (2.0, None)
    """
    words = re.findall(r"\w+", text)
    if len(words) < FEWEST_WORDS:
        return None
    sentences = max(1, len(re.findall(r"[.!?:;](?:\s|$)", text)))
    return len(words) / sentences + 100 * sum(len(word) > LONG_WORD for word in words) / len(words)


def _of_words(
    content: Mapping[str, Any], languages: Collection[str], marks: Mapping[str, Mapping[str, str]]
) -> list[Gap]:
    found: list[Gap] = []
    for name, most in (("title", LONGEST_TITLE), ("summary", LONGEST_SUMMARY)):
        long = [(len(text), tag) for tag, text in content[name].items() if len(text) > most]
        found += [Gap(f"{name}_long", {"length": length, "language": tag}) for length, tag in long]
    if not any(content["summary"].values()):
        found.append(Gap("summary_missing"))
    said = [content[name] for name in ("title", "summary") if any(content[name].values())]
    lacking = {tag for words in said for tag in missing_languages(words, list(languages))}
    if lacking:
        found.append(Gap("languages_missing", {"languages": _listed(lacking)}))
    for key, mark in (("outdated", "outdated"), ("unchecked", "draft")):
        tags = {tag for own in marks.values() for tag, kind in own.items() if kind == mark}
        if tags:
            found.append(Gap(key, {"languages": _listed(tags)}))
    return found


def _listed(tags: Collection[str]) -> str:
    return ", ".join(sorted(tags))
