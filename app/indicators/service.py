"""Acts on indicators: defining them, changing them, agreeing with them, and taking readings over from files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlmodel import Session, select

from app.auth.permissions import require
from app.core.clock import now
from app.core.codes import IS_A_PAGE, hides_page
from app.core.errors import Conflict, Invalid, Stale
from app.documents.sheets import Fault, FaultyFile
from app.history.rules import name_of
from app.history.service import record, record_under
from app.indicators.checking import Checked, Choices, Known, Report, check
from app.indicators.models import Indicator, IndicatorStand, IndicatorVersion, RegionReading
from app.indicators.queries import (
    areas_of,
    get_indicator,
    list_indicators,
    list_readings,
    stands_on,
)
from app.indicators.reading import read_observations
from app.indicators.schemas import DefinitionIn
from app.people.models import Organisation
from app.people.queries import hold_consortium
from app.people.rules import Actor

IS_CHANGED = "Somebody changed this indicator meanwhile. Look at it anew."
CODE_TAKEN = "There is an indicator of this code already."
NEEDS_REASON = "Say why: partners are asked about the new version anew."
UNIT_STAYS = "There are values in the old unit. Define another indicator for the new one."
NO_PARTNER = "Only partners agree or do not."
LONGEST_WORDS = 2000


@dataclass(frozen=True)
class Taken:
    """What an import did: its report, and how many readings and indicators it added, changed or left as they were."""

    report: Report
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    indicators: int = 0
    versions: int = 0

    @property
    def is_refused(self) -> bool:
        """Whether nothing was taken over."""
        return bool(self.report.faults)


def create_indicator(
    session: Session, actor: Actor, code: str, given: DefinitionIn, owner: Organisation | None = None
) -> Indicator:
    """Define an indicator.

    Raises Conflict for a code that is taken, unless its definition is the same, Invalid for one that hides a page.
    """
    require(actor, "indicator.import")
    hold_consortium(session, actor)
    known = [one for one in list_indicators(session, actor) if one.indicator.code == code]
    if known and DefinitionIn.model_validate(content_of(known[0].version)) == given:
        return known[0].indicator
    if known:
        raise Conflict(CODE_TAKEN)
    if hides_page(code):
        raise Invalid(IS_A_PAGE, {"code": IS_A_PAGE})
    indicator = Indicator(consortium_id=actor.consortium_id, organisation_id=owner.id if owner else None, code=code)
    session.add(indicator)
    session.flush()
    _add_version(session, actor, indicator, given, "")
    record(session, actor, "indicator.defined", indicator, after={"code": code, "version": 1})
    return indicator


def change_indicator(
    session: Session, actor: Actor, code: str, given: DefinitionIn, *, because: str, revision: int
) -> Indicator:
    """Give an indicator a new version; one that says the same changes nothing.

    Raises NotFound, NotAllowed, Stale for another revision, Invalid without a reason or for another unit once there
    are values.
    """
    found = get_indicator(session, actor, code)
    indicator = _held(session, found.indicator.id)
    require(actor, "indicator.change", indicator)
    if indicator.revision != revision:
        raise Stale(IS_CHANGED, str(indicator.revision))
    if DefinitionIn.model_validate(content_of(found.version)) == given:
        return indicator
    if not because.strip():
        raise Invalid(NEEDS_REASON, {"because": NEEDS_REASON})
    if given.unit != found.version.unit and list_readings(session, [indicator.id]):
        raise Invalid(UNIT_STAYS, {"unit": UNIT_STAYS})
    indicator.revision += 1
    _add_version(session, actor, indicator, given, because.strip())
    record(session, actor, "indicator.changed", indicator, after={"code": code, "version": indicator.revision})
    return indicator


def give_indicator(
    session: Session, actor: Actor, code: str, owner: Organisation | None, *, before: UUID | None
) -> Indicator:
    """Have a partner look after an indicator, or nobody; its definition stays what it is.

    Raises NotFound, NotAllowed, Stale when somebody gave it to another meanwhile than the one `before`.
    """
    found = get_indicator(session, actor, code)
    indicator = _held(session, found.indicator.id)
    require(actor, "indicator.change", indicator)
    key = owner.id if owner else None
    if indicator.organisation_id == key:
        return indicator
    if indicator.organisation_id != before:
        raise Stale(IS_CHANGED, str(indicator.organisation_id or ""))
    indicator.organisation_id = key
    record(session, actor, "indicator.given", indicator, after={"code": code, "partner": owner.name if owner else ""})
    return indicator


def _held(session: Session, indicator_id: UUID) -> Indicator:
    """An indicator as it is now, and nobody else's to change until this is over."""
    wanted = select(Indicator).where(Indicator.id == indicator_id)
    return session.exec(wanted.with_for_update().execution_options(populate_existing=True)).one()


