"""The words of a survey about indicators: one criterion, the same rule and rounds as for initiatives."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.core.catalogues import translate
from app.core.words import LANGUAGES, Words
from app.surveys.authoring.drafting import recommended

TITLE = "Which indicators belong to our set?"
SECTION = "Rate the indicators"
INTRODUCTION = (
    "Please say of each indicator how far it belongs to the set by which regions are described and targets are set."
)
CRITERION = "Belongs to the set"
QUESTION = "Should this indicator belong to the set?"
LOW, HIGH = "Certainly not", "Certainly"
COMMENT = "Comment on this indicator (optional). Please do not name people."
SET_WORDS = (TITLE, SECTION, INTRODUCTION, CRITERION, QUESTION, LOW, HIGH, COMMENT)
KEPT = ("consent", "about")
SHORTLIST = 7


def survey_parts(count: int) -> dict[str, Any]:
    """What a survey about so many indicators has in place of the recommended parts.

    Everything returns in the second round: a set is agreed once everybody has seen what the others think of all of it.
    """
    template = recommended()
    sections: list[Mapping[str, Any]] = [one for one in template["sections"] if one["id"] in KEPT]
    criterion = {"id": "belongs", "weight_default": 1, "label": _words(CRITERION), "text": _words(QUESTION)}
    rating = {
        "id": "criteria",
        "type": "rating_matrix",
        "scale": {"min": 1, "max": 5},
        "criteria": [criterion | {"low": _words(LOW), "high": _words(HIGH)}],
    }
    comment = {"id": "comment", "type": "long_text", "max_length": 1000, "text": _words(COMMENT)}
    asked: Sequence[Mapping[str, Any]] = [rating, comment]
    texts = {"title": _words(SECTION), "intro": _words(INTRODUCTION)}
    return {
        "sections": [*sections, {"id": "rating", **texts, "repeat_over": "initiatives", "questions": asked}],
        "settings": {"anonymous": False, "items_returning": "all"},
        "rule": template.get("rule", {}) | {"shortlist": min(SHORTLIST, max(count, 1))},
    }


def _words(sentence: str) -> Words:
    return {tag: translate(tag, sentence) for tag in LANGUAGES}
