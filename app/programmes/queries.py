"""Reads of programmes."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session, and_, col, select

from app.core.errors import NotFound
from app.people.models import Organisation
from app.people.queries import list_organisations
from app.people.rules import Actor
from app.programmes.models import Programme, ProgrammeMapping, ProgrammeVersion
from app.programmes.rules import Facts

NO_PROGRAMME = "There is no such programme."


class Entry(NamedTuple):
    """A programme with the version that counts, and the partner whose it is."""

    programme: Programme
    version: ProgrammeVersion
    partner: Organisation


def list_programmes(session: Session, actor: Actor, code: str = "") -> list[Entry]:
    """The catalogue of the consortium, by code; with a code, that programme alone."""
    wanted = (
        select(Programme, ProgrammeVersion, Organisation)
        .join(
            ProgrammeVersion,
            and_(
                col(ProgrammeVersion.programme_id) == col(Programme.id),
                col(ProgrammeVersion.number) == col(Programme.revision),
            ),
        )
        .join(Organisation, col(Organisation.id) == col(Programme.organisation_id))
        .where(Programme.consortium_id == actor.consortium_id)
    )
    if code:
        wanted = wanted.where(Programme.code == code)
    found = [Entry(*line) for line in session.exec(wanted).all()]
    # not in the database: its order of signs is another on each kind
    return sorted(found, key=lambda one: one.programme.code)


def find_programme(session: Session, actor: Actor, code: str) -> Entry | None:
    """The programme of that code, if there is one."""
    return next(iter(list_programmes(session, actor, code)), None) if code else None


def get_programme(session: Session, actor: Actor, code: str) -> Entry:
    """The programme of that code. Raises NotFound."""
    found = find_programme(session, actor, code)
    if found is None:
        raise NotFound(NO_PROGRAMME)
    return found


def list_versions(session: Session, programme_id: UUID) -> Sequence[ProgrammeVersion]:
    """The versions of a programme, the newest first."""
    wanted = select(ProgrammeVersion).where(ProgrammeVersion.programme_id == programme_id)
    return session.exec(wanted.order_by(col(ProgrammeVersion.number).desc())).all()


def list_partners(session: Session, actor: Actor) -> list[Organisation]:
    """The partners, by name."""
    return [one for one in list_organisations(session, actor) if one.is_partner]


def find_mapping(session: Session, partner_id: UUID) -> ProgrammeMapping | None:
    """How the files of a partner name the fields, if that was kept."""
    wanted = select(ProgrammeMapping).where(ProgrammeMapping.organisation_id == partner_id)
    # as it is now: whoever asks again has waited for another import of the same partner
    return session.exec(wanted.execution_options(populate_existing=True)).first()


def label_of(partner: Organisation) -> str:
    """What a partner is called where there is little room: its code, or its name where it has none."""
    return partner.code or partner.name


def facts_of(one: Entry) -> Facts:
    """A programme as the rules compare it."""
    version = one.version
    return Facts(
        code=one.programme.code,
        partner=label_of(one.partner),
        name=version.name,
        category=version.category,
        target_groups=tuple(version.target_groups),
        delivery_mode=version.delivery_mode,
        participants=version.participants_last_year,
        capacity=version.capacity_per_year,
        years=version.years_running,
        staff=version.staff_fte,
        cost=version.annual_cost_eur,
        cost_high=version.annual_cost_eur_high,
        satisfaction=version.satisfaction_0_10,
        asked=version.satisfaction_asked,
        evidence=version.evidence_level,
        is_open=version.open_to_other_regions,
        transferability=version.transferability_1_5,
    )
