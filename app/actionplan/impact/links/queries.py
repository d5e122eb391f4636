"""Reads of how indicators, programmes and initiatives hang together."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlmodel import Session

from app.actionplan.adoption.queries import list_editions
from app.actionplan.impact.links.rules import Coverage, Network, coverage, join
from app.actionplan.impact.queries import read_chains
from app.actionplan.initiatives.queries import list_initiatives
from app.actionplan.initiatives.schemas import read_content
from app.actionplan.portfolio.models import Plan
from app.actionplan.portfolio.queries import list_plans
from app.core.words import Words
from app.people.rules import Actor


class Adopted(NamedTuple):
    """The newest adopted edition of a plan, and what it covers."""

    plan: Plan
    edition: int
    coverage: Coverage


class Links(NamedTuple):
    """The network with the names of what stands in it."""

    network: Network
    indicators: Mapping[str, str]
    programmes: Mapping[str, str]
    initiatives: Mapping[str, Words]
    keys: Mapping[str, str]
    plans: Sequence[Adopted]


def read_links(session: Session, actor: Actor) -> Links:
    """How the consortium's indicators, programmes and initiatives hang together, as each of them says now."""
    chains = read_chains(session, actor)
    aims: defaultdict[str, list[str]] = defaultdict(list)
    for one in chains.chains:
        aims[one.entry.programme.code].append(one.version.indicator)
    found = list_initiatives(session, actor)
    sheets = {initiative.external_id: read_content(version.content) for initiative, version in found}
    named = {
        code: (
            list(
                dict.fromkeys([*sheet["linked_indicators"], *(one["indicator"] for one in sheet["indicator_targets"])])
            ),
            sheet["programmes"],
        )
        for code, sheet in sheets.items()
    }
    indicators = {one.indicator.code: one.version.name for one in chains.values.entries}
    programmes = {one.programme.code: one.version.name for one in chains.programmes}
    network = join(list(indicators), programmes, aims, named)
    return Links(
        network=network,
        indicators=indicators,
        programmes=programmes,
        initiatives={code: sheet["title"] for code, sheet in sheets.items()},
        keys={initiative.external_id: str(initiative.id) for initiative, _ in found},
        plans=_adopted(session, actor, network),
    )


def _adopted(session: Session, actor: Actor, network: Network) -> list[Adopted]:
    plans: list[Adopted] = []
    for plan in list_plans(session, actor):
        edition = next(iter(list_editions(session, plan.id)), None)
        if edition:
            chosen = {item["code"] for item in edition.content["items"] if item["is_in"]}
            plans.append(Adopted(plan, edition.number, coverage(network, chosen)))
    return plans
