"""A consultation that grows: what an answer costs, what pages take and what a closing holds, from step to step.

Run it: `make bench`, or `python -m tests.bench.large [PEOPLE ...] [FILE.json]`. PostgreSQL runs beside it and waits for
its disk. The bulk of the people is laid down by COPY; at each step some more begin and save by the product's own acts,
in turns with a database that stays at the first step, so that a busy machine slows both alike.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from sqlalchemy import Engine, create_engine, text
from sqlmodel import Session, delete, select, update

from app.auth.service import make_sign_in_link
from app.consensus.models import RankBasis, Snapshot
from app.consensus.service import close_round
from app.core.db import for_writing, make_engine
from app.core.migrations import upgrade
from app.people.queries import operator
from app.people.service import create_person
from app.surveys.answering.counting import recount_daily
from app.surveys.answering.models import Recount
from app.surveys.answering.store import Store
from app.surveys.authoring.models import Survey
from app.surveys.rounds.models import Round
from tests.bench.replay import CODES, begin_people, fill, lay_survey, save_all
from tests.faults.saving import Program
from tests.make import csrf_in
from tests.postgres import Postgres

STEPS, FULL = (10_000, 30_000, 100_000), 4_600_000
TURNS, BEGINNING, VIEWS = 13, 64, 20
MOST_WATCHING_MS = 20_000
MOST_PAGE_MS, MOST_GROWTH, MOST_COST = 300.0, 96.0, 1.10
"""Milliseconds, megabytes that a closing may hold more than at the first step, and cost against the first step."""


def close_in_process(address: str) -> dict[str, float]:
    """Close the round in a process of its own; the seconds it took, and the megabytes it held at most."""
    begun = time.perf_counter()
    words = [sys.executable, "-m", "tests.bench.large", "close", address]
    done = subprocess.run(words, check=True, capture_output=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found | {"with_start_s": round(time.perf_counter() - begun, 1)}


def close_here(address: str) -> dict[str, float]:
    """Close the round."""
    engine = make_engine(address)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    cpu, clock = time.process_time(), time.perf_counter()
    with Session(for_writing(engine)) as session, session.begin():
        close_round(session, operator(session), session.exec(select(Survey)).one())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "seconds": round(time.perf_counter() - clock, 2),
        "cpu_s": round(time.process_time() - cpu, 2),
        "start_mb": round(before / 1024, 1),
        "peak_mb": round(peak / 1024, 1),
    }


def reopen(engine: Engine) -> None:
    """Let the round be open again, so that more can answer."""
    with Session(for_writing(engine)) as session, session.begin():
        session.exec(delete(RankBasis))
        session.exec(delete(Snapshot))
        session.exec(update(Round).values(closed_at=None, closed_by_id=None, outcome=None))


def watch_pages(program: Program, engine: Engine, paths: Sequence[str]) -> tuple[dict[str, float], dict[str, float]]:
    """The 95th percentile of milliseconds of each page, for a coordinator, and those of the first look."""
    with Session(for_writing(engine)) as session, session.begin():
        name = f"{time.time_ns()}@innaxe.example"
        person = create_person(session, operator(session), email=name, role="coordinator", name="Biel")
        token = make_sign_in_link(session, person)
    found, first = dict[str, float](), dict[str, float]()
    with httpx.Client(base_url=program.address, timeout=120) as client:
        csrf = csrf_in(client.get(f"/login/{token}").text)
        client.post(f"/login/{token}", data={"csrf": csrf}, headers={"Origin": program.address})
        for path in paths:
            times: list[float] = []
            begun = time.perf_counter()
            client.get(path).raise_for_status()
            # the board of very many is counted once for all who look within some seconds
            first[path] = round(1000 * (time.perf_counter() - begun), 1)
            for view in range(VIEWS):
                begun = time.perf_counter()
                # no page is kept between requests
                client.get(path, params={"view": view}).raise_for_status()
                times.append(1000 * (time.perf_counter() - begun))
                if sum(times) > MOST_WATCHING_MS:
                    break
            found[path] = round(float(np.quantile(times, 0.95)), 1)
    return found, first


def measure_costs(pairs: Sequence[tuple[Engine, Survey]], seed: int) -> list[dict[str, float]]:
    """What a save costs in each of two databases, in turns."""
    stores = [Store(engine) for engine, _ in pairs]
    costs: list[list[float]] = [[], []]
    waits: list[list[float]] = [[], []]
    for turn in range(TURNS):
        for place in (0, 1) if turn % 2 else (1, 0):
            engine, survey = pairs[place]
            begun = begin_people(engine, survey, BEGINNING)
            cpu, clock, saves = save_all(stores[place], begun, seed + turn)
            costs[place].append(1e6 * cpu / saves)
            waits[place].append(1e6 * clock / saves)
    ratios = [own / other for other, own in zip(*costs, strict=True)]
    return [
        {
            "cpu_us": round(statistics.median(cost), 1),
            "least_us": round(min(cost), 1),
            "most_us": round(max(cost), 1),
            "wall_us": round(statistics.median(wait), 1),
        }
        for cost, wait in zip(costs, waits, strict=True)
    ] + [{"ratio": round(statistics.median(ratios), 3), "least": round(min(ratios), 3), "most": round(max(ratios), 3)}]


def measure_step(server: Postgres, people: int, pairs: Sequence[tuple[Engine, Survey]]) -> dict[str, Any]:
    """All figures of one step."""
    engine, survey = pairs[1]
    with engine.connect() as one:
        answers: int = one.scalar(text("SELECT count(*) FROM answer")) or 0
    there = answers // len(CODES)
    begun = time.perf_counter()
    fill(engine, survey, max(0, people - there), people)
    found: dict[str, Any] = {"people": people, "filling_s": round(time.perf_counter() - begun, 1)}
    found["first"], found["own"], found["against_first"] = measure_costs(pairs, people)
    found["rss_mb"] = round(_resident(), 1)
    with engine.connect() as one:
        n = one.scalar(text("SELECT count(*) FROM answer")) or 1
        size = one.scalar(text("SELECT pg_total_relation_size('answer')")) or 0
        every = one.scalar(text("SELECT pg_database_size(current_database())")) or 0
        found |= {"answers": n, "bytes_per_answer": round(size / n, 1), "database_mb": round(every / 2**20, 1)}
        begun = time.perf_counter()
        one.execute(text("SELECT code, point, count(*) FROM answer GROUP BY code, point")).all()
        found["bare_group_by_s"] = round(time.perf_counter() - begun, 2)
    with Session(for_writing(engine)) as session, session.begin():
        session.exec(delete(Recount))
    begun = time.perf_counter()
    found["differing_counts"] = recount_daily(engine)
    found["recount_s"] = round(time.perf_counter() - begun, 2)
    found["commits_per_s"] = commit_rate(server)
    address = str(engine.url)
    with tempfile.TemporaryDirectory() as folder:
        program = Program(address, Path(folder))
        try:
            program.start()
            found["running_ms"], found["running_first_ms"] = watch_pages(
                program, engine, [f"/results/{survey.slug}", f"/surveys/{survey.slug}/live"]
            )
            found["closing"] = close_in_process(address)
            found["closed_ms"], found["closed_first_ms"] = watch_pages(
                program, engine, [f"/results/{survey.slug}", f"/surveys/{survey.slug}/live"]
            )
        finally:
            program.kill()
    reopen(engine)
    return found


def commit_rate(server: Postgres, seconds: float = 2) -> float:
    """How many commits a second one connection gets from the database for one small row each."""
    engine = create_engine(server.address("postgres"))
    connection: Any = engine.raw_connection()
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE IF NOT EXISTS bare (id bigserial PRIMARY KEY, point int)")
    connection.commit()
    count, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        cursor.execute("INSERT INTO bare (point) VALUES (1)")
        connection.commit()
        count += 1
    rate = count / (time.perf_counter() - begun)
    connection.close()
    engine.dispose()
    return round(rate)


def fit(sizes: Sequence[float], values: Sequence[float]) -> dict[str, float]:
    """The straight line of values over the logarithm of sizes (base 10), with the standard error of its slope."""
    x, y = np.log10(np.array(sizes)), np.array(values)
    slope, start = (float(one) for one in np.polyfit(x, y, 1))
    rest = y - start - slope * x
    free = max(1, len(x) - 2)
    error = float(np.sqrt((rest**2).sum() / free / ((x - x.mean()) ** 2).sum()))
    return {"start": round(start, 4), "per_tenfold": round(slope, 4), "error": round(error, 4)}


def extrapolate(steps: Sequence[dict[str, Any]], people: int = FULL) -> dict[str, Any]:
    """What the slopes say of more people than were measured. Extrapolated, not measured."""
    sizes = [one["people"] for one in steps]
    ratio = fit(sizes, [one["against_first"]["ratio"] for one in steps])
    last, first = steps[-1], steps[0]
    grown = last["people"] - first["people"]

    def linear(value: Callable[[dict[str, Any]], float]) -> float:
        slope = (value(last) - value(first)) / grown
        return value(last) + slope * (people - last["people"])

    return {
        "extrapolated_to": people,
        "cost_against_first": ratio
        | {"there": round(ratio["start"] + ratio["per_tenfold"] * float(np.log10(people)), 3)},
        "database_gb": round(linear(lambda one: one["database_mb"]) / 1024, 1),
        "closing_s": round(linear(lambda one: one["closing"]["seconds"])),
        "recount_s": round(linear(lambda one: one["recount_s"])),
    }


def table(steps: Sequence[dict[str, Any]], told: dict[str, Any]) -> str:
    """The figures for people."""
    head = (
        "people, CPU/save, against first, bytes/answer, results ms, live ms, closing s, held MB, recount s, GROUP BY s"
    )
    head += ", commits/s"
    lines = ["".join(f"{name:>15}" for name in head.split(", "))]
    for one in steps:
        results, live = (max(one[state][path] for state in ("running_ms", "closed_ms")) for path in one["running_ms"])
        cells = (
            f"{one['people']:,}",
            f"{one['own']['cpu_us']:.0f} us",
            f"{one['against_first']['ratio']:.3f}",
            f"{one['bytes_per_answer']:.0f}",
            f"{results:.0f}",
            f"{live:.0f}",
            f"{one['closing']['seconds']:.1f}",
            f"{one['closing']['peak_mb']:.0f}",
            f"{one['recount_s']:.1f}",
            f"{one['bare_group_by_s']:.2f}",
            f"{one['commits_per_s']:.0f}",
        )
        lines.append("".join(f"{cell:>15}" for cell in cells))
    lines.append("Extrapolated, not measured: " + json.dumps(told))
    return "\n".join(lines)


def broken(steps: Sequence[dict[str, Any]]) -> list[str]:
    """The limits that do not hold, in words."""
    first = steps[0]["closing"]["peak_mb"]
    found: list[str] = []
    for one in steps:
        slow = max(*one["running_ms"].values(), *one["closed_ms"].values())
        for is_broken, sentence in (
            (slow > MOST_PAGE_MS, f"a page takes {slow:.0f} ms"),
            (one["closing"]["peak_mb"] - first > MOST_GROWTH, f"a closing holds {one['closing']['peak_mb']:.0f} MB"),
            (
                one["against_first"]["ratio"] > MOST_COST,
                f"a save costs {one['against_first']['ratio']:.2f} of the first",
            ),
            (one["differing_counts"] != 0, f"{one['differing_counts']} counts differ"),
        ):
            if is_broken:
                found.append(f"{one['people']:,} people: {sentence}")
    return found


def main() -> int:
    """Print the figures of each step as it ends, a table and JSON; 1 when a limit is broken."""
    words = sys.argv[1:]
    if words[:1] == ["close"]:
        sys.stdout.write(json.dumps(close_here(words[1])))
        return 0
    sizes = [int(word.replace("_", "")) for word in words if word[0].isdigit()] or [*STEPS]
    server = Postgres(is_durable=True)
    try:
        pairs: list[tuple[Engine, Survey]] = []
        for name in ("first", "growing"):
            server.execute(f"CREATE DATABASE {name}")
            engine = make_engine(server.address(name))
            upgrade(engine)
            pairs.append((engine, lay_survey(engine)))
        fill(*pairs[0], sizes[0], 1)
        steps: list[dict[str, Any]] = []
        for size in sizes:
            steps.append(measure_step(server, size, pairs))
            sys.stderr.write(json.dumps(steps[-1]) + "\n")
        for engine, _ in pairs:
            engine.dispose()
    finally:
        server.stop()
    told = extrapolate(steps)
    said = json.dumps({"steps": steps, "extrapolated": told}, indent=1)
    files = [word for word in words if not word[0].isdigit()]
    if files:
        Path(files[0]).write_text(said + "\n")
    faults = broken(steps)
    sys.stdout.write("\n".join([table(steps, told), said, *faults]) + "\n")
    return int(bool(faults))


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    sys.exit(main())
