"""Durable saves: how long they take at given rates, and how many a second against the bare limit of the same run.

Run it: `make bench`, or `python -m tests.bench.saving [FILE.json]`. Served programs, generator and database are
processes of their own on one machine and share its cores; both programs of a pair are treated alike and take turns.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Engine

from app.core.db import make_engine
from app.core.migrations import upgrade
from tests.faults.saving import Program, make_keys
from tests.postgres import Postgres

PEOPLE, CONNECTIONS, PAIRS, SECONDS = 128, 64, 5, 4
RATES = {25: 0.3, 250: 1.0}
"""Saves a second, and the most seconds that 99 of 100 may take."""
LEAST_SHARE = 0.6


class Bare(Program):
    """The bare limit as a process."""

    def __init__(self, database: str, folder: Path) -> None:
        super().__init__(database, folder)
        self._database = database

    def command(self) -> list[str]:
        """How it is called."""
        return [sys.executable, "-m", "tests.bench.bare", self._database, str(self.port)]


@contextmanager
def databases(folder: Path) -> Generator[dict[str, str]]:
    """Two databases on the same disk, both waiting for it: the addresses by kind."""
    server = Postgres(is_durable=True)
    server.execute("CREATE DATABASE saving")
    try:
        yield {"SQLite": f"sqlite:///{folder / 'saving.sqlite'}", "PostgreSQL": server.address("saving")}
    finally:
        server.stop()


def write_people(engine: Engine, file: Path) -> None:
    """Lay down people who have begun to answer, for the generator."""
    people: dict[str, dict[str, Any]] = {}
    for key in make_keys(engine, PEOPLE):
        one = people.setdefault(key.response, {"response": key.response, "token": key.token, "revs": {}})
        one["revs"][key.code] = 0
    file.write_text(json.dumps([*people.values()]))


def generate(
    program: Program, file: Path, rate: float, seconds: float, connections: int = CONNECTIONS
) -> dict[str, Any]:
    """What the generator found; it keeps the revisions in its file."""
    words = [str(file), str(program.port), str(connections), str(rate), str(seconds)]
    done = subprocess.run([sys.executable, "-m", "tests.bench.load", *words], check=True, capture_output=True)
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["refused"] == 0, f"{found['refused']} saves were refused"
    return found


def measure(kind: str, database: str, folder: Path, *, pairs: int = PAIRS, seconds: float = SECONDS) -> dict[str, Any]:
    """All figures of one kind of database."""
    engine = make_engine(database)
    upgrade(engine)
    file, bare_file = folder / f"{kind}.json", folder / f"{kind}-bare.json"
    write_people(engine, file)
    bare_file.write_text(file.read_text())
    engine.dispose()
    # the bare limit has a SQLite file of its own: two programs on one would wait for each other
    bare_database = database.replace("saving.sqlite", "bare.sqlite")
    own, bare = Program(database, folder), Bare(bare_database, folder)
    figures: dict[str, Any] = {"database": kind}
    try:
        for program in (own, bare):
            program.start()
        for program, people in ((own, file), (bare, bare_file)):
            generate(program, people, 0, 1)
        for rate, most in RATES.items():
            latencies = generate(own, file, rate, max(seconds, 1000 / rate / 4))["latencies"]
            median, high = np.percentile(latencies, [50, 99]) * 1000
            figures[f"at_{rate}"] = {
                "saves": len(latencies),
                "median_ms": round(median, 1),
                "p99_ms": round(high, 1),
                "most_ms": most * 1000,
            }
        rates: list[tuple[float, float]] = []
        for number in range(pairs):
            turn = [(own, file), (bare, bare_file)][:: 1 if number % 2 else -1]
            found = {program: generate(program, people, 0, seconds)["rate"] for program, people in turn}
            rates.append((found[own], found[bare]))
    finally:
        own.kill()
        bare.kill()
    shares = [one / other for one, other in rates]
    return figures | {
        "saves_per_second": _spread([one for one, _ in rates]),
        "bare_limit": _spread([other for _, other in rates]),
        "share": _spread(shares),
    }


def table(results: Sequence[dict[str, Any]]) -> str:
    """The figures for people."""
    lines = [f"{'':12}{'p99 at 25/s':>14}{'p99 at 250/s':>14}{'saves/s':>20}{'bare limit/s':>20}{'share':>18}"]
    for one in results:
        spreads = [
            f"{one[name]['median']:,.{digits}f} ({one[name]['least']:,.{digits}f}-{one[name]['most']:,.{digits}f})"
            for name, digits in (("saves_per_second", 0), ("bare_limit", 0), ("share", 2))
        ]
        lines.append(
            f"{one['database']:12}{one['at_25']['p99_ms']:>11.0f} ms{one['at_250']['p99_ms']:>11.0f} ms"
            f"{spreads[0]:>20}{spreads[1]:>20}{spreads[2]:>18}"
        )
    return "\n".join(lines)


def main() -> int:
    """Print a table and JSON; 1 when a save takes longer than it may or the share of the bare limit is too small."""
    with tempfile.TemporaryDirectory() as name, databases(Path(name)) as addresses:
        results = [measure(kind, address, Path(name)) for kind, address in addresses.items()]
    said = json.dumps(results, indent=1)
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(said + "\n")
    sys.stdout.write(f"{table(results)}\n{said}\n")
    is_slow = any(one[f"at_{rate}"]["p99_ms"] > most * 1000 for one in results for rate, most in RATES.items())
    return int(is_slow or any(one["share"]["median"] < LEAST_SHARE for one in results))


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), 3), "least": round(min(values), 3), "most": round(max(values), 3),
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
