"""The quick tier of `make bench`: the demonstration's plan is proven, and draws take no longer than it does."""

from app.actionplan.portfolio.checking import breaches_of
from tests.bench.plans import DRAWS, MOST_DEMO, MOST_DRAWS, demo_problem, measure, measure_draws


def test_the_plan_of_the_demonstration_is_proven_in_time() -> None:
    problem = demo_problem()
    timing = measure(problem, seconds=3 * MOST_DEMO)
    assert timing.is_proven(3 * MOST_DEMO, 0)
    assert not breaches_of(problem, timing.found.start_year)
    assert len(timing.found.start_year) == 15


def test_draws_of_the_demonstration_are_done_in_time() -> None:
    found, seconds = measure_draws(demo_problem(), 8)
    assert (found.draws, found.n_stopped) == (8, 0)
    assert seconds * DRAWS / 8 < 3 * MOST_DRAWS
