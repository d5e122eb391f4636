"""Programmes for programs."""

import re
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Header

from app.auth.guard import permitted
from app.auth.permissions import require
from app.core.errors import Unconditional
from app.people.queries import get_own_organisation
from app.people.rules import Actor
from app.programmes.queries import Entry, facts_of, get_programme, label_of, list_partners, list_programmes
from app.programmes.rated.pages import rating_out
from app.programmes.rated.queries import NOT_ASKED, Rating, ratings
from app.programmes.rules import Span, Unknown, cost_per_participant, satisfaction_interval, use_of
from app.programmes.schemas import ContentIn, ProgrammeIn, ProgrammeOut, VersionIn
from app.programmes.service import change_programme, content_of, create_programme
from app.web.deps import SessionDep
from app.web.json import StrictRoute
from app.web.security import OwnCall

router = APIRouter(tags=["programmes"], route_class=StrictRoute)

ReaderDep = Annotated[Actor, permitted("programme.read")]
ChangerDep = Annotated[Actor, permitted("programme.change")]
ETAG = re.compile(r'^"(\d{1,9})"$')


def find_own(session: SessionDep, actor: ChangerDep, programme: str) -> None:
    """Refuse what is not theirs to change before anything is said about what was sent. Raises NotFound, NotAllowed."""
    require(actor, "programme.change", get_programme(session, actor, programme).programme)


@router.get("/programmes")
def read_programmes(session: SessionDep, actor: ReaderDep) -> list[ProgrammeOut]:
    """The catalogue, by code."""
    found = ratings(session, actor)
    return [_out(one, found) for one in list_programmes(session, actor)]


@router.post("/programmes", status_code=201, dependencies=[OwnCall])
def add_programme(session: SessionDep, actor: ChangerDep, given: ProgrammeIn) -> ProgrammeOut:
    """Add a programme of a partner, named by its code or name; the same a second time is the same programme."""
    partners = {label_of(one): one for one in list_partners(session, actor)}
    partner = partners.get(given.partner) or get_own_organisation(session, actor, given.partner)
    create_programme(session, actor, partner, given.code, ContentIn(**given.model_dump(exclude={"code", "partner"})))
    return _out(get_programme(session, actor, given.code), ratings(session, actor))


@router.get("/programmes/{programme}")
def read_programme(session: SessionDep, actor: ReaderDep, programme: str) -> ProgrammeOut:
    """One programme."""
    return _out(get_programme(session, actor, programme), ratings(session, actor))


@router.put("/programmes/{programme}", dependencies=[OwnCall, Depends(find_own)])
def give_programme_version(
    session: SessionDep,
    actor: ChangerDep,
    programme: str,
    given: VersionIn,
    if_match: Annotated[str, Header(max_length=200)] = "",
) -> ProgrammeOut:
    """Give a programme a new version; `If-Match` names the version it is made from."""
    if not if_match:
        raise Unconditional("Name the version you changed: send its ETag as If-Match.")
    found = ETAG.match(if_match)
    content = ContentIn(**given.model_dump(exclude={"because"}))
    revision = int(found[1]) if found else -1
    change_programme(session, actor, programme, content, revision=revision, because=given.because)
    return _out(get_programme(session, actor, programme), ratings(session, actor))


def _out(entry: Entry, found: Mapping[str, Rating]) -> ProgrammeOut:
    facts = facts_of(entry)
    use, cost, interval = use_of(facts), cost_per_participant(facts), satisfaction_interval(facts)
    return ProgrammeOut(
        **content_of(entry.version).model_dump(),
        id=entry.programme.id,
        code=entry.programme.code,
        partner=label_of(entry.partner),
        version=entry.version.number,
        use=None if isinstance(use, Unknown) else use,
        use_unknown=_reason(use),
        cost_per_participant=_ends(cost),
        cost_per_participant_unknown=_reason(cost),
        satisfaction_interval=_ends(interval),
        satisfaction_interval_unknown=_reason(interval),
        expectations=rating_out(found.get(entry.programme.code, NOT_ASKED)),
    )


def _ends(value: Span | Unknown) -> tuple[float, float] | None:
    return None if isinstance(value, Unknown) else (value.low, value.high)


def _reason(value: object) -> str | None:
    return value.value if isinstance(value, Unknown) else None
