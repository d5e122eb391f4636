"""Reads of what initiatives say they move, joined with the catalogue of indicators."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from app.actionplan.initiatives.models import Initiative, InitiativeVersion
from app.actionplan.initiatives.queries import list_initiatives
from app.actionplan.initiatives.schemas import read_content
from app.indicators.agreed.queries import agreed_codes
from app.indicators.models import RegionReading
from app.indicators.queries import Entry, list_indicators, names_of_regions, readings_of_regions
from app.people.rules import Actor


@dataclass(frozen=True)
class Aim:
    """What an initiative says of an indicator: `target` as its sheet has it, empty where it is only linked."""

    initiative: Initiative
    version: InitiativeVersion
    target: Mapping[str, Any]


@dataclass
class Moved:
    """The catalogue with the initiatives that move each indicator, and codes that no indicator has."""

    entries: list[Entry]
    agreed: frozenset[str]
    aims: dict[str, list[Aim]] = field(default_factory=dict[str, list[Aim]])

    @property
    def idle(self) -> list[Entry]:
        """The indicators that no initiative moves."""
        return [one for one in self.entries if one.indicator.code not in self.aims]

    @property
    def unknown(self) -> dict[str, list[Aim]]:
        """What sheets name and the catalogue does not have, by the code they use."""
        known = {one.indicator.code for one in self.entries}
        return {code: aims for code, aims in sorted(self.aims.items()) if code not in known}


def read_moved(session: Session, actor: Actor) -> Moved:
    """Every indicator with the initiatives whose newest sheet names it."""
    found = Moved(list_indicators(session, actor), agreed_codes(session, actor))
    for initiative, version in list_initiatives(session, actor):
        content = read_content(version.content)
        for target in content["indicator_targets"]:
            found.aims.setdefault(target["indicator"], []).append(Aim(initiative, version, target))
        targets = {target["indicator"] for target in content["indicator_targets"]}
        for code in content["linked_indicators"]:
            if code not in targets:
                found.aims.setdefault(code, []).append(Aim(initiative, version, {}))
    return found


def read_targets(session: Session, actor: Actor, content: Mapping[str, Any]) -> dict[str, Any]:
    """What the catalogue knows of the indicators that a sheet names.

    `entries` holds them by code, `newest` and `baseline` the readings of a target by indicator and region, `unknown`
    the codes that no indicator has.
    """
    targets: list[Mapping[str, Any]] = content["indicator_targets"]
    named = list(dict.fromkeys([*(one["indicator"] for one in targets), *content["linked_indicators"]]))
    entries = {one.indicator.code: one for one in list_indicators(session, actor) if one.indicator.code in named}
    pairs = {(one["indicator"], one["region"]) for one in targets if one.get("region")}
    read = readings_of_regions(session, actor.consortium_id, pairs)
    return {
        "entries": entries,
        "agreed": agreed_codes(session, actor),
        "newest": {pair: one for pair, readings in read.items() if (one := _newest(readings))},
        "baseline": {
            (aim["indicator"], aim["region"]): one
            for aim in targets
            if aim.get("region") and aim.get("baseline_year")
            for one in [_of_year(read.get((aim["indicator"], aim["region"]), ()), aim["baseline_year"])]
            if one
        },
        "unknown": [code for code in named if code not in entries],
    }


def read_choices(session: Session, actor: Actor) -> dict[str, Any]:
    """What a form suggests: indicators with code, name and unit, the agreed set first, and the partners' regions."""
    agreed = agreed_codes(session, actor)
    entries = sorted(list_indicators(session, actor), key=lambda one: one.indicator.code not in agreed)
    return {
        "indicators": [
            (one.indicator.code, one.version.name, one.version.unit, one.indicator.code in agreed) for one in entries
        ],
        "regions": sorted(names_of_regions(session, actor).items()),
    }


def _counting(readings: Iterable[RegionReading]) -> dict[int, RegionReading]:
    return {one.year: one for one in readings}


def _newest(readings: Iterable[RegionReading]) -> RegionReading | None:
    known = [one for one in _counting(readings).values() if one.value is not None]
    return max(known, key=lambda one: one.year, default=None)


def _of_year(readings: Iterable[RegionReading], year: int) -> RegionReading | None:
    found = _counting(readings).get(year)
    return found if found and found.value is not None else None
