"""Proposals as pages show them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.actionplan.proposals.models import Proposal
from app.actionplan.proposals.queries import Voices, count_voices, list_by_id, titles_of
from app.actionplan.proposals.rules import LONGEST, OPEN, STATE_WORDS, Draft, State, shown_count
from app.actionplan.proposals.similar import Similar
from app.core.catalogues import translate
from app.core.tags import language_name
from app.core.words import Words, pick, picked_language
from app.people.rules import HELIX_WORDS
from app.web.helices import KNOWN, Mark, mark_of


@dataclass(frozen=True)
class Card:
    """A proposal with everything a page says about it; counts are in fives, and None under five."""

    proposal: Proposal
    state: str
    language_name: str
    mark: Mark | None
    support: int | None
    oppose: int | None
    has_voices: bool
    initiative_id: UUID | None
    initiative: Words
    other: Proposal | None
    because: str


def cards_of(session: Session, proposals: Sequence[Proposal], language: str) -> list[Card]:
    """Proposals with their states in words, the voices that may be shown, and what they became."""
    keys = {one.merged_into_id for one in proposals if one.merged_into_id}
    by_key = {target.id: target for target in list_by_id(session, [*keys])}
    targets = {one.id: by_key[one.merged_into_id] for one in proposals if one.merged_into_id}
    voices = count_voices(session, [one.id for one in proposals])
    became = {one.id: (targets.get(one.id) or one).initiative_id for one in proposals}
    titles = titles_of(session, [key for key in became.values() if key])
    return [_card(one, targets.get(one.id), voices[one.id], became[one.id], titles, language) for one in proposals]


def _card(
    proposal: Proposal,
    target: Proposal | None,
    voices: Voices,
    initiative_id: UUID | None,
    titles: Mapping[UUID, Words],
    language: str,
) -> Card:
    return Card(
        proposal=proposal,
        state=translate(language, STATE_WORDS[State(proposal.state)]),
        language_name=language_name(proposal.language),
        mark=mark_of(proposal.helix, 0, translate(language, HELIX_WORDS[proposal.helix]))
        if proposal.helix in KNOWN
        else None,
        support=shown_count(voices.support),
        oppose=shown_count(voices.oppose),
        has_voices=voices.support + voices.oppose > 0,
        initiative_id=initiative_id,
        initiative=titles.get(initiative_id, {}) if initiative_id else {},
        other=target,
        because=target.because if target and target.state == State.DECLINED else proposal.because,
    )


def similar_rows(found: Sequence[Similar], language: str) -> list[dict[str, Any]]:
    """What is like a text, as a page lists it."""
    return [_similar_row(one, language) for one in found]


def _similar_row(similar: Similar, language: str) -> dict[str, Any]:
    if similar.proposal:
        one = similar.proposal
        return {
            "kind": "proposal",
            "id": one.id,
            "code": f"{one.number}",
            "title": one.title,
            "summary": one.summary,
            "language": one.language,
            "state": translate(language, STATE_WORDS[State(one.state)]),
            "is_open": one.state in OPEN,
            "may_join": one.state not in (State.MERGED, State.DECLINED),
        }
    assert similar.initiative
    assert similar.version
    return {
        "kind": "initiative",
        "id": similar.initiative.id,
        "code": similar.initiative.external_id,
        "title": pick(similar.version.title, language),
        "summary": pick(similar.version.summary, language),
        "language": picked_language(similar.version.title, language),
        "state": "",
        "is_open": True,
        "may_join": True,
    }


def hidden_fields(draft: Draft, typed: Mapping[str, str], names: Collection[str]) -> list[tuple[str, str]]:
    """What a page carries along so that nothing typed on another is lost."""
    parts = [(name, getattr(draft, name)) for name in (*LONGEST, "language", "helix")]
    return [*parts, *((name, typed.get(name, "")) for name in names)]
