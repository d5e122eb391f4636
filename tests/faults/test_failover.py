"""A primary dies under load, its standby follows, what was confirmed is there, and nothing unknown is called saved."""

import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from app.auth.models import SignInRequest
from app.auth.service import make_sign_in_link
from app.core.clock import now
from app.core.db import for_writing, make_engine
from app.core.settings import Settings
from app.mail.queries import count_messages
from app.main import create_app
from app.surveys.answering.counting import differences
from tests.conftest import ADDRESS
from tests.faults.ledger import Findings, Ledger, compare, read_kept, read_ledger
from tests.faults.saving import People, Program, free_port, make_keys
from tests.faults.standby import Line, Pair, paired
from tests.make import csrf_in, make_cast
from tests.postgres import Postgres

BACK_WITHIN = 30.0
THREADS = 8


@dataclass
class Load:
    """Programs over a pair, people who save through them, and what they were told."""

    pair: Pair
    program: Program
    people: People
    ledger: Ledger
    token: str

    def stop(self) -> Findings:
        """End all of it; where what the standby keeps differs from what was told."""
        self.program.kill()
        self.people.stop()
        self.ledger.close()
        engine = make_engine(self.pair.standby.address("own"))
        found = compare(read_ledger(self.ledger.path), read_kept(engine))
        with Session(engine) as session:
            assert differences(session) == {}, "counts equal a recount"
        engine.dispose()
        return found


@contextmanager
def loaded(pair: Pair, folder: Path) -> Generator[Load]:
    engine = make_engine(pair.address)
    keys = make_keys(engine, 24)
    with Session(for_writing(engine), expire_on_commit=False) as session:
        token = make_sign_in_link(session, make_cast(session).carla)
        session.commit()
    engine.dispose()
    program = Program(pair.address, folder)
    program.start()
    ledger = Ledger(folder / "ledger.jsonl")
    people = People(program.address, ledger, keys, THREADS)
    try:
        yield Load(pair, program, people, ledger, token)
    finally:
        program.kill()
        people.stop()


def save_unheard(load: Load) -> int:
    """How many are confirmed in a second in which the standby hears nothing."""
    time.sleep(0.5)  # what was on its way arrives
    before = load.ledger.acknowledged
    time.sleep(1)
    return load.ledger.acknowledged - before


