"""Reads of indicators and of what was read of regions."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session, and_, col, func, select

from app.core.errors import NotFound
from app.indicators.models import Indicator, IndicatorStand, IndicatorVersion, RegionReading
from app.people.models import Organisation
from app.people.queries import list_organisations
from app.people.rules import Actor


class Entry(NamedTuple):
    """An indicator of the catalogue with the version that counts."""

    indicator: Indicator
    version: IndicatorVersion


def list_indicators(session: Session, actor: Actor) -> list[Entry]:
    """The catalogue, by code."""
    wanted = (
        select(Indicator, IndicatorVersion)
        .join(
            IndicatorVersion,
            and_(
                col(IndicatorVersion.indicator_id) == col(Indicator.id),
                col(IndicatorVersion.number) == col(Indicator.revision),
            ),
        )
        .where(Indicator.consortium_id == actor.consortium_id)
        .order_by(col(Indicator.code))
    )
    return [Entry(indicator, version) for indicator, version in session.exec(wanted).all()]


def get_indicator(session: Session, actor: Actor, code: str) -> Entry:
    """The indicator of that code. Raises NotFound."""
    found = next((one for one in list_indicators(session, actor) if one.indicator.code == code), None)
    if found is None:
        raise NotFound("There is no such indicator.")
    return found


def list_versions(session: Session, indicator_id: UUID) -> Sequence[IndicatorVersion]:
    """The versions of an indicator, the newest first."""
    wanted = select(IndicatorVersion).where(IndicatorVersion.indicator_id == indicator_id)
    return session.exec(wanted.order_by(col(IndicatorVersion.number).desc())).all()


def list_partners(session: Session, actor: Actor) -> list[Organisation]:
    """The partners, whose agreement is asked for."""
    return [one for one in list_organisations(session, actor) if one.is_partner]


def stands_on(session: Session, versions: Sequence[UUID]) -> dict[UUID, dict[UUID, IndicatorStand]]:
    """What partners think of versions: by version and partner, the newest each."""
    wanted = select(IndicatorStand).where(col(IndicatorStand.version_id).in_(versions))
    found: dict[UUID, dict[UUID, IndicatorStand]] = {key: {} for key in versions}
    for one in session.exec(wanted.order_by(col(IndicatorStand.number))).all():
        found[one.version_id][one.organisation_id] = one
    return found


def list_readings(session: Session, keys: Sequence[UUID]) -> Sequence[RegionReading]:
    """The readings that count of these indicators, by region and year."""
    newest = (
        select(
            RegionReading.indicator_id,
            RegionReading.region,
            RegionReading.year,
            func.max(RegionReading.number).label("number"),
        )
        .where(col(RegionReading.indicator_id).in_(keys))
        .group_by(col(RegionReading.indicator_id), col(RegionReading.region), col(RegionReading.year))
        .subquery()
    )
    wanted = (
        select(RegionReading)
        .join(
            newest,
            and_(
                col(RegionReading.indicator_id) == newest.c.indicator_id,
                col(RegionReading.region) == newest.c.region,
                col(RegionReading.year) == newest.c.year,
                col(RegionReading.number) == newest.c.number,
            ),
        )
        .order_by(col(RegionReading.region), col(RegionReading.year))
    )
    return session.exec(wanted).all()


def count_readings(session: Session, keys: Sequence[UUID]) -> Mapping[UUID, tuple[int, int, int]]:
    """By indicator: how many regions have readings, from which year, until which."""
    wanted = (
        select(
            RegionReading.indicator_id,
            func.count(func.distinct(RegionReading.region)),
            func.min(RegionReading.year),
            func.max(RegionReading.year),
        )
        .where(col(RegionReading.indicator_id).in_(keys))
        .group_by(col(RegionReading.indicator_id))
    )
    return {key: (regions, first, last) for key, regions, first, last in session.exec(wanted).all()}


def readings_of_regions(
    session: Session, consortium_id: UUID, pairs: Collection[tuple[str, str]]
) -> dict[tuple[str, str], list[RegionReading]]:
    """All readings of these pairs of indicator and region, by their codes; a later number replaces an earlier one."""
    found: dict[tuple[str, str], list[RegionReading]] = {}
    if not pairs:
        return found
    wanted = (
        select(Indicator.code, RegionReading)
        .join(RegionReading, col(RegionReading.indicator_id) == col(Indicator.id))
        .where(Indicator.consortium_id == consortium_id)
        .where(col(Indicator.code).in_({code for code, _ in pairs}))
        .where(col(RegionReading.region).in_({region for _, region in pairs}))
        .order_by(col(RegionReading.year), col(RegionReading.number))
    )
    for code, reading in session.exec(wanted).all():
        found.setdefault((code, reading.region), []).append(reading)
    return found


def areas_of(session: Session, actor: Actor) -> dict[str, tuple[str, ...]]:
    """The NUTS codes of each partner that has a code, the main one first."""
    return {
        one.code: tuple(code for code in (one.region, *one.further_regions) if code)
        for one in list_partners(session, actor)
        if one.code
    }


def names_of_regions(session: Session, actor: Actor) -> dict[str, str]:
    """What the partners' areas are called, by code."""
    return {one.code: one.name for one in list_partners(session, actor) if one.code}
