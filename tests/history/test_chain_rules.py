"""What the chain of the history holds against, without a database: each kind of tampering, and an honest erasure."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from app.history.rules import BEGINNING, Link, digest_details, first_fault, hash_link

Links = list[Link]
CONSORTIUM, ACTOR = UUID(int=1), UUID(int=2)


def chain(*acts: tuple[str, Any]) -> Links:
    """A chain of acts with their details."""
    links: Links = []
    for act, after in acts:
        add(links, act, after)
    return links


def add(links: Links, act: str, after: Any, *, erased: bool = False) -> None:
    """Put one more act at the end; its details may be gone, the digest stays."""
    seq, salt = len(links) + 1, f"salt {len(links)}"
    named: dict[str, Any] = {
        "seq": seq,
        "at": datetime(2027, 1, seq, tzinfo=UTC),
        "consortium_id": CONSORTIUM,
        "actor_id": ACTOR if seq % 2 else None,
        "act": act,
        "thing": f"round:{UUID(int=seq)}",
        "details_digest": digest_details(salt, None, after),
    }
    found = hash_link(links[-1].hash if links else BEGINNING, **named)
    kept: dict[str, Any] = {"salt": "", "after": None} if erased else {"salt": salt, "after": after}
    links.append(Link(**named, before=None, hash=found, **kept))


ONE, TWO, THREE = chain(("round.opened", {"by": 1}), ("person.named", {"name": "Ada"}), ("round.closed", {"by": 2}))


def test_what_nobody_touched_holds() -> None:
    assert first_fault([ONE, TWO, THREE], seq=3, head=THREE.hash) is None
    assert first_fault([ONE, TWO, THREE], seq=3, head=THREE.hash, anchor=(2, TWO.hash)) is None
    assert first_fault([], seq=0, head=BEGINNING) is None


@pytest.mark.parametrize(
    ("links", "seq"),
    [
        pytest.param([ONE, replace(TWO, act="round.closed"), THREE], 2, id="another act"),
        pytest.param([ONE, replace(TWO, actor_id=ACTOR), THREE], 2, id="another actor"),
        pytest.param([ONE, replace(TWO, after={"name": "Eve"}), THREE], 2, id="other details"),
        pytest.param([ONE, THREE], 2, id="one taken out"),
        pytest.param([TWO, ONE, THREE], 1, id="another order"),
        pytest.param([ONE, TWO], 3, id="the end cut off"),
        pytest.param([ONE, replace(TWO, salt="", after=None), THREE], 2, id="erased and not told"),
    ],
)
def test_tampering_is_found(links: Links, seq: int) -> None:
    assert first_fault(links, seq=3, head=THREE.hash) == seq


def test_a_chain_computed_anew_is_found_by_what_was_kept_outside() -> None:
    anew = chain(("round.opened", {"by": 9}), ("person.named", {"name": "Ada"}))
    head = anew[-1].hash
    assert first_fault(anew, seq=2, head=head) is None
    assert first_fault(anew, seq=2, head=head, anchor=(1, ONE.hash)) == 1
    assert first_fault(anew, seq=2, head=head, anchor=(3, THREE.hash)) == 3


def test_erasing_that_says_what_it_erased_is_no_tampering() -> None:
    links = chain(("round.opened", {"by": 1}))
    add(links, "person.named", {"name": "Ada"}, erased=True)
    assert first_fault(links, seq=2, head=links[-1].hash) == 2
    add(links, "history.erased", {"entries": [2]})
    assert first_fault(links, seq=3, head=links[-1].hash) is None
