"""What a profile is made of: all values that count, read at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select as rows_of
from sqlmodel import Session, and_, col, func, select

from app.core.errors import NotFound
from app.indicators.models import Indicator, RegionReading
from app.indicators.profiles.rules import (
    Line,
    Peer,
    Profile,
    line_of,
    make_profile,
    structural_peers,
)
from app.indicators.queries import Entry, list_indicators, list_partners, names_of_regions
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
    """Values by indicator, region and year, with their marks, and what regions are called."""

    entries: list[Entry]
    series: dict[str, dict[str, dict[int, float]]]
    marks: dict[tuple[str, str, int], Mark]
    names: dict[str, str]
    partners: list[str]

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
    entries = list_indicators(session, actor)
    codes = {one.indicator.id: one.indicator.code for one in entries}
    key, own = RegionReading, col(Indicator.consortium_id) == actor.consortium_id
    newest = (
        select(key.indicator_id, key.region, key.year, func.max(key.number).label("number"))
        .join(Indicator, col(Indicator.id) == col(key.indicator_id))
        .where(own)
        .group_by(col(key.indicator_id), col(key.region), col(key.year))
        .subquery()
    )
    is_newest = and_(
        col(key.indicator_id) == newest.c.indicator_id,
        col(key.region) == newest.c.region,
        col(key.year) == newest.c.year,
        col(key.number) == newest.c.number,
    )
    wanted = rows_of(
        col(key.indicator_id),
        col(key.region),
        col(key.year),
        col(key.value),
        col(key.status),
        col(key.territory),
        col(key.nuts_code),
    )
    series: dict[str, dict[str, dict[int, float]]] = {code: {} for code in codes.values()}
    marks: dict[tuple[str, str, int], Mark] = {}
    counts: dict[str, list[int]] = {}
    wanted = wanted.join(newest, is_newest).order_by(col(key.region), col(key.year))
    for row in session.connection().execute(wanted):
        indicator, region, year, value, status, territory, nuts_code = row
        code = codes[indicator]
        marks[code, region, year] = Mark(status, territory, nuts_code)
        of_all = counts.setdefault(region, [0, 0])
        of_all[0] += 1
        of_all[1] += territory == Territory.REFERENCE
        if value is not None:
            series[code].setdefault(region, {})[year] = value
    # a network whose values are mostly those of a larger territory is a reference, and competes with nobody
    partners = [
        one.code
        for one in list_partners(session, actor)
        if one.code in counts and 2 * counts[one.code][1] <= counts[one.code][0]
    ]
    return Values(entries, series, marks, names_of_regions(session, actor), sorted(partners))


@dataclass(frozen=True)
class Setting:
    """What a profile is held against: the reference set, its years, and whether only those most alike stand beside."""

    reference: Sequence[str]
    years: Sequence[int]
    is_of_all: bool = False
    is_beside_alike: bool = False


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
    def scored(self) -> int:
        """How many indicators can be scored at all."""
        return sum(bool(scores) for scores in self.profile.scores.values())

    @property
    def covered(self) -> int:
        """How many of them this region has a score on."""
        return sum(line.score is not None for line in self.lines)


def setting_of(
    values: Values, *, first: int = 0, last: int = 0, is_of_all: bool = False, is_beside_alike: bool = False
) -> Setting:
    """The setting that was asked for; the newest ten years and the partners when nothing was."""
    years = values.years or [0]
    until = min(max(last or years[-1], years[0]), years[-1])
    begin = min(max(first or until - MOST_YEARS + 1, years[0]), until)
    is_of_all = is_of_all or not values.partners
    reference = values.regions if is_of_all else values.partners
    return Setting(reference, range(begin, until + 1), is_of_all, is_beside_alike)


def profile_of(values: Values, region: str, setting: Setting) -> RegionProfile:
    """The profile of a region. Raises NotFound for a region without a value."""
    if region not in values.regions:
        raise NotFound("There are no values of this region.")
    directions = {one.indicator.code: Direction(one.version.direction) for one in values.entries}
    profile = make_profile(directions, values.series, setting.reference, setting.years)
    structure = [code for code, direction in directions.items() if direction is Direction.CONTEXT]
    alike = structural_peers(profile.newest, structure, region, setting.reference)
    peers = [one.region for one in alike[:MOST_ALIKE]] if setting.is_beside_alike and alike else setting.reference
    beside = [one for one in peers if one != region]
    lines = [
        line_of(profile, code, direction, values.series[code].get(region, {}), region, beside, setting.years)
        for code, direction in directions.items()
    ]
    return RegionProfile(region, values, setting, profile, lines, alike, beside)
