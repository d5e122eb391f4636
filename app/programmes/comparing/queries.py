"""Reads of programmes as they are compared."""

from collections.abc import Sequence

from sqlmodel import Session

from app.people.rules import Actor
from app.programmes.queries import facts_of, label_of, list_partners, list_programmes
from app.programmes.rules import Facts


def read_facts(session: Session, actor: Actor) -> list[Facts]:
    """What is stated of the consortium's programmes, by code."""
    return [facts_of(one) for one in list_programmes(session, actor)]


def names_of_partners(session: Session, actor: Actor, programmes: Sequence[Facts]) -> list[str]:
    """What the partners are called, those among them that are none any more but still have programmes."""
    return sorted({label_of(one) for one in list_partners(session, actor)} | {one.partner for one in programmes})
