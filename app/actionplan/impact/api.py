"""Result chains for programs."""

import re
from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header

from app.actionplan.impact.models import ContributionStatement
from app.actionplan.impact.queries import Chain, get_chain, get_own_chain, list_statements, read_chains
from app.actionplan.impact.rules import ASSOCIATION, LINKS, NoChange, weakest
from app.actionplan.impact.schemas import (
    ChainIn,
    ChainOut,
    ChainVersionIn,
    ChangeOut,
    NewChainIn,
    StatementIn,
    StatementOut,
)
from app.actionplan.impact.service import change_chain, content_of, say_contribution, state_chain
from app.auth.guard import permitted
from app.auth.permissions import require
from app.core.errors import Unconditional
from app.people.rules import Actor
from app.programmes.queries import label_of
from app.web.deps import SessionDep
from app.web.json import StrictRoute
from app.web.security import OwnCall

router = APIRouter(prefix="/impact", tags=["impact"], route_class=StrictRoute)

ReaderDep = Annotated[Actor, permitted("impact.read")]
ChangerDep = Annotated[Actor, permitted("impact.change")]
SayerDep = Annotated[Actor, permitted("impact.say")]
ETAG = re.compile(r'^"(\d{1,9})"$')


def find_own_chain(session: SessionDep, actor: ChangerDep, chain_id: UUID) -> None:
    """Refuse what is not theirs to change before anything is said about what was sent. Raises NotFound, NotAllowed."""
    require(actor, "impact.change", get_own_chain(session, actor, chain_id))


def find_chain(session: SessionDep, actor: SayerDep, chain_id: UUID) -> None:
    """Refuse what is not there before anything is said about what was sent. Raises NotFound."""
    get_own_chain(session, actor, chain_id)


@router.get("")
def read_impact(session: SessionDep, actor: ReaderDep) -> list[ChainOut]:
    """All result chains, by programme."""
    found = read_chains(session, actor).chains
    said = list_statements(session, [one.chain.id for one in found])
    return [_out(one, said) for one in found]


@router.post("", status_code=201, dependencies=[OwnCall])
def add_chain(session: SessionDep, actor: ChangerDep, given: NewChainIn) -> ChainOut:
    """State what a programme is meant to lead to; the same a second time is the same chain."""
    content = ChainIn(**given.model_dump(exclude={"programme"}))
    chain = state_chain(session, actor, given.programme, content)
    return read_chain(session, actor, chain.id)


@router.get("/{chain_id}")
def read_chain(session: SessionDep, actor: ReaderDep, chain_id: UUID) -> ChainOut:
    """One result chain."""
    return _out(get_chain(session, actor, chain_id)[0], list_statements(session, [chain_id]))


@router.put("/{chain_id}", dependencies=[OwnCall, Depends(find_own_chain)])
def give_chain_version(
    session: SessionDep,
    actor: ChangerDep,
    chain_id: UUID,
    given: ChainVersionIn,
    if_match: Annotated[str, Header(max_length=200)] = "",
) -> ChainOut:
    """Give a chain a new version; `If-Match` names the version it is made from."""
    if not if_match:
        raise Unconditional("Name the version you changed: send its ETag as If-Match.")
    found = ETAG.match(if_match)
    content = ChainIn(**given.model_dump(exclude={"because"}))
    change_chain(session, actor, chain_id, content, revision=int(found[1]) if found else -1, because=given.because)
    return read_chain(session, actor, chain_id)


@router.post("/{chain_id}/statements", status_code=201, dependencies=[OwnCall, Depends(find_chain)])
def add_statement(session: SessionDep, actor: SayerDep, chain_id: UUID, given: StatementIn) -> StatementOut:
    """Put on record what somebody says a programme contributed; the same words of the same person are said once."""
    return _statement(say_contribution(session, actor, chain_id, given))


def _out(found: Chain, said: Sequence[ContributionStatement]) -> ChainOut:
    content = content_of(found.version)
    return ChainOut(
        **content.model_dump(),
        id=found.chain.id,
        programme=found.entry.programme.code,
        partner=label_of(found.entry.partner),
        number=found.chain.number,
        version=found.version.number,
        weakest_evidence=weakest([getattr(content, f"{link}_evidence") for link in LINKS]),  # pyright: ignore[reportArgumentType] -- levels since it was written
        change=_change(found),
        change_unknown=found.change.value if isinstance(found.change, NoChange) else None,
        statements=[_statement(one) for one in said if one.chain_id == found.chain.id],
    )


def _change(found: Chain) -> ChangeOut | None:
    change = found.change
    if isinstance(change, NoChange):
        return None
    return ChangeOut(
        reading=ASSOCIATION,
        from_year=change.own.first.year,
        from_value=change.own.first.value,
        to_year=change.own.last.year,
        to_value=change.own.last.value,
        difference=change.own.difference,
        peers=dict(change.peers),
        peers_median=change.middle,
        beyond_peers=change.beyond,
        beyond_peers_unknown=NoChange.PEERS.value if change.middle is None else None,
    )


def _statement(one: ContributionStatement) -> StatementOut:
    return StatementOut(
        id=one.id,
        number=one.number,
        words=one.words,
        evidence=one.evidence,  # pyright: ignore[reportArgumentType] -- a level since it was written
        source=one.source,
        said_on=one.said_at.date().isoformat(),
        is_withdrawn=one.withdrawn_at is not None,
    )
