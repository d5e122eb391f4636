"""How often each initiative is in the best plan when its value is uncertain.

Robust portfolio modelling after Liesiö, Mild and Salo (2007): the core is in nearly all best plans, the exterior in
nearly none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.actionplan.portfolio.problem import Problem
from app.actionplan.portfolio.rules import Status, solve, with_least_share

CORE, EXTERIOR = 0.9, 0.1


@dataclass(frozen=True)
class Inclusion:
    """The share of draws in whose best plan each initiative is, how many draws had a plan, how many were not proven.

    `share` is empty where no draw had a plan; `n_stopped` counts searches that ended by time, with a plan or without.
    """

    share: Mapping[str, float]
    draws: int
    n_stopped: int


def inclusion(
    problem: Problem,
    values: NDArray[np.float64],
    *,
    gap: float = 0.01,
    seconds: float = 5.0,
    on_progress: Callable[[int], bool],
) -> Inclusion:
    """Solve the problem once for each draw of values, of shape (draws, candidates), in the order of the candidates.

    What helices value stays: their floors, and the fairest share, are those of the problem. Each search ends at `gap`
    or after `seconds`. `on_progress` hears how many draws are done and ends all by answering False.
    """
    if values.ndim != 2 or values.shape[1] != len(problem.candidates):
        raise ValueError("values have one line a draw and one column an initiative")
    if problem.is_fair:
        fairest = solve(problem, gap=gap, seconds=seconds)
        problem = with_least_share(problem, fairest.least_share or 0.0)
    counts = dict.fromkeys((one.id for one in problem.candidates), 0)
    draws = stopped = 0
    for done, line in enumerate(values.tolist(), start=1):
        pairs = zip(problem.candidates, line, strict=True)
        drawn = replace(problem, candidates=tuple(replace(one, value=max(value, 0.0)) for one, value in pairs))
        found = solve(drawn, gap=gap, seconds=seconds)
        stopped += found.status is Status.STOPPED
        if found.objective is not None:
            draws += 1
            for name in found.start_year:
                counts[name] += 1
        if not on_progress(done):
            break
    return Inclusion({name: count / draws for name, count in counts.items()} if draws else {}, draws, stopped)


def core(found: Inclusion) -> tuple[str, ...]:
    """The initiatives that are in at least 90 % of the best plans."""
    return tuple(name for name, share in found.share.items() if share >= CORE)


def exterior(found: Inclusion) -> tuple[str, ...]:
    """The initiatives that are in at most 10 % of the best plans."""
    return tuple(name for name, share in found.share.items() if share <= EXTERIOR)
