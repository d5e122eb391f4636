"""What the pages of a followed plan show, ready for the templates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel import Session

from app.actionplan.monitoring.models import GateDecision, Milestone
from app.actionplan.monitoring.queries import Followed, Following, list_owners
from app.actionplan.monitoring.rules import Kind, Level, Light, Mitigation, level_of
from app.actionplan.monitoring.state import (
    IndicatorStanding,
    Read,
    RiskStanding,
    Standing,
    State,
    count_lights,
    heat_of,
)
from app.actionplan.monitoring.words import (
    BY_HAND,
    KIND_WORDS,
    LEVEL_WORDS,
    LIGHT_WORDS,
    MITIGATION_WORDS,
    OUTCOME_WORDS,
    UNJUDGED_WORDS,
    title_of,
)
from app.core.catalogues import translate
from app.core.words import pick
from app.indicators.rules import STATUS_WORDS
from app.people.queries import list_organisations, names_of
from app.people.rules import Actor


@dataclass(frozen=True)
class Names:
    """Names in place of keys, and who of them has left."""

    people: Mapping[UUID | None, str]
    here: frozenset[UUID]
    partners: Mapping[UUID | None, str]
    leads: Mapping[str, str]

    def has_left(self, key: UUID | None) -> bool:
        """Whether somebody has no role or no open account any more."""
        return key is not None and key not in self.here


class Option(NamedTuple):
    """One choice of a list."""

    value: str
    text: str


@dataclass(frozen=True)
class MilestoneRow:
    """A milestone as lists show it; `word` says what its light says, or why it has none."""

    milestone: Milestone
    title: str
    kind: str
    initiative: str
    percent: int
    light: str
    word: str
    days: int
    owner: str
    has_left: bool
    partner: str
    is_outside: bool
    is_own: bool


def names_in(session: Session, actor: Actor, following: Following) -> Names:
    """The names of everybody who did something in a followed plan, and of its partners."""
    keys: set[UUID | None] = set()
    for one in following.milestones:
        keys |= {one.owner_id, one.closed_by_id}
    for group, name in (
        (following.reports, "reported_by_id"),
        (following.decisions, "decided_by_id"),
        (following.readings, "added_by_id"),
        (following.assessments, "assessed_by_id"),
        (following.assessments, "owner_id"),
    ):
        keys |= {getattr(one, name) for rows in group.values() for one in rows}
    here = frozenset(one.id for one in list_owners(session, actor))
    organisations = list_organisations(session, actor)
    partners: dict[UUID | None, str] = {one.id: one.name for one in organisations}
    leads = {one.code: one.name for one in organisations if one.code}
    return Names(names_of(session, keys), here, partners, leads)


def milestone_row(
    standing: Standing, following: Following, names: Names, language: str, *, today: date, reader: UUID | None = None
) -> MilestoneRow:
    """A milestone with names in place of keys."""
    one, plan = standing.milestone, following.plan
    light = standing.light
    gone = "Closed" if one.closed_at else "Stopped"
    return MilestoneRow(
        milestone=one,
        title=title_of(one, language),
        kind=translate(language, KIND_WORDS[Kind(one.kind)]),
        initiative=pick(following.items[one.item_code].item["title"], language),
        percent=standing.percent,
        light=light.value if light else "closed",
        word=translate(language, LIGHT_WORDS[light] if light else gone),
        days=(one.due - today).days,
        owner=names.people.get(one.owner_id, ""),
        has_left=names.has_left(one.owner_id),
        partner=names.partners.get(one.organisation_id, ""),
        is_outside=not plan.first_year <= one.due.year < plan.first_year + plan.years,
        is_own=reader is not None and one.owner_id == reader,
    )


def stop_views(
    stops: Iterable[tuple[Followed, GateDecision, list[Followed]]], names: Names, language: str
) -> list[dict[str, Any]]:
    """Initiatives that were stopped, by whom and why, and what needs them."""
    return [
        {
            "title": pick(one.item["title"], language),
            "code": one.code,
            "decision": decided,
            "by": names.people.get(decided.decided_by_id, "–"),
            "needed_by": [(each.code, pick(each.item["title"], language)) for each in needed],
        }
        for one, decided, needed in stops
    ]


def light_counts(standings: Iterable[Standing], language: str) -> list[dict[str, Any]]:
    """How many milestones are under each light, with its word and its share for the bar."""
    found = count_lights(standings)
    whole = sum(found.values()) or 1
    left, counts = 0.0, list[dict[str, Any]]()
    for light, count in found.items():
        width = 100 * count / whole
        word = translate(language, LIGHT_WORDS[light])
        counts.append({"light": light.value, "word": word, "count": count, "left": left, "width": width})
        left += width
    return counts


def item_line(state: State, followed: Followed, names: Names, language: str) -> dict[str, Any]:
    """An initiative in the overview: its lights, what comes next, its worst indicator and its heaviest risk."""
    standings = state.of_item(followed.code)
    coming = [one for one in standings if one.is_counted and one.light is not Light.DONE]
    judged = [one.judged for one in state.indicators(followed.code) if isinstance(one.judged, Light)]
    risks, order = state.risks(followed.code), list(Light)
    worst = min(judged, key=order.index) if judged else None
    return {
        "code": followed.code,
        "title": pick(followed.item["title"], language),
        "lead": names.leads.get(followed.item["lead"], followed.item["lead"]),
        "counts": light_counts(standings, language),
        "is_stopped": followed.code in state.stopped,
        "next": coming[0].milestone if coming else None,
        "next_title": title_of(coming[0].milestone, language) if coming else "",
        "indicator": worst and {"light": worst.value, "word": translate(language, LIGHT_WORDS[worst])},
        "risk": risks and {"level": risks[0].level.value, "word": translate(language, LEVEL_WORDS[risks[0].level])},
        "planned": state.planned_in(state.day.year, [followed.code]),
        "spent": state.spent_in(state.day.year, [followed.code]),
    }


def indicator_view(one: IndicatorStanding, names: Names, language: str) -> dict[str, Any]:
    """An indicator with all its readings, the newest first; those that a later one replaced stay to be read."""
    is_judged = isinstance(one.judged, Light)
    word = LIGHT_WORDS[one.judged] if isinstance(one.judged, Light) else UNJUDGED_WORDS[one.judged]
    counting, every = list(one.by_year.values()), list(one.readings)
    latest_first = sorted(every, key=lambda each: (each.year, each.added_at), reverse=True)
    return {
        "code": one.followed.code,
        "initiative": pick(one.followed.item["title"], language),
        "name": one.indicator,
        "unit": one.unit,
        "region": one.region,
        "baseline": one.target.baseline,
        "baseline_read": one.baseline and _read_view(one.baseline, language),
        "target": one.target.target,
        "by_year": one.target.by_year,
        "newest": one.newest,
        "newest_read": one.newest and _read_view(one.newest, language),
        "expected": one.expected,
        "light": one.judged.value if is_judged else "none",
        "word": translate(language, word),
        "readings": [
            {
                "row": reading,
                "counts": any(reading is each for each in counting),
                "by": names.people.get(reading.added_by_id, "–"),
                "worth": _read_view(reading, language)["worth"],
            }
            for reading in latest_first
        ],
    }


def _read_view(one: Read, language: str) -> dict[str, Any]:
    """A reading with what it is worth: typed by somebody, or as the catalogue says of the value."""
    worth = BY_HAND if one.is_by_hand else STATUS_WORDS[one.status]
    return {"year": one.year, "worth": translate(language, worth), "source": one.source}


def risk_view(one: RiskStanding, following: Following, names: Names, language: str) -> dict[str, Any]:
    """A risk as it stands."""
    return {
        "risk": one.risk,
        "initiative": pick(following.items[one.risk.item_code].item["title"], language),
        "now": one.now,
        "first": one.first,
        "level": one.level.value,
        "word": translate(language, LEVEL_WORDS[one.level]),
        "mitigation": translate(language, MITIGATION_WORDS[Mitigation(one.now.mitigation_state)]),
        "owner": names.people.get(one.now.owner_id, ""),
        "has_left": names.has_left(one.now.owner_id),
        "grown_by": one.grown_by,
    }


def heat_rows(risks: Iterable[RiskStanding], language: str) -> list[dict[str, Any]]:
    """The table of risks: a row for each likelihood, the highest first."""
    rows: list[dict[str, Any]] = []
    for likelihood, cells in zip(range(5, 0, -1), heat_of(risks), strict=True):
        shown = [
            {
                "impact": impact,
                "level": level_of(likelihood, impact).value,
                "word": translate(language, LEVEL_WORDS[Level(level_of(likelihood, impact))]),
                "risks": [one.risk for one in cell],
            }
            for impact, cell in enumerate(cells, start=1)
        ]
        rows.append({"likelihood": likelihood, "cells": shown})
    return rows


def outcome_options(language: str) -> list[Option]:
    """What may be decided at a go/stop point."""
    return [Option(one.value, translate(language, word)) for one, word in OUTCOME_WORDS.items()]


def mitigation_options(language: str) -> list[Option]:
    """How far what is done about a risk may have come."""
    return [Option(one.value, translate(language, word)) for one, word in MITIGATION_WORDS.items()]


def owner_options(session: Session, actor: Actor, kept: UUID | None, names: Names, language: str) -> list[Option]:
    """Who may own something, with whoever does now also when they have left."""
    people = [Option(str(one.id), one.name or one.email) for one in list_owners(session, actor)]
    if names.has_left(kept):
        people.append(Option(str(kept), f"{names.people.get(kept, '–')} ({translate(language, 'has left')})"))
    return [Option("", translate(language, "nobody yet")), *people]


def partner_options(names: Names, language: str) -> list[Option]:
    """The partners and other organisations of the consortium."""
    found = [Option(str(key), name) for key, name in names.partners.items()]
    return [Option("", translate(language, "none")), *found]
