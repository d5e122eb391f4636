"""How long it takes to find the demonstration's plan, one of sixty initiatives, and how often each is in it.

Run it: `make bench`.
"""

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from app.actionplan.portfolio.robustness import Inclusion, core, inclusion
from app.actionplan.portfolio.rules import Candidate, Dependency, Problem, Solution, Status, solve
from tests.actionplan.portfolios import make_problem

FILE = Path(__file__).resolve().parents[2] / "demo" / "initiatives.json"
SIZE, SEEDS, GAP = 60, (1, 2, 3, 4), 1e-3
DRAWS, SPREAD = 200, 0.15
MOST_DEMO, MOST_DRAWS = 10, 300
HELICES = ("academia", "civil", "government", "industry")
VALUES = {
    "I01": (3.0160, 2.9306, 3.1, 2.9377, 3.0958),
    "I02": (2.9125, 2.2694, 2.9609, 2.8985, 3.5211),
    "I03": (3.1377, 3.1593, 3.1053, 2.9789, 3.3071),
    "I04": (4.0120, 3.9964, 4.01, 4.0692, 3.9724),
    "I05": (3.0019, 2.9996, 2.9202, 3.0908, 2.997),
    "I06": (3.6638, 3.749, 4.127, 3.72, 3.0593),
    "I07": (4.0434, 4.0, 3.9, 3.9861, 4.2874),
    "I08": (3.8492, 3.8535, 3.8435, 3.8421, 3.8577),
    "I09": (3.5914, 3.5132, 3.5026, 3.5445, 3.8053),
    "I10": (4.9506, 4.98, 5.0, 5.0, 4.8225),
    "I11": (4.4255, 4.3942, 4.5005, 4.3044, 4.5029),
    "I12": (4.4946, 4.432, 4.5132, 4.4255, 4.6076),
    "I13": (3.7521, 3.8342, 3.5592, 3.769, 3.846),
    "I14": (3.9005, 3.232, 3.9094, 4.4363, 4.0245),
    "I15": (2.8168, 2.834, 2.7588, 2.729, 2.9454),
    "I16": (3.8784, 3.9256, 3.9184, 3.7321, 3.9375),
    "I17": (3.4230, 3.4173, 3.4495, 3.2854, 3.5397),
    "I18": (4.1504, 4.1945, 4.0898, 4.7298, 3.5875),
    "I19": (4.1403, 4.0679, 4.1336, 4.1329, 4.2267),
    "I20": (3.1860, 3.171, 3.2864, 3.0504, 3.2361),
    "I21": (3.1811, 3.1277, 3.2578, 3.1713, 3.1676),
    "I22": (3.1595, 2.4991, 3.2143, 3.185, 3.7395),
    "I23": (3.4965, 3.6083, 3.549, 3.3599, 3.4687),
    "I24": (3.6638, 3.6615, 3.6964, 3.5819, 3.7152),
}
"""What the answers to the demonstration's survey make of each initiative: the composite, then that of each helix."""


def demo_problem(point: float = 0.5, **rules: Any) -> Problem:
    """The demonstration's plan with all its rules, at a point between least and greatest cost, in thousands of euro."""
    read: dict[str, Any] = json.loads(FILE.read_bytes())
    first, last = read["plan"]["first_year"], read["plan"]["last_year"]
    candidates = tuple(_candidate(line, first, point) for line in read["initiatives"])
    totals = [sum(one.helix_value[helix] for one in candidates) for helix in HELICES]
    regions = sorted({region for one in candidates for region in one.regions})
    given: dict[str, Any] = {
        "discount": 0.97,
        "region_min_count": dict.fromkeys(regions, 2),
        "region_max_spend_share": 0.35,
        "max_starts_per_year": 6,
        "helix_floor": {helix: round(0.25 * total, 4) for helix, total in zip(HELICES, totals, strict=True)},
        "lead_capacity": {one.lead: 4 for one in candidates},
    }
    return Problem(
        candidates,
        tuple(read["plan"]["budget_by_year_eur"][str(year)] / 1000 for year in range(first, last + 1)),
        dependencies=tuple(
            Dependency(before, line["id"]) for line in read["initiatives"] for before in line["depends_on"]
        ),
        **(given | rules),
    )


def _candidate(line: dict[str, Any], first: int, point: float) -> Candidate:
    value, *by_helix = VALUES[line["id"]]
    whole = line["budget_min_eur"] + point * (line["budget_max_eur"] - line["budget_min_eur"])
    months = [0] * 6
    for month in range(line["duration_months"]):
        months[(3 * (line["start_quarter"] - 1) + month) // 12] += 1
    return Candidate(
        line["id"],
        value,
        tuple(round(whole * share / line["duration_months"] / 1000, 2) for share in months if share),
        tuple(sorted({line["lead_partner"], *line["partners"]})),
        dict(zip(HELICES, by_helix, strict=True)),
        line["start_year"] - first + 1,
        lead=line["lead_partner"],
    )


@dataclass(frozen=True)
class Timing:
    """How a search ended, and after how many seconds."""

    found: Solution
    seconds: float

    def is_proven(self, most: float, gap: float) -> bool:
        """Whether the plan was proven, up to the gap, in time."""
        return self.found.status is Status.OPTIMAL and (self.found.gap or 0.0) <= gap and self.seconds <= most


def measure(problem: Problem, *, gap: float = 0.0, seconds: float | None = None) -> Timing:
    """Solve a problem once."""
    start = time.perf_counter()
    found = solve(problem, gap=gap, seconds=seconds)
    return Timing(found, time.perf_counter() - start)


def measure_draws(problem: Problem, draws: int = DRAWS) -> tuple[Inclusion, float]:
    """How often each initiative is in when its value is drawn again, and after how many seconds that is known."""
    values = np.array([one.value for one in problem.candidates])
    drawn = np.random.default_rng(1).normal(values, SPREAD, (draws, len(values)))
    start = time.perf_counter()
    found = inclusion(problem, drawn, on_progress=lambda done: True)
    return found, time.perf_counter() - start


def main() -> int:
    """Print how long plans take; 1 when one of them takes longer than was promised."""
    demo = demo_problem()
    best, large = measure(demo), [measure(make_problem(SIZE, seed), gap=GAP, seconds=30) for seed in SEEDS]
    shares, drawn = measure_draws(demo)
    slow = max(timing.seconds for timing in large)
    lines = (
        f"Plans over five years, {len(demo.candidates)} initiatives of the demonstration and {SIZE} made up",
        f"  demonstration  {best.seconds:10.2f} s to the proven best ({MOST_DEMO} at most)",
        f"  {SIZE} initiatives {slow:10.1f} s to a gap of {GAP:.1%}, the slowest of {len(large)} (30 at most)",
        f"  {DRAWS} draws      {drawn:10.1f} s ({MOST_DRAWS} at most), {len(core(shares))} are nearly always in",
    )
    sys.stdout.write("\n".join(lines) + "\n")
    is_kept = best.is_proven(MOST_DEMO, 0) and all(timing.is_proven(30, GAP) for timing in large)
    return int(not is_kept or drawn > MOST_DRAWS or shares.n_stopped > 0)


if __name__ == "__main__":
    sys.exit(main())
