"""What the pages of an initiative show: its parts in words, its lamp, what changed."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlmodel import Session

from app.actionplan.drafting.rules import PARTS
from app.actionplan.initiatives.contradictions import WORDS as PROBLEM_WORDS
from app.actionplan.initiatives.contradictions import Problem
from app.actionplan.initiatives.difference import Piece, words_changed
from app.actionplan.initiatives.models import Initiative, InitiativeVersion
from app.actionplan.initiatives.quality import LAMP_WORDS, gaps_of, lamp_of
from app.actionplan.initiatives.quality import WORDS as GAP_WORDS
from app.actionplan.initiatives.queries import list_initiatives
from app.actionplan.initiatives.schemas import read_content
from app.core.catalogues import translate
from app.core.tags import language_name
from app.core.words import LANGUAGES
from app.people.queries import list_organisations
from app.people.rules import Actor

PART_WORDS = {
    "words": "Title and summary",
    "why": "Why, and conflicts of interest",
    "people": "Who",
    "place": "Where it belongs",
    "costs": "Costs and funding",
    "time": "Time",
    "outcome": "What comes out of it",
    "relations": "What it depends on",
    "risks": "Risks and readiness",
}
FIELD_WORDS = {
    "title": "Title",
    "summary": "Summary",
    "rationale": "Why",
    "conflicts_of_interest": "Conflicts of interest",
    "lead_partner": "Lead",
    "partners": "Partners",
    "helix_groups": "Groups involved",
    "topic": "Topic",
    "pillar": "Pillar",
    "tags": "Keywords",
    "budget_min_eur": "Lowest cost",
    "budget_max_eur": "Highest cost",
    "cost_by_year_eur": "Cost by year",
    "funding_candidates": "Sources of funding",
    "start_year": "Start year",
    "start_quarter": "Start quarter",
    "duration_months": "Months",
    "phases": "Phases",
    "expected_outputs": "Expected outputs",
    "linked_indicators": "Indicators moved",
    "indicator_targets": "Targets",
    "programmes": "Programmes built on",
    "depends_on": "Needs",
    "excludes": "Excludes",
    "before": "Comes before",
    "risks": "Risks",
    "trl_range": "Technology readiness",
}
RELATION_WORDS = {
    "depends_on": "Needs first",
    "excludes": "Excludes",
    "before": "Has to come before",
}
NOTE_WORDS = {
    "imported": "Imported",
    "restored": "Version %(number)s restored",
    "amendment": "Amendment %(number)s",
}


def lamp_view(initiative: Initiative, version: InitiativeVersion, language: str) -> dict[str, Any]:
    """An initiative's lamp in words, with what is missing."""
    gaps = gaps_of(read_content(version.content), LANGUAGES, version.marks, initiative.source_language)
    lamp = lamp_of(gaps)
    return {
        "colour": lamp.value,
        "word": translate(language, LAMP_WORDS[lamp]),
        "gaps": [translate(language, GAP_WORDS[gap.key], **_named(gap.values)) for gap in gaps],
        "done": len(version.title),
    }


def sentences(problems: Mapping[str, Problem], language: str) -> dict[str, str]:
    """Problems in the reader's language, by field."""
    return {name: translate(language, PROBLEM_WORDS[one.key], **one.values) for name, one in problems.items()}


def note_view(version: InitiativeVersion, language: str) -> str:
    """What a version came from, in words; a note in words stays as it is."""
    kind, _, number = version.note.partition(":")
    return translate(language, NOTE_WORDS[kind], number=number) if kind in NOTE_WORDS else version.note


def partner_choices(session: Session, actor: Actor, kept: Sequence[str]) -> list[tuple[str, str]]:
    """The partners as a form offers them: what a sheet calls them, and their names; what a sheet says already stays."""
    known = [(one.code or one.name, one.name) for one in list_organisations(session, actor) if one.is_partner]
    names = {key for pair in known for key in pair}
    # a sheet may say the name where there is a short one
    known = [(name if name in kept else key, name) for key, name in known]
    return known + [(one, one) for one in kept if one and one not in names]


def initiative_choices(session: Session, actor: Actor, own: str, language: str) -> list[tuple[str, str]]:
    """The other initiatives as a form offers them."""
    return [
        (
            initiative.external_id,
            f"{initiative.external_id} {version.title.get(language) or next(iter(version.title.values()))}",
        )
        for initiative, version in list_initiatives(session, actor)
        if initiative.external_id != own
    ]


def changes_view(before: InitiativeVersion, after: InitiativeVersion, language: str) -> list[dict[str, Any]]:
    """What changed from one version to another, field by field, texts in several languages one by one."""
    old, new = read_content(before.content), read_content(after.content)
    found: list[dict[str, Any]] = []
    for name in (name for names in PARTS.values() for name in names):
        if old[name] == new[name]:
            continue
        label = translate(language, FIELD_WORDS[name])
        if name in ("title", "summary"):
            for tag in dict.fromkeys((*old[name], *new[name])):
                pieces = words_changed(old[name].get(tag, ""), new[name].get(tag, ""))
                if any(piece.kind != "same" for piece in pieces):
                    found.append({"label": f"{label} ({language_name(tag)})", "tag": tag, "pieces": pieces})
        else:
            found.append({"label": label, "tag": "", "pieces": words_changed(in_words(old[name]), in_words(new[name]))})
    return found


def in_words(value: Any) -> str:
    """A field's value as a text that can be compared, one line an entry.

    >>> in_words([{"text": "Pilot", "start": "2028-Q1"}]), in_words({"2028": 5}), in_words(None)
    ('Pilot · 2028-Q1', '2028 · 5', '')
    """
    if value is None:
        return ""
    if isinstance(value, dict):
        return "\n".join(_entry_in_words(pair) for pair in cast("dict[str, Any]", value).items())
    entries = cast("list[Any]", value) if isinstance(value, list) else [value]
    return "\n".join(_entry_in_words(entry) for entry in entries)


def _entry_in_words(entry: Any) -> str:
    if isinstance(entry, dict):
        return _entry_in_words(tuple(cast("dict[str, Any]", entry).values()))
    parts = cast("tuple[Any, ...]", entry) if isinstance(entry, tuple) else (entry,)
    return " · ".join(str(part) for part in parts if part not in ("", None))


def theirs_and_yours(
    part: str, theirs: Mapping[str, Any], yours: Mapping[str, Any], source: str, language: str
) -> list[dict[str, Any]]:
    """The fields of a part that differ between what somebody else saved and what was typed, side by side."""
    found: list[dict[str, Any]] = []
    for name in PARTS[part]:
        one, other = theirs[name], yours[name]
        if name in ("title", "summary"):
            one, other = one.get(source, ""), other.get(source, "")
        if one != other:
            pieces: list[Piece] = words_changed(in_words(one), in_words(other))
            found.append(
                {
                    "label": translate(language, FIELD_WORDS[name]),
                    "theirs": in_words(one),
                    "yours": in_words(other),
                    "pieces": pieces,
                }
            )
    return found


def _named(values: Mapping[str, object]) -> dict[str, object]:
    """Tags of languages as names of languages."""
    found = dict(values)
    for key in ("language", "languages"):
        if key in found:
            found[key] = ", ".join(language_name(tag) for tag in str(found[key]).split(", "))
    return found