def say_stand(
    session: Session, actor: Actor, code: str, partner: Organisation, *, agrees: bool, words: str, version: int
) -> IndicatorStand:
    """Put on record whether a partner agrees with the version that counts; the same again is the same stand.

    Raises NotFound, NotAllowed for another partner's, Stale when there is a newer version.
    """
    found = get_indicator(session, actor, code)
    if not partner.is_partner:
        raise Invalid(NO_PARTNER, {"partner": NO_PARTNER})
    require(actor, "indicator.agree", _Part(actor.consortium_id, partner.id))
    session.exec(select(Indicator.id).where(Indicator.id == found.indicator.id).with_for_update()).one()
    if found.version.number != version:
        raise Stale(IS_CHANGED, str(found.version.number))
    words = words.replace("\0", "").strip()[:LONGEST_WORDS]
    before = stands_on(session, [found.version.id])[found.version.id].get(partner.id)
    if before and (before.agrees, before.words) == (agrees, words):
        return before
    stand = IndicatorStand(
        version_id=found.version.id,
        organisation_id=partner.id,
        number=before.number + 1 if before else 1,
        agrees=agrees,
        words=words,
        said_at=now(),
        said_by_id=actor.id,
    )
    session.add(stand)
    after = {"code": code, "version": version, "partner": partner.name, "agrees": agrees}
    record(session, actor, "indicator.agreed", found.indicator, after=after)
    return stand


@dataclass(frozen=True)
class _Part:
    consortium_id: UUID
    organisation_id: UUID | None


def import_readings(session: Session, actor: Actor, name: str, data: bytes, choices: Choices) -> Taken:
    """Take a file over when nothing is wrong with it; with a fault nothing of it is, and the report names each.

    Raises NotAllowed, and Invalid for a file that is none that readings are read from.
    """
    require(actor, "indicator.import")
    # before anybody waits for this: a large file takes seconds to read
    try:
        found = read_observations(name, data)
    except FaultyFile as faulty:
        return Taken(Report(name, faults=faulty.faults))
    # so that two imports at once do not give one reading the same number
    hold_consortium(session, actor)
    entries = {one.indicator.code: one for one in list_indicators(session, actor)}
    known = {
        code: Known(one.version.unit, {"indicator_name": one.version.name, "direction": one.version.direction})
        for code, one in entries.items()
    }
    report = check(name, found, known, areas_of(session, actor), choices)
    givens = _givens(report, {code: content_of(one.version) for code, one in entries.items()})
    if report.faults:
        return Taken(report)
    indicators = versions = 0
    for code, given in givens.items():
        if code not in entries:
            create_indicator(session, actor, code, given)
            indicators += 1
        elif DefinitionIn.model_validate(content_of(entries[code].version)) != given:
            change_indicator(session, actor, code, given, because=name, revision=entries[code].indicator.revision)
            versions += 1
    added, changed, unchanged = _keep(session, actor, report)
    counts = {"readings": added, "changed": changed, "indicators": indicators, "versions": versions}
    if any(counts.values()):
        thing = name_of("consortium", actor.consortium_id)
        record_under(session, actor, "readings.imported", thing, after={"file": name[:200], **counts})
    return Taken(report, added, changed, unchanged, indicators, versions)


def content_of(version: IndicatorVersion) -> dict[str, Any]:
    """What a version says, as the form and files say it."""
    return version.model_dump(include=set(DefinitionIn.model_fields))


def _givens(report: Report, known: Mapping[str, Mapping[str, Any]]) -> dict[str, DefinitionIn]:
    """The indicators that a file defines, on top of what is known of them; what cannot be is added to the faults."""
    givens: dict[str, DefinitionIn] = {}
    rows = {one.indicator: one.row for one in reversed(report.readings)}
    for code, said in report.definitions.items():
        named = {("name" if key == "indicator_name" else key): text for key, text in said.items()}
        try:
            givens[code] = DefinitionIn.model_validate({**known.get(code, {}), **named})
        except ValidationError as error:
            for part in error.errors():
                column = {"name": "indicator_name"}.get(str(part["loc"][0]), str(part["loc"][0]))
                report.faults.append(Fault(rows.get(code, 1), column, "is too long, or no such value"))
    return givens


def _add_version(session: Session, actor: Actor, indicator: Indicator, given: DefinitionIn, because: str) -> None:
    session.add(
        IndicatorVersion(
            indicator_id=indicator.id,
            number=indicator.revision,
            **given.model_dump(mode="json"),
            because=because,
            made_at=now(),
            made_by_id=actor.id,
        )
    )
    session.flush()


def _keep(session: Session, actor: Actor, report: Report) -> tuple[int, int, int]:
    entries = {one.indicator.code: one for one in list_indicators(session, actor)}
    used = sorted({one.indicator for one in report.readings})
    before = {
        (one.indicator_id, one.region, one.year): one
        for one in list_readings(session, [entries[code].indicator.id for code in used])
    }
    moment = now()
    added = changed = unchanged = 0
    for one in report.readings:
        entry = entries[one.indicator]
        was = before.get((entry.indicator.id, one.region, one.year))
        said = _said(one, entry.version.source)
        if was and was.model_dump(include=set(said)) == said:
            unchanged += 1
            continue
        added, changed = (added, changed + 1) if was else (added + 1, changed)
        session.add(
            RegionReading(
                indicator_id=entry.indicator.id,
                version=entry.version.number,
                region=one.region,
                year=one.year,
                number=was.number + 1 if was else 1,
                **said,
                file=report.name[:200],
                row=one.row,
                added_at=moment,
                added_by_id=actor.id,
            )
        )
    session.flush()
    return added, changed, unchanged


def _said(one: Checked, usual: str) -> dict[str, Any]:
    return {
        "territory": one.territory.value,
        "nuts_code": one.nuts_code,
        "nuts_edition": one.nuts_edition,
        "value": one.value,
        "status": one.status.value,
        "flags": one.flags,
        "source": one.source or usual,
        "note": one.note,
    }
