"""Acts on result chains: stating them, changing them, and saying what a programme contributed."""

from uuid import UUID

from sqlmodel import Session, select

from app.actionplan.impact.models import ContributionStatement, ResultChain, ResultChainVersion
from app.actionplan.impact.queries import (
    get_own_chain,
    get_statement,
    list_chain_versions,
    list_statements,
    next_number,
    read_chains,
)
from app.actionplan.impact.schemas import ChainIn, StatementIn
from app.auth.permissions import require
from app.core.clock import now
from app.core.errors import Invalid, Stale
from app.history.service import record
from app.indicators.queries import list_indicators
from app.people.rules import Actor
from app.programmes.models import Programme
from app.programmes.queries import get_programme

CHAIN_CHANGED = "Somebody changed this result chain meanwhile. Look at it anew."
NO_INDICATOR = "There is no indicator of this code in the catalogue."


def state_chain(session: Session, actor: Actor, programme: str, given: ChainIn) -> ResultChain:
    """Say what a programme is meant to lead to; the same a second time is the same chain.

    Raises NotFound, NotAllowed, Invalid for an indicator that is not in the catalogue.
    """
    entry = get_programme(session, actor, programme)
    require(actor, "impact.change", entry.programme)
    _check(session, actor, given)
    session.exec(select(Programme.id).where(Programme.id == entry.programme.id).with_for_update()).one()
    for one in read_chains(session, actor).chains:
        if one.chain.programme_id == entry.programme.id and content_of(one.version) == given:
            return one.chain
    chain = ResultChain(
        consortium_id=actor.consortium_id,
        organisation_id=entry.partner.id,
        programme_id=entry.programme.id,
        number=next_number(session, entry.programme.id),
    )
    session.add(chain)
    session.flush()
    _add_version(session, actor, chain, given, "")
    record(session, actor, "chain.stated", chain, after={"programme": programme, "number": chain.number})
    return chain


def change_chain(
    session: Session, actor: Actor, chain_id: UUID, given: ChainIn, *, revision: int, because: str = ""
) -> ResultChain:
    """Give a chain a new version; one that says the same changes nothing.

    Raises NotFound, NotAllowed, Stale for another revision, Invalid for an indicator that is not in the catalogue.
    """
    require(actor, "impact.change", get_own_chain(session, actor, chain_id))
    wanted = select(ResultChain).where(ResultChain.id == chain_id)
    chain = session.exec(wanted.with_for_update().execution_options(populate_existing=True)).one()
    if chain.revision != revision:
        raise Stale(CHAIN_CHANGED, str(chain.revision))
    if content_of(list_chain_versions(session, chain.id)[0]) == given:
        return chain
    _check(session, actor, given)
    chain.revision += 1
    _add_version(session, actor, chain, given, because.strip())
    record(session, actor, "chain.changed", chain, after={"number": chain.number, "version": chain.revision})
    return chain


def say_contribution(session: Session, actor: Actor, chain_id: UUID, given: StatementIn) -> ContributionStatement:
    """Put on record what somebody says a programme contributed; the same words of the same person are said once.

    Raises NotFound, NotAllowed.
    """
    chain = get_own_chain(session, actor, chain_id)
    require(actor, "impact.say", chain)
    session.exec(select(ResultChain.id).where(ResultChain.id == chain.id).with_for_update()).one()
    before = list_statements(session, [chain.id])
    said = given.model_dump()
    for one in before:
        if one.said_by_id == actor.id and one.model_dump(include=set(said)) == said:
            return one
    statement = ContributionStatement(
        consortium_id=chain.consortium_id,
        organisation_id=chain.organisation_id,
        chain_id=chain.id,
        number=len(before) + 1,
        **said,
        said_at=now(),
        said_by_id=actor.id,
    )
    session.add(statement)
    session.flush()
    record(session, actor, "contribution.said", chain, after={"number": statement.number, "evidence": given.evidence})
    return statement


def take_back(session: Session, actor: Actor, chain_id: UUID, statement_id: UUID) -> ContributionStatement:
    """Take a statement back: its words go, that there was one stays. Raises NotFound, NotAllowed."""
    statement = get_statement(session, actor, chain_id, statement_id)
    require(actor, "impact.take_back", statement)
    if statement.withdrawn_at is None:
        statement.words = statement.source = ""
        statement.withdrawn_at, statement.withdrawn_by_id = now(), actor.id
        session.add(statement)
        chain = get_own_chain(session, actor, chain_id)
        record(session, actor, "contribution.taken_back", chain, after={"number": statement.number})
    return statement


def content_of(version: ResultChainVersion) -> ChainIn:
    """What a version says, as the form and programs say it."""
    return ChainIn.model_validate(version.model_dump(include=set(ChainIn.model_fields)))


def _check(session: Session, actor: Actor, given: ChainIn) -> None:
    known = {one.indicator.code for one in list_indicators(session, actor)}
    if given.indicator and given.indicator not in known:
        raise Invalid(NO_INDICATOR, {"indicator": NO_INDICATOR})


def _add_version(session: Session, actor: Actor, chain: ResultChain, given: ChainIn, because: str) -> None:
    content = given.model_dump()
    version = ResultChainVersion(
        chain_id=chain.id, number=chain.revision, **content, because=because, made_at=now(), made_by_id=actor.id
    )
    session.add(version)
    session.flush()
