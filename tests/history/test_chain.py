"""The history is a chain: six kinds of tampering are each found, and erasing details is none."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from sqlmodel import Session, select

from app.core.db import for_writing
from app.history.models import HistoryEntry
from app.history.queries import head_of, verify_history
from app.history.rules import digest_details, hash_link
from app.history.service import erase_details, record
from app.people.queries import operator
from tests.make import Cast, make_open_survey, sign_in

Tamper = Callable[[Any], None]


def write(session: Session, statement: str, **values: Any) -> None:
    session.connection().execute(text(statement), values)


def edit(session: Session) -> None:
    write(session, "UPDATE history_entry SET act = 'round.opened' WHERE seq = 3")


def edit_details(session: Session) -> None:
    write(session, "UPDATE history_entry SET after = :after WHERE seq = 3", after=json.dumps({"role": "admin"}))


def delete_in_the_middle(session: Session) -> None:
    write(session, "DELETE FROM history_entry WHERE seq = 3")


def swap(session: Session) -> None:
    for before, after in ((2, 99), (3, 2), (99, 3)):
        write(session, "UPDATE history_entry SET seq = :after WHERE seq = :before", before=before, after=after)


def empty_details(session: Session) -> None:
    write(session, "UPDATE history_entry SET salt = '', before = NULL, after = NULL WHERE seq = 3")


def delete_the_last(session: Session) -> None:
    write(session, "DELETE FROM history_entry WHERE seq = 4")


def cut_the_end(session: Session) -> None:
    """Cut the last entries off and say that the chain ended there before."""
    session.expire_all()
    kept = session.exec(select(HistoryEntry).where(HistoryEntry.seq == 2)).one()
    write(session, "DELETE FROM history_entry WHERE seq > 2")
    write(session, "UPDATE history_head SET seq = 2, hash = :hash", hash=kept.hash)


def write_anew(session: Session) -> None:
    """Change an entry and compute the whole chain again."""
    session.expire_all()
    before = "0" * 64
    for entry in session.exec(select(HistoryEntry).order_by("seq")).all():
        act = "round.opened" if entry.seq == 3 else entry.act
        details = digest_details(entry.salt, entry.before, entry.after)
        before = hash_link(
            before,
            seq=entry.seq,
            at=entry.at,
            consortium_id=entry.consortium_id,
            actor_id=entry.actor_id,
            act=act,
            thing=entry.thing,
            details_digest=details,
        )
        write(
            session,
            "UPDATE history_entry SET act = :act, hash = :hash WHERE seq = :seq",
            act=act,
            hash=before,
            seq=entry.seq,
        )
    write(session, "UPDATE history_head SET hash = :hash", hash=before)


def insert(session: Session) -> None:
    session.expire_all()
    last = session.exec(select(HistoryEntry).order_by("seq")).all()[-1]
    session.expunge(last)
    values: dict[str, Any] = last.model_dump() | {"id": operator(session).consortium_id, "seq": last.seq + 1}
    session.add(HistoryEntry(**values))
    session.flush()


@pytest.mark.parametrize(
    "tamper", [edit, edit_details, delete_in_the_middle, swap, empty_details, delete_the_last, insert]
)
def test_tampering_is_found(session: Session, cast: Cast, tamper: Tamper) -> None:
    assert verify_history(session) is None
    tamper(session)
    session.expire_all()
    assert verify_history(session) is not None


@pytest.mark.parametrize("tamper", [cut_the_end, write_anew])
def test_what_the_chain_alone_cannot_show_the_anchor_shows(session: Session, cast: Cast, tamper: Tamper) -> None:
    anchor = head_of(session)
    tamper(session)
    session.expire_all()
    assert verify_history(session) is None, "computed anew it looks sound from inside"
    assert verify_history(session, anchor) is not None


def test_an_anchor_of_before_still_holds(session: Session, cast: Cast) -> None:
    anchor = head_of(session)
    record(session, operator(session), "round.opened", cast.biel)
    assert verify_history(session, anchor) is None


def test_details_can_be_erased_and_the_chain_holds(session: Session, cast: Cast) -> None:
    anchor = head_of(session)
    emptied = erase_details(session, operator(session), [f"person:{cast.biel.id}"])
    session.expire_all()
    assert emptied == 1
    assert verify_history(session, anchor) is None
    gone = session.exec(select(HistoryEntry).where(HistoryEntry.thing == f"person:{cast.biel.id}")).one()
    assert (gone.before, gone.after, gone.salt) == (None, None, "")


def test_acts_of_many_at_once_make_one_chain(engine: Engine, session: Session, cast: Cast) -> None:
    key = cast.biel.id
    session.commit()

    def act(_: int) -> None:
        with Session(for_writing(engine)) as own, own.begin():
            record(own, operator(own), "round.opened", own.get_one(type(cast.biel), key))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, range(40)))
    assert verify_history(session) is None
    assert head_of(session)[0] == 44


def test_pages_say_what_happened(client: TestClient, session: Session, cast: Cast) -> None:
    survey = make_open_survey(session)
    sign_in(client, session, cast.dora)
    page = client.get("/history").text
    assert "Round opened" in page
    assert "Operator" in page
    own = client.get(f"/history/survey/{survey.id}").text
    assert "Survey made" in own
    assert "Person added" not in own
    assert client.get(f"/history/response/{survey.id}").status_code == 404
