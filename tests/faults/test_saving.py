"""What is saved stays saved when the program is killed; and the comparison finds each fault it is there for."""

import statistics
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.surveys.answering.counting import differences
from tests.faults.broken import drop_key, words_for
from tests.faults.ledger import Findings, Kept, Ledger, compare, read_kept, read_ledger
from tests.faults.saving import INNAXE, People, Program, kill_again_and_again, make_keys

THREADS = 8


@contextmanager
def served(program: Program) -> Generator[Program]:
    program.start()
    try:
        yield program
    finally:
        program.kill()


def save_and_kill(
    database: str, engine: Engine, folder: Path, *, saves: int, kills: int, words: tuple[str, ...] = INNAXE
) -> tuple[Findings, list[float], Ledger]:
    keys = make_keys(engine, 24)
    ledger = Ledger(folder / "ledger.jsonl")
    with served(Program(database, folder, words)) as program:
        people = People(program.address, ledger, keys, THREADS)
        try:
            lasted = kill_again_and_again(program, people, ledger, saves, kills)
        finally:
            program.kill()
            people.stop()
            ledger.close()
    return compare(read_ledger(ledger.path), read_kept(engine)), lasted, ledger


@pytest.mark.parametrize(
    ("saves", "kills"),
    [pytest.param(200, 1, id="quick"), pytest.param(10_000, 50, id="full", marks=pytest.mark.faults)],
)
def test_however_often_it_is_killed_what_was_confirmed_is_kept_once(
    database: str, engine: Engine, tmp_path: Path, saves: int, kills: int
) -> None:
    found, lasted, ledger = save_and_kill(database, engine, tmp_path, saves=saves, kills=kills)
    assert found == Findings()
    with Session(engine) as session:
        assert differences(session) == {}, "counts equal a recount"
    assert ledger.acknowledged >= saves
    requests = read_ledger(ledger.path)
    assert any(request["status"] is None for request in requests), "requests were cut off"
    assert any(request["late"] for request in requests), "messages came late"
    assert {request["status"] for request in requests} == {None, 200, 409}
    sys.stdout.write(
        f"{ledger.acknowledged} confirmed, {len(lasted)} kills, back after {statistics.median(lasted):.1f} s, "
        f"{max(lasted):.1f} s at most\n"
    )
    assert max(lasted) < 60


# how answers are compared asks no database
@pytest.mark.parametrize(
    ("database", "variant", "kills"),
    [("postgresql", "early", 1), ("sqlite", "keyless", 0), ("postgresql", "unrevised", 0)],
    indirect=["database"],
)
def test_a_program_broken_on_purpose_is_found_out(
    database: str, engine: Engine, tmp_path: Path, variant: str, kills: int
) -> None:
    if variant == "keyless":
        drop_key(engine)
    found, _, _ = save_and_kill(database, engine, tmp_path, saves=150, kills=kills, words=words_for(variant))
    expected = {
        "early": found.lost,
        "keyless": [one for one in found.duplicated if one.endswith("rows")],
        "unrevised": found.wrong,
    }
    assert expected[variant]


@pytest.mark.parametrize(
    ("late", "status", "rev", "rows", "expected"),
    [
        pytest.param(False, 200, 1, [Kept(1, 4)], Findings(), id="kept"),
        pytest.param(False, None, None, [Kept(1, 4)], Findings(), id="kept, nobody was told"),
        pytest.param(False, None, None, [], Findings(), id="cut off before it was kept"),
        pytest.param(False, 200, 1, [], Findings(lost=["a: revision 1 was confirmed, kept is None"]), id="lost"),
        pytest.param(
            False,
            200,
            1,
            [Kept(1, 5)],
            Findings(wrong=["a: kept is Kept(rev=1, value=5), asked for was 4"]),
            id="another value",
        ),
        pytest.param(False, 200, 1, [Kept(1, 4), Kept(1, 4)], Findings(duplicated=["a: 2 rows"]), id="twice"),
    ],
)
def test_the_comparison_says_what_became_of_an_answer(
    late: bool, status: int | None, rev: int | None, rows: list[Kept], expected: Findings
) -> None:
    request = {"key": "a", "base": 0, "value": 4, "late": late, "status": status, "rev": rev}
    assert compare([request], {"a": rows} if rows else {}) == expected
