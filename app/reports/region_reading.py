"""Reading what a report on regions says: the profiles that pages show, of every region that it tells of."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlmodel import Session

from app.core.errors import NotFound
from app.indicators.models import IndicatorVersion, RegionReading
from app.indicators.profiles.pages import profile_view
from app.indicators.profiles.queries import (
    RegionProfile,
    Setting,
    Values,
    marks_of,
    profile_of,
    read_values,
    setting_of,
)
from app.indicators.queries import areas_of, list_readings
from app.people.rules import Actor
from app.reports.building import Pen

MOST_TOLD = 60


class Wanted(NamedTuple):
    """What a report on regions is held against, as its order says."""

    first: int = 0
    last: int = 0
    is_of_all: bool = False
    is_beside_alike: bool = False


def wanted_in(about: Mapping[str, Any]) -> Wanted:
    """What an order that was kept asks for."""
    return Wanted(about["first"], about["last"], about["among"] == "all", about["beside"] == "alike")


@dataclass(frozen=True)
class Told:
    """One region: its profile, and what its page says of each indicator, by code."""

    profile: RegionProfile
    view: Mapping[str, Any]
    readings: Sequence[RegionReading]

    @property
    def name(self) -> str:
        """What the region is called."""
        return self.profile.values.name(self.profile.region)

    @property
    def rows(self) -> list[Mapping[str, Any]]:
        """What the page says of each indicator, in its order."""
        return [row for _, rows in self.view["groups"] for row in rows]


@dataclass(frozen=True)
class RegionsReading:
    """All that a report on regions says."""

    pen: Pen
    values: Values
    setting: Setting
    told: Sequence[Told]
    left_out: int
    areas: Mapping[str, tuple[str, ...]]
    is_illustrative: bool

    @property
    def versions(self) -> Mapping[str, IndicatorVersion]:
        """What each indicator means, by code."""
        return {one.indicator.code: one.version for one in self.values.entries}


def read_regions(session: Session, actor: Actor, language: str, wanted: Wanted) -> RegionsReading:
    """The profiles of the partners' areas or, where none has readings, of all regions. Raises NotFound without any."""
    values = read_values(session, actor)
    if not values.regions:
        raise NotFound("There are no readings yet.")
    setting = setting_of(values, **wanted._asdict())
    regions = [one for one in values.regions if one in values.names] or values.regions
    readings = _readings(session, values, setting)
    told: list[Told] = []
    for region in regions[:MOST_TOLD]:
        found = profile_of(values, region, setting)
        view = profile_view(found, marks_of(session, actor, region), language, with_figure=False)
        told.append(Told(found, view, readings[region]))
    return RegionsReading(
        pen=Pen(language),
        values=values,
        setting=setting,
        told=told,
        left_out=len(regions) - len(told),
        areas=areas_of(session, actor),
        is_illustrative=any(one.status == "illustrative" for of_one in readings.values() for one in of_one),
    )


def _readings(session: Session, values: Values, setting: Setting) -> Mapping[str, list[RegionReading]]:
    """The readings of the years told of, by region."""
    found: defaultdict[str, list[RegionReading]] = defaultdict(list)
    for one in list_readings(session, [entry.indicator.id for entry in values.entries]):
        if one.year in setting.years:
            found[one.region].append(one)
    return found
