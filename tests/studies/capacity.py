"""What machines a consultation needs: arrivals over six weeks, and a queue before processes whose work was measured.

Run it: `make study`, or `python -m tests.studies.capacity`: the table of docs/operations.md. Seeded; its arithmetic is
held against Erlang's formula and Little's law by the tests.
"""

import heapq
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from app.stats.edge import Real

DAYS, SEED = 42, 50
RHYTHM = (2, 1, 1, 1, 1, 2, 4, 10, 22, 34, 38, 34, 26, 28, 33, 32, 28, 24, 20, 18, 19, 20, 14, 7)
"""How many come in each hour of a day, against one another (ours)."""
FIRST_DAY, LAST_DAY = 4.0, 8.0
"""How many times as many as on another day come on the first and on the last (ours; deadlines draw)."""
BUSY = 0.6
"""How busy processes and databases may be in the busiest hour."""
MOST_REQUESTS = 120_000
"""So many requests of that hour are played."""
BYTES_PER_RESPONDENT = 4_000
"""In PostgreSQL with all indexes, eight initiatives by three criteria; measured by tests/bench/large.py."""
BASE_BYTES = 14 * 2**20
SAVES_OF_DATABASE = 3431.0
"""Saves a second of the product on PostgreSQL, where two cores had to do for both and for those who sent them
(docs/performance.md), so less than a database alone can do.
"""
CONNECTIONS = 30
"""That a process holds at most."""
PROCESS_MB = 250
"""Memory of a process; measured by tests/bench/large.py, and the same at any size."""


class Kind(NamedTuple):
    """One kind of request: how many a respondent makes, and how many milliseconds of a process one takes."""

    name: str
    each: int
    ms: float


KINDS = (Kind("page", 12, 4.1), Kind("save", 24, 1000 / SAVES_OF_DATABASE), Kind("begin and send", 2, 5.0))
"""Eight initiatives by three criteria; times from docs/performance.md, a process of its own on PostgreSQL."""
REQUESTS = sum(kind.each for kind in KINDS)
SAVES = 24


class Queue(NamedTuple):
    """What a queue does: how busy its servers are, mean wait in seconds, mean number waiting, and the 99th percentile
    of waiting and being served.
    """

    busy: float
    wait: float
    waiting: float
    p99: float


@dataclass(frozen=True)
class Need:
    """What so many respondents need."""

    people: int
    in_busiest_hour: int
    requests: float
    saves: float
    processes: int
    queue: Queue
    databases: int
    disk: float


def arrivals(people: int, seed: int = SEED) -> Real:
    """How many begin in each hour of the consultation, drawn."""
    days = np.ones(DAYS)
    days[0], days[-1] = FIRST_DAY, LAST_DAY
    weights = np.outer(days, RHYTHM).ravel().astype(np.float64)
    return np.random.default_rng(seed).multinomial(people, weights / weights.sum()).astype(np.float64)


def erlang_c(rate: float, service: float, servers: int) -> float:
    """The chance to wait in M/M/c: arrivals a second, seconds of service, servers (Erlang 1917).

    >>> round(erlang_c(0.5, 1.0, 1), 6), round(erlang_c(1.0, 1.0, 2), 6)
    (0.5, 0.333333)
    """
    load = rate * service
    if load >= servers:
        return 1.0
    # by Erlang B, which does not overflow
    blocked = 1.0
    for count in range(1, servers + 1):
        blocked = load * blocked / (count + load * blocked)
    return blocked / (1 - load / servers * (1 - blocked))


def mean_wait(rate: float, service: float, servers: int) -> float:
    """The mean wait in M/M/c, in seconds; infinite where more comes than is served."""
    spare = servers / service - rate
    return erlang_c(rate, service, servers) / spare if spare > 0 else math.inf


def play(rate: float, services: Real, servers: int, seed: int = SEED) -> Queue:
    """A queue in order of arrival before several servers: arrivals at random, each taking its service in seconds."""
    at = np.cumsum(np.random.default_rng(seed).exponential(1 / rate, len(services)))
    free = [0.0] * servers
    waits = np.empty(len(services))
    for number, (moment, service) in enumerate(zip(at.tolist(), services.tolist(), strict=True)):
        begun = max(moment, free[0])
        heapq.heapreplace(free, begun + service)
        waits[number] = begun - moment
    end = float(at[-1])
    return Queue(
        busy=float(services.sum()) / servers / end,
        wait=float(waits.mean()),
        # the time that all waited together, over the time that passed
        waiting=float(waits.sum()) / end,
        p99=float(np.quantile(waits + services, 0.99)),
    )


def draw_services(count: int, seed: int = SEED) -> Real:
    """Seconds of service of so many requests, of each kind as often as respondents make it."""
    chance = np.random.default_rng(seed)
    shares = np.array([kind.each for kind in KINDS]) / REQUESTS
    means = np.array([kind.ms for kind in KINDS]) / 1000
    return chance.exponential(means[chance.choice(len(KINDS), count, p=shares)])


def need(people: int) -> Need:
    """What so many respondents need, for the busiest hour of their arrivals."""
    busiest = float(arrivals(people).max())
    begun = busiest / 3600
    work = begun * sum(kind.each * kind.ms for kind in KINDS) / 1000
    processes = max(1, math.ceil(work / BUSY))
    requests = begun * REQUESTS
    services = draw_services(min(MOST_REQUESTS, max(1000, round(busiest * REQUESTS))))
    return Need(
        people=people,
        in_busiest_hour=int(busiest),
        requests=requests,
        saves=begun * SAVES,
        processes=processes,
        queue=play(requests, services, processes),
        databases=max(1, math.ceil(begun * SAVES / (BUSY * SAVES_OF_DATABASE))),
        disk=BASE_BYTES + people * BYTES_PER_RESPONDENT,
    )


SIZES = (100, 10_000, 1_000_000, 4_600_000, 100_000_000)


def table(sizes: Sequence[int] = SIZES) -> str:
    """The needs as a table in Markdown."""
    head = (
        "respondents", "in the busiest hour", "requests/s", "saves/s", "processes (a core each)", "busy", "waiting",
        "p99", "memory of processes", "connections", "databases of two cores", "disk",
    )  # fmt: skip
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for one in map(need, sizes):
        cells = (
            f"{one.people:,}",
            f"{one.in_busiest_hour:,}",
            f"{one.requests:,.1f}",
            f"{one.saves:,.1f}",
            f"{one.processes:,}",
            f"{one.queue.busy:.0%}",
            f"{one.queue.waiting:.2f}",
            f"{1000 * one.queue.p99:.0f} ms",
            f"{one.processes * PROCESS_MB / 1024:,.1f} GB",
            f"{one.processes * CONNECTIONS:,}",
            f"{one.databases:,}",
            f"{one.disk / 2**30:,.2f} GB",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
