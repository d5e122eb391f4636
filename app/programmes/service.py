"""Acts on programmes: adding them and changing them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from app.auth.permissions import require
from app.core.clock import now
from app.core.codes import IS_A_PAGE, hides_page
from app.core.errors import Conflict, Invalid, Stale
from app.history.service import record
from app.people.models import Organisation
from app.people.queries import hold_consortium
from app.people.rules import Actor
from app.programmes.models import Programme, ProgrammeVersion
from app.programmes.queries import find_programme, get_programme
from app.programmes.schemas import ContentIn

IS_CHANGED = "Somebody changed this programme meanwhile. Look at it anew."
CODE_TAKEN = "There is a programme of this code already."
NO_PARTNER = "Programmes belong to partners of the consortium."


@dataclass(frozen=True)
class Part:
    """What a partner would own, to ask whether somebody may act for it."""

    consortium_id: UUID
    organisation_id: UUID | None


def create_programme(
    session: Session, actor: Actor, partner: Organisation, code: str, given: ContentIn, *, file: str = "", row: int = 0
) -> Programme:
    """Add a programme of a partner; the same a second time is the same programme.

    Raises NotAllowed, Invalid for an organisation that is no partner or a code that hides a page, Conflict for a code
    that is taken.
    """
    require(actor, "programme.change", Part(partner.consortium_id, partner.id))
    if not partner.is_partner:
        raise Invalid(NO_PARTNER, {"partner": NO_PARTNER})
    hold_consortium(session, actor)
    known = find_programme(session, actor, code)
    if known and known.partner.id == partner.id and content_of(known.version) == given:
        return known.programme
    if known:
        raise Conflict(CODE_TAKEN)
    if hides_page(code):
        raise Invalid(IS_A_PAGE, {"code": IS_A_PAGE})
    programme = Programme(consortium_id=actor.consortium_id, organisation_id=partner.id, code=code)
    session.add(programme)
    session.flush()
    _add_version(session, actor, programme, given, because="", file=file, row=row)
    record(session, actor, "programme.added", programme, after={"code": code, "version": 1})
    return programme


def change_programme(
    session: Session,
    actor: Actor,
    code: str,
    given: ContentIn,
    *,
    revision: int,
    because: str = "",
    file: str = "",
    row: int = 0,
) -> Programme:
    """Give a programme a new version; one that says the same changes nothing.

    Raises NotFound, NotAllowed, Stale for another revision.
    """
    found = get_programme(session, actor, code)
    wanted = select(Programme).where(Programme.id == found.programme.id)
    programme = session.exec(wanted.with_for_update().execution_options(populate_existing=True)).one()
    require(actor, "programme.change", programme)
    if programme.revision != revision:
        raise Stale(IS_CHANGED, str(programme.revision))
    if content_of(found.version) == given:
        return programme
    programme.revision += 1
    _add_version(session, actor, programme, given, because=because.strip(), file=file, row=row)
    record(session, actor, "programme.changed", programme, after={"code": code, "version": programme.revision})
    return programme


def content_of(version: ProgrammeVersion) -> ContentIn:
    """What a version says, as the form and files say it."""
    return ContentIn.model_validate(version.model_dump(include=set(ContentIn.model_fields)))


def _add_version(
    session: Session, actor: Actor, programme: Programme, given: ContentIn, *, because: str, file: str, row: int
) -> None:
    content: dict[str, Any] = given.model_dump(mode="json")
    where: dict[str, Any] = {"because": because, "file": file[:200], "row": row}
    version = ProgrammeVersion(
        programme_id=programme.id, number=programme.revision, **content, **where, made_at=now(), made_by_id=actor.id
    )
    session.add(version)
    session.flush()
