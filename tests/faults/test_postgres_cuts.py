"""After a power cut a PostgreSQL server comes back with all that was confirmed."""

import shutil
import time
from pathlib import Path
from random import Random

import pytest

from app.core.db import make_engine
from app.core.migrations import upgrade
from tests.faults.folders import CALLS, DiskFolder
from tests.faults.ledger import Findings, Ledger, compare, read_kept, read_ledger
from tests.faults.saving import PATIENCE, People, Program, make_keys
from tests.faults.tracing import STRACE, Call, read_calls, tracing
from tests.postgres import Postgres

pytestmark = pytest.mark.skipif(STRACE is None, reason="needs strace")


def save_watched(server: Postgres, folder: Path, *, saves: int) -> tuple[Path, Ledger]:
    """Save under load while strace sees what the server asks of the disk; its log, and what was told."""
    server.execute("CREATE DATABASE own")
    engine = make_engine(server.address("own"))
    upgrade(engine)
    keys = make_keys(engine, 8)
    engine.dispose()
    server.halt()
    shutil.copytree(server.folder / "data", folder / "before")
    log, ledger = server.folder / "calls", Ledger(folder / "ledger.jsonl")
    # as a grandchild, so that the process that was started is the server
    server.begin((*tracing(log, "-D", "--seccomp-bpf", "-e", f"trace={CALLS}", "-xx", "-s", "2000000"),))
    program = Program(server.address("own"), folder)
    program.start()
    people = People(program.address, ledger, keys, 8)
    try:
        people.wait_for(saves // 2)
        server.execute("CHECKPOINT")
        people.wait_for(saves)
    finally:
        # what comes after the last cut is of no interest
        program.kill()
        people.stop()
        server.kill()
        ledger.close()
    return log, ledger


def cut(folder: Path, *, saves: int, cuts: int, is_safe: bool = True) -> Findings:
    """Save under load, then start the server on what a cut at each of many moments would have left."""
    server = Postgres(is_durable=True, initdb=("--wal-segsize=1",))
    every = Findings()
    try:
        if not is_safe:
            server.execute("ALTER SYSTEM SET synchronous_commit = off")
            server.execute("ALTER SYSTEM SET wal_writer_delay = '1s'")
        log, ledger = save_watched(server, folder, saves=saves)
        calls = _whole(log)
        told = [one["at"] for one in read_ledger(ledger.path) if one["status"] == 200]
        chance, data = Random(7), server.folder / "data"
        disk = DiskFolder(data, folder / "before")
        for moment in disk.images(calls, chance.sample(told, cuts), data, chance):
            (data / "postmaster.pid").unlink(missing_ok=True)
            server.own(data)
            server.begin()
            left = make_engine(server.address("own"))
            found = compare(read_ledger(ledger.path, until=moment), read_kept(left))
            left.dispose()
            server.kill()
            every.lost += found.lost
            every.wrong += found.wrong
            every.duplicated += found.duplicated
    finally:
        server.stop()
    return every


def _whole(log: Path) -> list[Call]:
    """The calls, once strace has written its last line."""
    end, size = time.monotonic() + PATIENCE, -1
    while log.stat().st_size != size:
        assert time.monotonic() < end
        size = log.stat().st_size
        time.sleep(0.5)
    return read_calls(log)


@pytest.mark.parametrize(
    ("saves", "cuts"),
    [pytest.param(200, 4, id="quick"), pytest.param(2000, 100, id="full", marks=pytest.mark.faults)],
)
def test_a_power_cut_loses_nothing_that_postgresql_confirmed(tmp_path: Path, saves: int, cuts: int) -> None:
    assert cut(tmp_path, saves=saves, cuts=cuts) == Findings()


def test_with_asynchronous_commits_a_power_cut_is_seen_to_lose_answers(tmp_path: Path) -> None:
    assert cut(tmp_path, saves=100, cuts=2, is_safe=False).lost
