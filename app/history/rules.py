"""How things are named in the history, and how its entries are chained. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

BEGINNING = "0" * 64
"""What stands before the first entry."""


def name_of(kind: object, key: UUID) -> str:
    """The name of a thing: its table and key.

    >>> name_of("round", UUID(int=1))
    'round:00000000-0000-0000-0000-000000000001'
    """
    return f"{kind}:{key}"


@dataclass(frozen=True)
class Link:
    """One entry as the chain sees it."""

    seq: int
    at: datetime
    consortium_id: UUID
    actor_id: UUID | None
    act: str
    thing: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    salt: str
    details_digest: str
    hash: str


def digest_details(salt: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    """The digest under which details enter the chain; without the salt nobody can guess them from it."""
    return _sha256(salt, before or {}, after or {})


def hash_link(
    hash_before: str,
    *,
    seq: int,
    at: datetime,
    consortium_id: UUID,
    actor_id: UUID | None,
    act: str,
    thing: str,
    details_digest: str,
) -> str:
    """The hash of an entry, over the hash of the entry before it."""
    actor = actor_id.hex if actor_id else None
    return _sha256(hash_before, seq, at.isoformat(), consortium_id.hex, actor, act, thing, details_digest)


def first_fault(links: Iterable[Link], *, seq: int, head: str, anchor: tuple[int, str] | None = None) -> int | None:
    """The first sequence number at which the chain does not hold, None when all of it does.

    `seq` and `head` are where the chain says it ends; `anchor` is a sequence number and hash kept outside the database,
    which also shows a chain that was computed anew. Details may be gone only where a later entry says they were erased.
    """
    before, expected = BEGINNING, 1
    erased: set[int] = set()
    without_details: set[int] = set()
    for link in links:
        if link.seq != expected or link.hash != _hash_of(link, before):
            return min(expected, link.seq)
        if link.salt == "" and not link.before and not link.after:
            without_details.add(link.seq)
        elif digest_details(link.salt, link.before, link.after) != link.details_digest:
            return link.seq
        if link.act == "history.erased" and link.after:
            erased |= {int(number) for number in link.after["entries"]}
        if anchor and link.seq == anchor[0] and link.hash != anchor[1]:
            return link.seq
        before, expected = link.hash, expected + 1
    if without_details - erased:
        return min(without_details - erased)
    if (expected - 1, before) != (seq, head):
        return expected
    return expected if anchor and anchor[0] >= expected else None


def _hash_of(link: Link, before: str) -> str:
    return hash_link(
        before,
        seq=link.seq,
        at=link.at,
        consortium_id=link.consortium_id,
        actor_id=link.actor_id,
        act=link.act,
        thing=link.thing,
        details_digest=link.details_digest,
    )


def _sha256(*parts: object) -> str:
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
