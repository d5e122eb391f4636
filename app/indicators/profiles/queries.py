"""What a profile is made of: all values that count, read at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select as rows_of
from sqlmodel import Session, col

from app.core.errors import NotFound
from app.indicators.agreed.queries import agreed_codes
from app.indicators.models import Indicator, RegionReading
from app.indicators.profiles.rules import (
    Line,
    Peer,
    Profile,
    line_of,
    make_profile,
    structural_peers,
)
from app.indicators.queries import Entry, areas_of, list_indicators, list_partners, names_of_regions
from app.indicators.rules import Direction, Territory
from app.indicators.territories import name_of_territory
from app.people.rules import Actor

MOST_YEARS = 10
MOST_ALIKE = 3


class Mark(NamedTuple):
    """What is to be said of a value: its status and the territory it was measured in."""

    status: str
    territory: str
    nuts_code: str


@dataclass(frozen=True)
class Values:
    """Values by indicator, region and year, what regions are called, and which indicators all helices agreed to.

    `twins` are the codes under which a partner's own area may stand a second time.
    """

    entries: list[Entry]
    series: dict[str, dict[str, dict[int, float]]]
    names: dict[str, str]
    partners: list[str]
    agreed: frozenset[str]
    twins: frozenset[str] = frozenset()

    @property
    def regions(self) -> list[str]:
        """Every region with a value, by name."""
        found = {region for one in self.series.values() for region in one}
        return sorted(found, key=lambda one: (self.name(one), one))

    @property
    def years(self) -> list[int]:
        """Every year with a value."""
        return sorted({year for one in self.series.values() for series in one.values() for year in series})

    def name(self, region: str) -> str:
        """What a region is called."""
        return self.names.get(region) or name_of_territory(region)


def read_values(session: Session, actor: Actor) -> Values:
    """All readings that count of the consortium's indicators."""
    entries, partners = list_indicators(session, actor), list_partners(session, actor)
    key = RegionReading
    wanted = (
        rows_of(col(Indicator.code), col(key.region), col(key.year), col(key.value), col(key.territory))
        .join(Indicator, col(Indicator.id) == col(key.indicator_id))
        .where(col(Indicator.consortium_id) == actor.consortium_id)
        # a later reading takes the place of an earlier one: far quicker than to look for the newest of each
        .order_by(col(key.number))
    )
    series: dict[str, dict[str, dict[int, float | None]]] = {one.indicator.code: {} for one in entries}
    of_partners: dict[str, dict[tuple[str, int], bool]] = {one.code: {} for one in partners if one.code}
    for code, region, year, value, territory in session.connection().execute(wanted).all():
        series[code].setdefault(region, {})[year] = value
        if region in of_partners:
            of_partners[region][code, year] = territory == Territory.REFERENCE
    # a network whose values are mostly those of a larger territory is a reference, and competes with nobody
    competing = [code for code, found in of_partners.items() if found and 2 * sum(found.values()) <= len(found)]
    known = {code: {region: _known(one) for region, one in found.items()} for code, found in series.items()}
    there = {code: {region: one for region, one in found.items() if one} for code, found in known.items()}
    areas, names = areas_of(session, actor), names_of_regions(session, actor)
    twins = frozenset(code for one in competing for code in areas[one][:1]) - areas.keys()
    return Values(entries, there, names, sorted(competing), agreed_codes(session, actor), twins)


def _known(series: dict[int, float | None]) -> dict[int, float]:
    return {year: value for year, value in series.items() if value is not None}


def marks_of(session: Session, actor: Actor, region: str) -> dict[tuple[str, int], Mark]:
    """What is to be said of the values of a region, by indicator and year."""
    key = RegionReading
    wanted = (
        rows_of(col(Indicator.code), col(key.year), col(key.status), col(key.territory), col(key.nuts_code))
        .join(Indicator, col(Indicator.id) == col(key.indicator_id))
        .where(col(Indicator.consortium_id) == actor.consortium_id, col(key.region) == region)
        .order_by(col(key.number))
    )
    return {(code, year): Mark(*mark) for code, year, *mark in session.connection().execute(wanted).all()}


@dataclass(frozen=True)
class Setting:
    """What a profile is held against: the reference set, its years, and whether only those most alike stand beside.

    `codes` are the indicators it shows; with `is_agreed` those of the set that all helices agreed to.
    """

    reference: Sequence[str]
    years: Sequence[int]
    codes: Sequence[str]
    is_of_all: bool = False
    is_beside_alike: bool = False
    is_agreed: bool = False


@dataclass(frozen=True)
class RegionProfile:
    """The profile of one region with what it rests on."""

    region: str
    values: Values
    setting: Setting
    profile: Profile
    lines: list[Line]
    alike: list[Peer]
    beside: list[str]

    @property
    def entries(self) -> list[Entry]:
        """The indicators it shows."""
        return [one for one in self.values.entries if one.indicator.code in self.setting.codes]

    @property
    def scored(self) -> int:
        """How many indicators can be scored at all."""
        return sum(bool(scores) for scores in self.profile.scores.values())

    @property
    def covered(self) -> int:
        """How many of them this region has a score on."""
        return sum(line.score is not None for line in self.lines)


def setting_of(
    values: Values,
    *,
    first: int = 0,
    last: int = 0,
    is_of_all: bool = False,
    is_beside_alike: bool = False,
    is_whole: bool = False,
) -> Setting:
    """The setting that was asked for.

    When nothing was: the newest ten years, the partners, and the agreed set where there is one.
    """
    years = values.years or [0]
    until = min(max(last or years[-1], years[0]), years[-1])
    begin = min(max(first or until - MOST_YEARS + 1, years[0]), until)
    is_of_all = is_of_all or not values.partners
    # the area of a partner is one region of the reference set, not two
    every = [one for one in values.regions if one not in values.twins]
    reference = every if is_of_all else values.partners
    is_agreed = bool(values.agreed) and not is_whole
    codes = [one.indicator.code for one in values.entries if not is_agreed or one.indicator.code in values.agreed]
    return Setting(reference, range(begin, until + 1), codes, is_of_all, is_beside_alike, is_agreed)


def profile_of(values: Values, region: str, setting: Setting) -> RegionProfile:
    """The profile of a region. Raises NotFound for a region without a value."""
    if region not in values.regions:
        raise NotFound("There are no values of this region.")
    every = {one.indicator.code: Direction(one.version.direction) for one in values.entries}
    # what a region is like is not only what the set says of it
    structure = [code for code, direction in every.items() if direction is Direction.CONTEXT]
    directions = {code: every[code] for code in every if code in setting.codes or code in structure}
    profile = make_profile(directions, values.series, setting.reference, setting.years)
    alike = structural_peers(profile.newest, structure, region, setting.reference)
    peers = [one.region for one in alike[:MOST_ALIKE]] if setting.is_beside_alike and alike else setting.reference
    beside = [one for one in peers if one != region]
    lines = [
        line_of(profile, code, every[code], values.series[code].get(region, {}), region, beside, setting.years)
        for code in setting.codes
    ]
    return RegionProfile(region, values, setting, profile, lines, alike, beside)