def wait_until(is_so: Callable[[], bool], why: Callable[[], str]) -> None:
    end = time.monotonic() + BACK_WITHIN
    while not is_so():
        assert time.monotonic() < end, why()
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("saves", "is_durable", "is_unheard"),
    [
        pytest.param(300, False, True, id="quick"),
        pytest.param(5_000, True, False, id="full", marks=pytest.mark.faults),
        pytest.param(5_000, True, True, id="full and unheard", marks=pytest.mark.faults),
    ],
)
def test_a_primary_killed_under_load_is_followed_by_its_standby_and_nothing_is_lost(
    tmp_path: Path, saves: int, is_durable: bool, is_unheard: bool
) -> None:
    with (
        paired(is_durable=is_durable) as pair,
        loaded(pair, tmp_path) as load,
        httpx.Client(base_url=load.program.address, timeout=60) as browser,
    ):

        def is_ready() -> bool:
            return browser.get("/readyz").status_code == 200

        page = browser.get(f"/login/{load.token}")
        assert browser.post(f"/login/{load.token}", data={"csrf": csrf_in(page.text)}).status_code == 303
        load.people.wait_for(saves // 2)
        with pair.unheard() if is_unheard else nullcontext():
            if is_unheard:
                assert save_unheard(load) == 0
            killed = time.monotonic()
            pair.primary.kill()
        assert not is_ready()
        before = load.ledger.acknowledged
        pair.standby.promote()
        load.people.wait_for(before + 1)
        back = time.monotonic() - killed
        wait_until(is_ready, load.program.log.read_text)
        ready = time.monotonic() - killed
        assert browser.get("/account").status_code == 200, "who was signed in stays so"
        load.people.wait_for(saves)
        engine = make_engine(pair.standby.address("own"))
        with Session(engine) as session:
            session.add(SignInRequest(email="biel@innaxe.example", language="en", browser_hash="", created_at=now()))
            session.commit()

        def is_mailed() -> bool:
            with Session(engine) as session:
                return count_messages(session)["queued"] == 1

        wait_until(is_mailed, load.program.log.read_text)  # by the worker
        engine.dispose()
        assert load.stop() == Findings()
        statuses = {one["status"] for one in read_ledger(load.ledger.path)}
    sys.stdout.write(f"{load.ledger.acknowledged} confirmed, saving after {back:.2f} s, ready after {ready:.2f} s\n")
    assert load.ledger.acknowledged >= saves
    assert back < BACK_WITHIN
    assert 503 in statuses, "some were sent away"
    assert statuses <= {None, 200, 409, 503}


def test_an_asynchronous_standby_is_seen_to_lose_what_was_confirmed(tmp_path: Path) -> None:
    with paired(is_synchronous=False) as pair, loaded(pair, tmp_path) as load:
        load.people.wait_for(50)
        with pair.unheard():
            assert save_unheard(load)
            pair.primary.kill()
        pair.standby.promote()
        assert load.stop().lost


def test_a_cut_in_the_middle_of_a_commit_is_never_called_saved(postgres: Postgres, tmp_path: Path) -> None:
    """Whether the server heard of the commit or not, it is saved once: by another commit, or when it is sent again."""
    postgres.execute("CREATE DATABASE cut TEMPLATE tables")
    direct = make_engine(postgres.address("cut"))
    [key, *_] = make_keys(direct, 1)
    line = Line(postgres.port, {3: False, 7: True, 10: False, 11: True})
    engine = make_engine(f"postgresql+psycopg://postgres@127.0.0.1:{line.port}/cut")
    statuses: list[int] = []
    kept: list[int] = []
    try:
        settings = Settings(data_dir=tmp_path, database_url=str(engine.url), base_url=ADDRESS, limits="test")
        with TestClient(create_app(settings, engine), base_url=ADDRESS) as client:
            for rev in range(10):
                for _ in range(2):
                    status = client.put(
                        f"/api/v1/responses/{key.response}/answers/{key.code}",
                        json={"value": rev % 5 + 1, "rev": rev},
                        headers={"Authorization": f"Bearer {key.token}"},
                    ).status_code
                    statuses.append(status)
                    kept.append(max((one.rev for one in read_kept(direct).get(str(key), [])), default=0))
                    if status == 200:
                        break
    finally:
        line.close()
        engine.dispose()
        direct.dispose()
        postgres.execute("DROP DATABASE cut WITH (FORCE)")
    assert line.commits == 14, "each that was cut was tried once more on a new connection"
    assert statuses == [200] * 8 + [503, 200, 200], "twice cut is told"
    assert kept == [1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 10], "the last that was cut had been heard"


def test_a_commit_whose_wait_for_the_standby_is_cancelled_is_not_called_saved() -> None:
    """PostgreSQL then reports success with a warning."""
    server = Postgres()
    engine = make_engine(server.address("postgres"))
    other = make_engine(server.address("postgres"))
    try:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE kept (value integer)"))
        server.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        server.execute("SELECT pg_reload_conf()")
        cancelling = threading.Thread(target=cancel_waiting, args=(other,))
        with engine.connect() as connection:
            connection.execute(text("INSERT INTO kept VALUES (1)"))
            cancelling.start()
            with pytest.raises(OperationalError, match="synchronous standby"):
                connection.commit()
        cancelling.join()
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM kept")) == 1
    finally:
        engine.dispose()
        other.dispose()
        server.stop()


def cancel_waiting(engine: Engine) -> None:
    wanted = text("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
    with engine.connect() as connection:
        while not connection.scalar(wanted):
            connection.rollback()
            time.sleep(0.02)


@pytest.mark.parametrize(
    "shape",
    [
        "postgres@{a},{b}/postgres",
        "postgres@/postgres?host={a},{b}",
        "postgres@/postgres?host={a}&host={b}",
        "postgres@/postgres?host=127.0.0.1,127.0.0.1&port={c},{d}&target_session_attrs=read-write",
    ],
)
def test_several_hosts_may_be_named_in_each_usual_way(postgres: Postgres, shape: str) -> None:
    nobody = free_port()
    ports = {"a": f"127.0.0.1:{nobody}", "b": f"127.0.0.1:{postgres.port}", "c": nobody, "d": postgres.port}
    engine = make_engine(f"postgresql+psycopg://{shape.format(**ports)}")
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT inet_server_port()")) == postgres.port
    engine.dispose()
