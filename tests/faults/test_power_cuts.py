"""Between a request and its answer the disk was waited for; and after a power cut all that was confirmed is there."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import httpx
import pytest
from sqlalchemy import Engine

from app.core.db import make_engine
from app.core.migrations import upgrade
from tests.faults.broken import words_for
from tests.faults.ledger import Findings, Ledger, compare, read_kept, read_ledger
from tests.faults.saving import INNAXE, People, Program, make_keys
from tests.faults.tracing import STRACE, Disk, attach, read_calls, syncs_between, tracing
from tests.postgres import Postgres

pytestmark = pytest.mark.skipif(STRACE is None, reason="needs strace")
ENOUGH_SAVES = 200
NAMES = ("power.sqlite", "power.sqlite-wal")


@pytest.fixture(scope="module")
def durable_postgres() -> Iterator[Postgres]:
    server = Postgres(is_durable=True)
    yield server
    server.stop()


def save_in_turn(program: Program, engine: Engine, saves: int) -> list[tuple[float, float]]:
    """Save so often, one after the other; the moments before each request left and after its 200 came."""
    [key, *_] = make_keys(engine, 1)
    engine.dispose()
    took: list[tuple[float, float]] = []
    with httpx.Client(base_url=program.address, timeout=60) as client:
        for rev in range(saves):
            begun = time.time()
            saved = client.put(
                f"/api/v1/responses/{key.response}/answers/{key.code}",
                json={"value": rev % 5 + 1, "rev": rev},
                headers={"Authorization": f"Bearer {key.token}"},
            )
            took.append((begun, time.time()))
            assert saved.status_code == 200
    return took


@pytest.mark.parametrize(
    ("words", "is_safe"),
    [pytest.param(INNAXE, True, id="as it is"), pytest.param(words_for("normal"), False, id="normal")],
)
def test_sqlite_waits_for_the_disk_between_a_request_and_its_answer(
    tmp_path: Path, words: tuple[str, ...], is_safe: bool
) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / NAMES[0]}")
    upgrade(engine)
    log = tmp_path / "calls"
    watched = tracing(log, "--seccomp-bpf", "-e", "trace=fsync,fdatasync")
    program = Program(str(engine.url), tmp_path, (*watched, *words))
    program.start()
    try:
        took = save_in_turn(program, engine, ENOUGH_SAVES)
    finally:
        program.kill()
    waited = syncs_between(read_calls(log), took, NAMES[1])
    assert waited == ENOUGH_SAVES if is_safe else waited < ENOUGH_SAVES / 10


@pytest.mark.parametrize("is_safe", [pytest.param(True, id="as it is"), pytest.param(False, id="asynchronous")])
def test_postgresql_waits_for_the_disk_between_a_request_and_its_answer(
    tmp_path: Path, durable_postgres: Postgres, is_safe: bool
) -> None:
    durable_postgres.execute("CREATE DATABASE waits")
    if not is_safe:
        durable_postgres.execute("ALTER DATABASE waits SET synchronous_commit = off")
    address, log = durable_postgres.address("waits"), tmp_path / "calls"
    engine = make_engine(address)
    upgrade(engine)
    engine.dispose()
    program = Program(address, tmp_path)
    watching: subprocess.Popen[bytes] | None = None
    try:
        program.start()
        watching = attach(log, durable_postgres.process.pid, "-e", "trace=fsync,fdatasync")
        took = save_in_turn(program, engine, ENOUGH_SAVES)
    finally:
        program.kill()
        if watching:
            watching.terminate()
            watching.wait(timeout=60)
        durable_postgres.execute("DROP DATABASE waits WITH (FORCE)")
    waited = syncs_between(read_calls(log), took, "/pg_wal/")
    assert waited == ENOUGH_SAVES if is_safe else waited < ENOUGH_SAVES


def cut(folder: Path, *, saves: int, cuts: int, words: tuple[str, ...] = INNAXE) -> Findings:
    """Save under load, then look at what a cut at each of many moments would have left."""
    place, before, after = folder / "disk", folder / "before", folder / "after"
    for one in (place, before, after):
        one.mkdir()
    engine = make_engine(f"sqlite:///{place / NAMES[0]}")
    upgrade(engine)
    keys = make_keys(engine, 8)
    engine.dispose()
    for name in NAMES:
        if (place / name).exists():
            shutil.copy(place / name, before / name)
    log, ledger = folder / "calls", Ledger(folder / "ledger.jsonl")
    only = ("-P", str(place), *(word for name in NAMES for word in ("-P", str(place / name))))
    wanted = "trace=lseek,write,pwrite64,pwritev,writev,ftruncate,fsync,fdatasync"
    program = Program(str(engine.url), folder, (*tracing(log, "-e", wanted, "-xx", "-s", "200000", *only), *words))
    program.start()
    people = People(program.address, ledger, keys, 8)
    try:
        people.wait_for(saves)
    finally:
        # what comes after the last cut is of no interest
        program.kill()
        people.stop()
        ledger.close()
    told = [one["at"] for one in read_ledger(ledger.path) if one["status"] == 200]
    chance, every = Random(7), Findings()
    disk = Disk(place, NAMES, before)
    moments = chance.sample(told, cuts)
    for moment in disk.images(read_calls(log), moments, after, chance):
        left = make_engine(f"sqlite:///{after / NAMES[0]}")
        with left.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        found = compare(read_ledger(ledger.path, until=moment), read_kept(left))
        left.dispose()
        every.lost += found.lost
        every.wrong += found.wrong
        every.duplicated += found.duplicated
    return every


@pytest.mark.parametrize(
    ("saves", "cuts"),
    [pytest.param(300, 20, id="quick"), pytest.param(2000, 200, id="full", marks=pytest.mark.faults)],
)
def test_a_power_cut_loses_nothing_that_was_confirmed(tmp_path: Path, saves: int, cuts: int) -> None:
    assert cut(tmp_path, saves=saves, cuts=cuts) == Findings()


def test_without_waiting_for_the_disk_a_power_cut_is_seen_to_lose_answers(tmp_path: Path) -> None:
    assert cut(tmp_path, saves=100, cuts=5, words=words_for("normal")).lost
