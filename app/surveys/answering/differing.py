"""Where somebody differs from the group: which items, and the box in which to say why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.surveys.answering.models import Answer
from app.surveys.answering.rules import is_above
from app.surveys.authoring.rules import answer_code, why_code


@dataclass(frozen=True)
class Why:
    """The box for the reason of a rating that lies outside the middle half of the group's, between `low` and `high`."""

    code: str
    url: str
    value: str
    rev: int
    low: float
    high: float
    is_outside: bool
    fault: str


def why_box(
    rating: str,
    chosen: int | None,
    said: Mapping[str, Any],
    answers: Mapping[str, Answer],
    typed: Mapping[str, str],
    faults: Mapping[str, str],
    response_url: str,
) -> Why | None:
    """The box for the reason of a rating; None where the group's middle half cannot be told."""
    low, high = said["middle"]
    if low is None or high is None:
        return None
    code = why_code(rating)
    kept = answers.get(code)
    return Why(
        code=code,
        url=f"{response_url}/answers/{code}",
        value=typed.get(code, (kept.text or "") if kept else ""),
        rev=kept.rev if kept else 0,
        low=low,
        high=high,
        is_outside=is_above(chosen, said["middle"]) is not None,
        fault=faults.get(code, ""),
    )


def differs(item: str, criteria: Sequence[str], own: Mapping[str, Answer], told: Mapping[str, Any]) -> bool:
    """Whether a person's rating of an item, by any criterion, lies outside the middle half of the group's."""
    codes = [answer_code(item, criterion) for criterion in criteria]
    return any(
        is_above(own[code].point, told[code]["middle"]) is not None for code in codes if code in own and code in told
    )
