"""Problems for the tests of the plan: one that asks for everything, drawn ones, and every plan a small one has."""

from collections.abc import Iterator
from itertools import product

import numpy as np
from hypothesis import strategies as st

from app.actionplan.portfolio.checking import breaches_of
from app.actionplan.portfolio.rules import Candidate, Dependency, Problem, least_share

REGIONS: tuple[str, ...] = ("north", "south")
HELICES: tuple[str, ...] = ("academia", "civil")
PARTNERS: tuple[str, ...] = ("us", "them")
amounts = st.integers(0, 9).map(lambda tenths: tenths / 4)


@st.composite
def candidates(draw: st.DrawFn, name: str) -> Candidate:
    return Candidate(
        name,
        draw(amounts),
        tuple(draw(st.lists(amounts, min_size=1, max_size=3))),
        tuple(draw(st.lists(st.sampled_from(REGIONS), max_size=2, unique=True))),
        {helix: draw(amounts) for helix in HELICES},
        draw(st.sampled_from((1, 1, 1, 2))),
        draw(st.sampled_from((None, None, None, 2))),
        draw(st.sampled_from((False,) * 7 + (True,))),
        draw(st.sampled_from((False,) * 9 + (True,))),
        draw(st.sampled_from(("", "us", "them"))),
    )


@st.composite
def problems(draw: st.DrawFn, most: int = 5, years: int = 3) -> Problem:
    """Problems with all kinds of rules, each of them often there and seldom impossible."""
    names = "ABCDEF"[: draw(st.integers(1, most))]
    two = st.permutations(names).map(lambda order: (order[0], order[-1]))
    return Problem(
        tuple(draw(candidates(name)) for name in names),
        tuple(draw(st.lists(st.integers(0, 12).map(lambda fourths: fourths / 4), min_size=years, max_size=years))),
        draw(st.sampled_from((1, 0.95, 0.8))),
        tuple(Dependency(before, after, draw(st.integers(0, 2))) for before, after in draw(st.lists(two, max_size=2))),
        tuple(draw(st.lists(two, max_size=2))),
        draw(st.dictionaries(st.sampled_from(REGIONS), st.integers(0, 2), max_size=1)),
        draw(st.sampled_from((None, None, 0.5, 0.75))),
        draw(st.sampled_from((None, 1, 2))),
        draw(st.dictionaries(st.sampled_from(HELICES), st.sampled_from((0.5, 1.5, 2.5)), max_size=1)),
        draw(st.booleans()),
        draw(st.dictionaries(st.sampled_from(PARTNERS), st.integers(0, 2), max_size=1)),
        draw(st.sampled_from((False, False, True))),
    )


def every_plan(problem: Problem) -> Iterator[dict[str, int]]:
    """Each plan that breaks no rule, by trying all."""
    years = range(len(problem.budgets) + 1)
    for starts in product(years, repeat=len(problem.candidates)):
        plan = {one.id: year for one, year in zip(problem.candidates, starts, strict=True) if year}
        if not breaches_of(problem, plan):
            yield plan


def worth(problem: Problem, plan: dict[str, int]) -> float:
    by_id = problem.by_id
    return sum(by_id[name].value * problem.discount ** (year - 1) for name, year in plan.items())


def best_by_trying(problem: Problem) -> float | None:
    """The best value of all plans, of those that are fairest where the problem asks for it; None when there is none."""
    plans = list(every_plan(problem))
    if problem.is_fair and plans:
        shares = [least_share(problem, plan) or 0.0 for plan in plans]
        plans = [plan for plan, share in zip(plans, shares, strict=True) if share >= max(shares) - 1e-9]
    return max((worth(problem, plan) for plan in plans), default=None)


def make_problem(count: int, seed: int, years: int = 5) -> Problem:
    """A problem of any size with all kinds of rules, as alike as those of a consortium."""
    draw = np.random.default_rng(seed)
    partners, regions = ("CAT", "IDF", "RN", "BG", "DK", "EU"), ("CAT", "IDF", "RN", "BG", "DK")
    helices = ("academia", "civil", "government", "industry")
    found: list[Candidate] = []
    for number in range(count):
        lasts = int(draw.integers(1, 5))
        whole = round(float(draw.lognormal(13, 0.7)), -4)
        values = {helix: round(float(draw.uniform(2.5, 5)), 2) for helix in helices}
        touched = draw.permutation(regions)[: int(draw.integers(1, 4))].tolist()
        found.append(
            Candidate(
                f"I{number + 1:02}",
                round(sum(values.values()) / 4, 4),
                tuple(round(whole / lasts, 2) for _ in range(lasts)),
                tuple(sorted(touched)),
                values,
                int(draw.choice((1, 1, 1, 2, 3))),
                lead=str(draw.choice(partners)),
                is_mandatory=number == 3,
                is_forbidden=number == 7,
            )
        )
    asked = sum(one.whole_cost for one in found)
    shares = (0.17, 0.22, 0.24, 0.22, 0.15)[:years]
    dependencies = tuple(
        Dependency(found[before].id, found[after].id, int(draw.integers(0, 2)))
        for before, after in ((int(draw.integers(0, after)), after) for after in range(8, count, 4))
    )
    exclusions = tuple((found[place].id, found[place + 1].id) for place in range(10, count - 1, 15))
    totals = {helix: sum(one.helix_value[helix] for one in found) for helix in helices}
    return Problem(
        tuple(found),
        tuple(round(0.5 * asked * share, -4) for share in shares),
        0.97,
        dependencies,
        exclusions,
        dict.fromkeys(regions, 2),
        0.35,
        max(3, count // 8),
        {helix: round(0.25 * total, 4) for helix, total in totals.items()},
        False,
        dict.fromkeys(partners, max(3, count // 10)),
    )
