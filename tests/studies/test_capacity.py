"""The capacity model does its sums as queueing theory does, and the manual says what it says."""

from pathlib import Path

import numpy as np
import pytest

from tests.studies.capacity import (
    BUSY,
    DAYS,
    KINDS,
    LAST_DAY,
    SIZES,
    arrivals,
    draw_services,
    erlang_c,
    mean_wait,
    need,
    play,
    table,
)

OPERATIONS = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
CALLS = 200_000


@pytest.mark.parametrize(
    ("load", "servers", "known"),
    [
        # tables of Erlang C, as in Cooper 1981
        pytest.param(0.8, 1, 0.8, id="one server: its load"),
        pytest.param(1.0, 2, 1 / 3, id="two servers"),
        pytest.param(8.0, 10, 0.4092, id="ten servers"),
    ],
)
def test_the_chance_to_wait_is_erlangs(load: float, servers: int, known: float) -> None:
    assert erlang_c(load, 1.0, servers) == pytest.approx(known, abs=5e-5)


@pytest.mark.parametrize(("rate", "servers"), [(0.6, 1), (1.4, 2), (4.0, 5)])
def test_a_queue_that_is_played_waits_as_erlang_says(rate: float, servers: int) -> None:
    services = np.random.default_rng(1).exponential(1.0, CALLS)
    assert play(rate, services, servers, seed=2).wait == pytest.approx(mean_wait(rate, 1.0, servers), rel=0.08)


def test_littles_law_holds_of_what_is_played() -> None:
    rate = 1.4
    found = play(rate, np.random.default_rng(1).exponential(1.0, CALLS), 2, seed=2)
    assert found.waiting == pytest.approx(rate * found.wait, rel=0.02)
    assert found.busy == pytest.approx(rate / 2, rel=0.02)


def test_more_than_can_be_served_waits_for_ever() -> None:
    assert erlang_c(3.0, 1.0, 2) == 1.0
    assert mean_wait(3.0, 1.0, 2) == np.inf


def test_nobody_waits_where_nobody_else_is() -> None:
    assert play(1e-6, np.ones(100), 1)[1:] == (0.0, 0.0, 1.0)


def test_everybody_arrives_once_and_most_on_the_last_day() -> None:
    found = arrivals(1_000_000).reshape(DAYS, 24)
    assert found.sum() == 1_000_000
    by_day = found.sum(axis=1)
    assert by_day.argmax() == DAYS - 1
    assert by_day[-1] / by_day[1:-1].mean() == pytest.approx(LAST_DAY, rel=0.02)
    assert found[:, 10].sum() > 20 * found[:, 3].sum()


def test_services_are_those_of_the_kinds() -> None:
    mean = sum(kind.each * kind.ms for kind in KINDS) / sum(kind.each for kind in KINDS) / 1000
    assert draw_services(CALLS).mean() == pytest.approx(mean, rel=0.02)


@pytest.mark.parametrize("people", [1_000_000, 100_000_000])
def test_processes_are_as_busy_as_they_may_be_and_hardly_more_are_needed(people: int) -> None:
    found = need(people)
    assert found.queue.busy <= BUSY * 1.02
    work = found.in_busiest_hour / 3600 * sum(kind.each * kind.ms for kind in KINDS) / 1000
    assert (found.processes - 1) * BUSY < work <= found.processes * BUSY


def test_the_manual_says_what_the_model_says() -> None:
    said = OPERATIONS.read_text()
    assert table() in said
    assert all(f"| {size:,} |" in said for size in SIZES)
