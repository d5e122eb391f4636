"""What the pages of decisions show, ready for the template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.actionplan.decisions.document import OUTCOME_WORDS
from app.actionplan.decisions.queries import Decided
from app.actionplan.decisions.rules import Outcome
from app.actionplan.priorities.pages import span
from app.consensus.pages import VERDICT_WORDS
from app.core.catalogues import translate
from app.people.models import Person


@dataclass(frozen=True)
class ItemView:
    """One initiative decided on, and what the evidence said of it."""

    code: str
    title: str
    source_id: UUID | None
    likely_rank: str
    n: int | None
    verdict: str
    verdict_word: str
    gap: int | None


@dataclass(frozen=True)
class DecisionView:
    """One decision on the page."""

    decided: Decided
    outcome: str
    items: list[ItemView]
    weights: list[tuple[str, float]]
    decided_by: str
    parts: list[tuple[str, str, bool]]


def decision_view(
    decided: Decided,
    titles: Mapping[str, str],
    sources: Mapping[str, UUID],
    labels: Mapping[str, str],
    names: Mapping[UUID | None, str],
    language: str,
) -> DecisionView:
    """A decision with names in place of keys."""
    one = decided.decision
    return DecisionView(
        decided=decided,
        outcome=translate(language, OUTCOME_WORDS[Outcome(one.outcome)]),
        items=[_item(code, one.evidence["items"].get(code, {}), titles, sources, language) for code in one.item_codes],
        weights=[(labels.get(code, code), share) for code, share in one.weights.items()],
        decided_by=names.get(one.decided_by_id, "–"),
        parts=[(names.get(part.person_id, "–"), part.interest, part.has_abstained) for part in decided.parts],
    )


def part_rows(people: Sequence[Person], typed: Mapping[str, str], present: UUID | None) -> list[dict[str, Any]]:
    """The fields of who took part, as they were typed; `present` is who did where nothing was, if anybody."""
    return [
        {
            "key": str(person.id),
            "name": person.name or person.email,
            "part": typed.get(f"part.{person.id}", "none" if person.id == present else ""),
            "interest": typed.get(f"interest.{person.id}", ""),
            "abstained": typed.get(f"abstained.{person.id}") == "yes",
        }
        for person in people
    ]


def _item(
    code: str, line: Mapping[str, Any], titles: Mapping[str, str], sources: Mapping[str, UUID], language: str
) -> ItemView:
    verdict = line.get("verdict", "too_few")
    gap = line.get("gap")
    return ItemView(
        code=code,
        title=titles.get(code, code),
        source_id=sources.get(code),
        likely_rank=span(line.get("rank_set")),
        n=line.get("n"),
        verdict=verdict,
        verdict_word=translate(language, VERDICT_WORDS[verdict]),
        gap=None if gap is None else round(100 * gap),
    )
