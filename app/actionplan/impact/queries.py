"""Reads of result chains, of what changed beside them, and of what people said."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session, and_, col, func, select

from app.actionplan.impact.models import ContributionStatement, ResultChain, ResultChainVersion
from app.actionplan.impact.rules import Association, NoChange, associate
from app.core.errors import NotFound
from app.indicators.profiles.queries import Mark, Values, marks_of, read_values
from app.people.rules import Actor
from app.programmes.queries import Entry, list_programmes

NO_CHAIN = "There is no such result chain."


class Chain(NamedTuple):
    """A chain with the version that counts, its programme, and what changed or why that is not known."""

    chain: ResultChain
    version: ResultChainVersion
    entry: Entry
    change: Association | NoChange
    marks: Mapping[tuple[str, int], Mark]


class Chains(NamedTuple):
    """All chains of a consortium, by programme, with the catalogues that they join."""

    chains: list[Chain]
    programmes: list[Entry]
    values: Values

    @property
    def without(self) -> list[Entry]:
        """The programmes of which nobody has said what they lead to."""
        known = {one.chain.programme_id for one in self.chains}
        return [one for one in self.programmes if one.programme.id not in known]


def read_chains(session: Session, actor: Actor) -> Chains:
    """All chains of the consortium, by the codes of their programmes."""
    programmes, values = list_programmes(session, actor), read_values(session, actor)
    entries = {one.programme.id: one for one in programmes}
    wanted = (
        select(ResultChain, ResultChainVersion)
        .join(
            ResultChainVersion,
            and_(
                col(ResultChainVersion.chain_id) == col(ResultChain.id),
                col(ResultChainVersion.number) == col(ResultChain.revision),
            ),
        )
        .where(ResultChain.consortium_id == actor.consortium_id)
    )
    rows = session.exec(wanted).all()
    places = {entries[chain.programme_id].partner.code for chain, version in rows if version.indicator}
    marks = {place: marks_of(session, actor, place) for place in places}
    found = [
        Chain(
            chain,
            version,
            entry := entries[chain.programme_id],
            _change(values, entry, version),
            marks.get(entry.partner.code, {}),
        )
        for chain, version in rows
    ]
    found.sort(key=lambda one: (one.entry.programme.code, one.chain.number))
    return Chains(found, programmes, values)


def _change(values: Values, entry: Entry, version: ResultChainVersion) -> Association | NoChange:
    region = entry.partner.code
    return associate(values.series, version.indicator, region, version.begun_year, values.partners)


def get_chain(session: Session, actor: Actor, chain_id: UUID) -> tuple[Chain, Chains]:
    """A chain of the actor's consortium, and all of them. Raises NotFound."""
    chains = read_chains(session, actor)
    found = next((one for one in chains.chains if one.chain.id == chain_id), None)
    if found is None:
        raise NotFound(NO_CHAIN)
    return found, chains


def get_own_chain(session: Session, actor: Actor, chain_id: UUID) -> ResultChain:
    """A chain of the actor's consortium alone. Raises NotFound."""
    found = session.get(ResultChain, chain_id)
    if found is None or found.consortium_id != actor.consortium_id:
        raise NotFound(NO_CHAIN)
    return found


def list_chain_versions(session: Session, chain_id: UUID) -> Sequence[ResultChainVersion]:
    """The versions of a chain, the newest first."""
    wanted = select(ResultChainVersion).where(ResultChainVersion.chain_id == chain_id)
    return session.exec(wanted.order_by(col(ResultChainVersion.number).desc())).all()


def list_statements(session: Session, chain_ids: Sequence[UUID]) -> Sequence[ContributionStatement]:
    """What people said about chains, in the order they said it."""
    wanted = select(ContributionStatement).where(col(ContributionStatement.chain_id).in_(chain_ids))
    return session.exec(wanted.order_by(col(ContributionStatement.number))).all()


def get_statement(session: Session, actor: Actor, chain_id: UUID, statement_id: UUID) -> ContributionStatement:
    """A statement about a chain of the actor's consortium. Raises NotFound."""
    found = session.get(ContributionStatement, statement_id)
    if found is None or found.consortium_id != actor.consortium_id or found.chain_id != chain_id:
        raise NotFound("There is no such statement.")
    return found


def next_number(session: Session, programme_id: UUID) -> int:
    """The number of the next chain of a programme."""
    wanted = select(func.max(ResultChain.number)).where(ResultChain.programme_id == programme_id)
    return (session.exec(wanted).one() or 0) + 1
